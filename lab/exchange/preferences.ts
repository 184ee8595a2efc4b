import type { ErrorRecord, PowerShellValue } from '../../powershell/outcome';
import type { Bound } from './binding';
import { CmdletError, promptError, stoppedByWarning } from './cmdlet-error';

/** The output of a command. `end` is the error that ended the pipeline; it comes last. */
export interface Given {
  readonly output: readonly PowerShellValue[];
  readonly warnings: readonly string[];
  readonly errors: readonly ErrorRecord[];
  readonly end?: CmdletError;
}

type Preference = 'ErrorAction' | 'WarningAction';

/** The preference that a call sets; `Continue` where it sets none. */
export function preference(bound: Bound, parameter: Preference): string {
  const given = bound.get(parameter);
  return typeof given === 'string' ? given : 'Continue';
}

/**
 * Applies the common parameters of a call to its warnings and errors
 * (https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_commonparameters). `Stop` ends
 * the pipeline with the same record that would otherwise stand beside the output
 * (https://learn.microsoft.com/dotnet/api/system.management.automation.actionpreferencestopexception.errorrecord). A
 * warning that stops comes after the effect of the call (unverified).
 */
export function withPreferences(cmdlet: string, bound: Bound, given: Given): Given {
  const warned = acted(given, given.warnings[0], preference(bound, 'WarningAction'), {
    silenced: { ...given, warnings: [] },
    stopping: (message) => stoppedByWarning(cmdlet, message),
    asking: (message) => promptError(cmdlet, message),
  });
  return acted(warned, warned.errors[0], preference(bound, 'ErrorAction'), {
    silenced: { ...warned, errors: [] },
    stopping: (record) => new CmdletError(record, true),
    asking: ({ message }: ErrorRecord) => promptError(cmdlet, message),
  });
}

interface Courses<Happening> {
  readonly silenced: Given;
  readonly stopping: (first: Happening) => CmdletError;
  readonly asking: (first: Happening) => CmdletError;
}

function acted<Happening>(
  given: Given,
  first: Happening | undefined,
  action: string,
  { silenced, stopping, asking }: Courses<Happening>,
): Given {
  if (first === undefined || given.end !== undefined) return given;
  switch (action) {
    case 'SilentlyContinue':
    case 'Ignore':
      return silenced;
    case 'Stop':
      return { ...silenced, end: stopping(first) };
    case 'Inquire':
      return { ...silenced, end: asking(first) };
    default:
      return given;
  }
}
