import type { Invocation } from '../../powershell/invocation';
import type { ErrorRecord, Outcome } from '../../powershell/outcome';
import { SELECTION } from './commands';

/** Cmdlets that only read, so that they may be sent twice, and followed by another command. */
const READS = /^Get-/i;
const UNKNOWN_COMMAND = 'CommandNotFoundException';

/**
 * What the Select-Object of a restricted endpoint takes, in lower case: the properties of a command and of a counted
 * list, which implicit remoting needs (CommandMetadata.GetRestrictedSelectObject in PowerShell's source; measured with
 * PowerShell 7.6.9). It refuses any other name before the first command runs.
 */
const RESTRICTED: ReadonlySet<string> = new Set([
  'modulename',
  'namespace',
  'outputtype',
  'count',
  'helpuri',
  'name',
  'commandtype',
  'resolvedcommandname',
  'defaultparameterset',
  'cmdletbinding',
  'parameters',
]);

export function onlyReads({ cmdlet }: Invocation): boolean {
  return READS.test(cmdlet);
}

/** What the peer's Select-Object takes: any properties, until the peer has refused some. */
export class Selection {
  #takes: 'any' | 'restricted' | 'none' = 'any';

  /** True where Select-Object is to follow the call. */
  isFor(call: Invocation): boolean {
    if (call.properties === undefined || !onlyReads(call) || this.#takes === 'none') return false;
    return this.#takes === 'any' || isRestricted(call.properties);
  }

  /** Remembers that the peer refused Select-Object for these calls, so that it is not sent for the like again. */
  refused(calls: readonly Invocation[], { fullyQualifiedErrorId }: ErrorRecord): void {
    const isThere = fullyQualifiedErrorId !== UNKNOWN_COMMAND;
    const isTooMuch = calls.some(({ properties = [] }) => !isRestricted(properties));
    this.#takes = isThere && isTooMuch && this.#takes === 'any' ? 'restricted' : 'none';
  }
}

function isRestricted(properties: readonly string[]): boolean {
  return properties.every((name) => RESTRICTED.has(name.toLowerCase()));
}

/**
 * The error by which the peer may have refused Select-Object; `undefined` where there is none. Of several statements, the
 * refusal of the first one is among the errors of an outcome that did not fail: see `Trip`.
 */
export function refusedSelection(outcome: Outcome): ErrorRecord | undefined {
  if (outcome.kind === 'unknown') return undefined;
  const errors = outcome.kind === 'failed' ? [outcome.error, ...outcome.errors] : outcome.errors;
  return errors.find(mayRefuseSelection);
}

/**
 * True where the peer has no Select-Object, or none that takes these properties: a restricted endpoint then answers
 * `ParameterArgumentValidationError,Select-Object`. An unknown command may also be the cmdlet before it.
 */
function mayRefuseSelection({ fullyQualifiedErrorId: id }: ErrorRecord): boolean {
  return id.endsWith(`,${SELECTION}`) || id === UNKNOWN_COMMAND;
}
