import { textOf } from '../exchange/resources/property';
import type { Invocation } from '../powershell/invocation';
import type {
  ErrorRecord,
  Outcome,
  PowerShellObject,
  PowerShellTable,
  PowerShellValue,
} from '../powershell/outcome';

/** The error record of Get-Command for each name that it does not know. */
const NOT_OFFERED = 'CommandNotFoundException,Microsoft.PowerShell.Commands.GetCommandCommand';

/**
 * The call that asks a session which of these cmdlets it offers. Exchange puts only the cmdlets and parameters into a
 * session that a role of the account holds, so that the answer shows the rights without using them
 * (https://learn.microsoft.com/exchange/understanding-management-roles-exchange-2013-help). Even a session that runs no
 * scripts has Get-Command, since PowerShell's own Import-PSSession needs it. Only these two properties are selected:
 * with all properties, a real server takes ten times as long for 33 commands.
 */
export function offerQuestion(cmdlets: readonly string[]): Invocation {
  return { cmdlet: 'Get-Command', parameters: { Name: cmdlets }, properties: ['Name', 'Parameters'] };
}

/** The answer to the question. `refused`: the session does not answer it, for the reason in `error`. */
export type Offer =
  | { readonly kind: 'offered'; readonly commands: OfferedCommands }
  | { readonly kind: 'refused'; readonly error: ErrorRecord };

/** Undefined where the question or its answer was lost on the way. */
export function offerOf(outcome: Outcome): Offer | undefined {
  if (outcome.kind === 'unknown') return undefined;
  if (outcome.kind === 'failed') {
    return outcome.notSent === undefined ? { kind: 'refused', error: outcome.error } : undefined;
  }
  const error = outcome.errors.find(({ fullyQualifiedErrorId }) => fullyQualifiedErrorId !== NOT_OFFERED);
  if (error !== undefined) return { kind: 'refused', error };
  return { kind: 'offered', commands: new OfferedCommands(outcome.objects) };
}

/** The cmdlets of a session, with their parameters as far as it shows them. */
export class OfferedCommands {
  /** By name in lower case; null where the parameters are not shown. */
  readonly #commands: ReadonlyMap<string, ReadonlySet<string> | null>;

  /** @param objects CommandInfo objects, as Get-Command returns them */
  constructor(objects: readonly PowerShellObject[]) {
    this.#commands = new Map(
      objects.map((object) => [textOf(object, 'Name')?.toLowerCase() ?? '', parametersOf(object)]),
    );
  }

  has(cmdlet: string): boolean {
    return this.#commands.has(cmdlet.toLowerCase());
  }

  /** The parameters of the call that the session does not offer; empty where the session does not show parameters. */
  lacking({ cmdlet, parameters }: Invocation): readonly string[] {
    const offered = this.#commands.get(cmdlet.toLowerCase()) ?? null;
    return offered === null ? [] : Object.keys(parameters).filter((name) => !offered.has(name.toLowerCase()));
  }
}

/**
 * The names of the parameters: the keys of a table, which PowerShell serializes at any depth. The values are not read,
 * since they differ: text in a whole CommandInfo, objects with properties of their own after a Select-Object.
 */
function parametersOf({ properties }: PowerShellObject): ReadonlySet<string> | null {
  const parameters = properties['Parameters'] ?? null;
  if (!isTable(parameters)) return null;
  const names = Object.keys(parameters.entries);
  return names.length === 0 ? null : new Set(names.map((name) => name.toLowerCase()));
}

/** Lists and bytes have a method `entries` too, and are not tables. */
function isTable(value: PowerShellValue): value is PowerShellTable {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'entries');
}
