import { randomUUID } from 'node:crypto';
import type { ErrorRecord } from '../../powershell/outcome';
import { noHost, type PromptFailed } from '../../remoting/server/prompts';

/** An error of a cmdlet. Throwing it undoes the changes of the call. */
export class CmdletError extends Error {
  override readonly name = 'CmdletError';

  /**
   * @param terminating whether it ends the whole pipeline; otherwise it is an error record beside the output, and the
   * pipeline completes
   */
  constructor(
    readonly record: ErrorRecord,
    readonly terminating: boolean,
  ) {
    super(record.message);
  }
}

/**
 * Errors that PowerShell itself raises before a cmdlet runs, with the ids that a remote session shows. They are
 * terminating: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_error_handling
 */
export const bindingError = {
  commandNotFound: (command: string) =>
    failure(
      'CommandNotFoundException',
      'ObjectNotFound',
      `The term '${command}' is not recognized as the name of a cmdlet, function, script file, or operable program.`,
    ),
  scriptsNotAllowed: () =>
    failure(
      'ScriptsNotAllowed',
      'InvalidOperation',
      'The syntax is not supported by this runspace. This can occur if the runspace is in no-language mode.',
    ),
  parameterNotFound: (cmdlet: string, parameter: string) =>
    failure(
      `NamedParameterNotFound,${cmdlet}`,
      'InvalidArgument',
      `A parameter cannot be found that matches parameter name '${parameter}'.`,
    ),
  ambiguousParameter: (cmdlet: string, parameter: string, candidates: readonly string[]) =>
    failure(
      `AmbiguousParameter,${cmdlet}`,
      'InvalidArgument',
      `Parameter cannot be processed because the parameter name '${parameter}' is ambiguous. ` +
        `Possible matches include: ${candidates.map((name) => `-${name}`).join(' ')}.`,
    ),
  alreadyBound: (cmdlet: string, parameter: string) =>
    failure(
      `ParameterAlreadyBound,${cmdlet}`,
      'InvalidArgument',
      `Cannot bind parameter because parameter '${parameter}' is specified more than once.`,
    ),
  missingArgument: (cmdlet: string, parameter: string) =>
    failure(
      `MissingArgument,${cmdlet}`,
      'InvalidArgument',
      `Missing an argument for parameter '${parameter}'.`,
    ),
  positionalNotFound: (cmdlet: string, value: string) =>
    failure(
      `PositionalParameterNotFound,${cmdlet}`,
      'InvalidArgument',
      `A positional parameter cannot be found that accepts argument '${value}'.`,
    ),
  missingMandatory: (cmdlet: string, parameters: readonly string[]) =>
    failure(
      `MissingMandatoryParameter,${cmdlet}`,
      'InvalidArgument',
      `Cannot process command because of one or more missing mandatory parameters: ${parameters.join(' ')}.`,
    ),
  /** An error record beside the output, since the next object may fit: CommandProcessor in PowerShell's source. */
  inputNotBound: (cmdlet: string) =>
    failure(
      `InputObjectNotBound,${cmdlet}`,
      'InvalidArgument',
      'The input object cannot be bound to any parameters for the command either because the command does not take ' +
        'pipeline input or the input and its properties do not match any of the parameters that take pipeline input.',
    ),
  ambiguousSet: (cmdlet: string) =>
    failure(
      `AmbiguousParameterSet,${cmdlet}`,
      'InvalidArgument',
      'Parameter set cannot be resolved using the specified named parameters.',
    ),
  transformation: (cmdlet: string, parameter: string, reason: string) =>
    failure(
      `ParameterArgumentTransformationError,${cmdlet}`,
      'InvalidData',
      `Cannot process argument transformation on parameter '${parameter}'. ${reason}`,
    ),
  validation: (cmdlet: string, parameter: string, reason: string) =>
    failure(
      `ParameterArgumentValidationError,${cmdlet}`,
      'InvalidData',
      `Cannot validate argument on parameter '${parameter}'. ${reason}`,
    ),
};

