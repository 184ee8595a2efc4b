import { textOf } from '../exchange/resources/property';
import type { Invocation } from '../powershell/invocation';
import type {
  ErrorRecord,
  Outcome,
  PowerShellObject,
  PowerShellTable,
  PowerShellValue,
} from '../powershell/outcome';

/** What Get-Command says, beside its answer, of each name that it does not know. */
const NOT_OFFERED = 'CommandNotFoundException,Microsoft.PowerShell.Commands.GetCommandCommand';

/**
 * The question which of these cmdlets a session offers. Exchange puts only those cmdlets and parameters into a session
 * that a role of the account holds, so that the answer tells the rights without using them
 * (https://learn.microsoft.com/exchange/understanding-management-roles-exchange-2013-help). A session that takes no
 * scripts still has Get-Command, since PowerShell's own Import-PSSession needs it. Of what it returns only these two
 * properties are asked for: whole, 33 commands take a real server ten times as long.
 */
export function offerQuestion(cmdlets: readonly string[]): Invocation {
  return { cmdlet: 'Get-Command', parameters: { Name: cmdlets }, properties: ['Name', 'Parameters'] };
}

/** How the question was answered. `refused`: the session does not say; `error` is its reason. */
export type Offer =
  | { readonly kind: 'told'; readonly commands: OfferedCommands }
  | { readonly kind: 'refused'; readonly error: ErrorRecord };

/** Undefined where the question or its answer was lost on the way. */
export function offerOf(outcome: Outcome): Offer | undefined {
  if (outcome.kind === 'unknown') return undefined;
  if (outcome.kind === 'failed') {
    return outcome.notSent === undefined ? { kind: 'refused', error: outcome.error } : undefined;
  }
  const error = outcome.errors.find(({ fullyQualifiedErrorId }) => fullyQualifiedErrorId !== NOT_OFFERED);
  if (error !== undefined) return { kind: 'refused', error };
  return { kind: 'told', commands: new OfferedCommands(outcome.objects) };
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

  /** Parameters of the call that the session does not offer; none where it does not show the parameters. */
  lacking({ cmdlet, parameters }: Invocation): readonly string[] {
    const offered = this.#commands.get(cmdlet.toLowerCase()) ?? null;
    return offered === null ? [] : Object.keys(parameters).filter((name) => !offered.has(name.toLowerCase()));
  }
}

/**
 * The keys of a table, which PowerShell serializes whatever the depth. Its values are text in a whole CommandInfo, and
 * objects with properties of their own after a Select-Object: nothing is read of them.
 */
function parametersOf({ properties }: PowerShellObject): ReadonlySet<string> | null {
  const parameters = properties['Parameters'] ?? null;
  if (!isTable(parameters)) return null;
  const names = Object.keys(parameters.entries);
  return names.length === 0 ? null : new Set(names.map((name) => name.toLowerCase()));
}

/** Lists and bytes have a method `entries`. */
function isTable(value: PowerShellValue): value is PowerShellTable {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'entries');
}