function failure(fullyQualifiedErrorId: string, category: string, message: string): CmdletError {
  return new CmdletError({ fullyQualifiedErrorId, category, message }, true);
}

/**
 * The namespaces of cmdlet classes. All nouns but these share one: `Set-OwaVirtualDirectory` is the class
 * SetOwaVirtualDirectory (unverified).
 */
const NAMESPACES: { readonly [noun: string]: string } = {
  ServerHealth: 'Microsoft.Exchange.Monitoring',
  HealthReport: 'Microsoft.Exchange.Monitoring',
  ServiceHealth: 'Microsoft.Exchange.Monitoring',
  ReplicationHealth: 'Microsoft.Exchange.Monitoring',
};

function cmdletClass(cmdlet: string): string {
  const [verb, noun = ''] = cmdlet.split('-');
  return `${NAMESPACES[noun] ?? 'Microsoft.Exchange.Management.SystemConfigurationTasks'}.${verb}${noun}`;
}

/**
 * An error that an Exchange cmdlet raises. The number in its id is a hash that clients cannot rely on. It is not
 * terminating: scripts for Exchange catch it only with `-ErrorAction Stop`, and suppress it with `SilentlyContinue`
 * (https://github.com/PowerShell/PowerShell/issues/19793, where `Get-Mailbox x` came out of `Task.ThrowError` in
 * `InternalProcessRecord`; https://github.com/timmcmic/DLConversionV2/issues/129). That this holds for every exception
 * of every cmdlet, those of `InternalValidate` and `InternalBeginProcessing` too, is (unverified).
 *
 * @param exception the .NET class without its namespace
 * @param server where it was raised. Servers since 2013 put their name, the request and the exception before the
 * number; left out, the id is that of older ones.
 * @param target the object that it is about, as the category shows it
 */
export function exchangeError(
  cmdlet: string,
  server: string | undefined,
  exception: string,
  message: string,
  category = 'NotSpecified',
  target?: string,
): CmdletError {
  const id = `${hash(exception + message)},${cmdletClass(cmdlet)}`;
  const fullyQualifiedErrorId = server === undefined ? id : `${origin(server, exception)} ${id}`;
  return new CmdletError(
    { fullyQualifiedErrorId, category, message, ...(target === undefined ? {} : { target }) },
    false,
  );
}

/** An error of the lab itself. It is terminating, so that nobody takes it for an answer of Exchange. */
export function notSimulated(cmdlet: string, message: string): CmdletError {
  return failure(`NotSupportedException,${cmdletClass(cmdlet)}`, 'NotImplemented', message);
}

function origin(server: string, exception: string): string {
  const stamp = new Date().toLocaleString('en-US', { timeZone: 'UTC' }).replace(',', '');
  const request = `[Server=${server},RequestId=${randomUUID()},TimeStamp=${stamp}]`;
  return `${request} [FailureCategory=Cmdlet-${exception}]`;
}

/** The error of a session without an interactive host where a person would have been asked. */
export function promptError(cmdlet: string, question: string): CmdletError {
  return unanswered(cmdlet, noHost(question));
}

/** The error with which a compiled cmdlet ends that got no answer. */
export function unanswered(cmdlet: string, { record }: PromptFailed): CmdletError {
  return new CmdletError(record(cmdletClass(cmdlet)), true);
}

export function helpNotFound(topic: string): CmdletError {
  return failure(
    'HelpNotFound,Microsoft.PowerShell.Commands.GetHelpCommand',
    'ResourceUnavailable',
    `Get-Help could not find ${topic} in a help file in this session.`,
  );
}

/** The error that `-WarningAction Stop` makes of a warning. */
export function stoppedByWarning(cmdlet: string, message: string): CmdletError {
  return failure(
    `ActionPreferenceStop,${cmdletClass(cmdlet)}`,
    'OperationStopped',
    `The running command stopped because the preference variable "WarningPreference" or common parameter is set to ` +
      `Stop: ${message}`,
  );
}

/** The FNV-1a hash, as at most eight hexadecimal digits. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value.toString(16).toUpperCase();
}
