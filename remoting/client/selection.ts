import type { Invocation } from '../../powershell/invocation';
import type { ErrorRecord } from '../../powershell/outcome';
import { SELECTION } from './commands';

/** Cmdlets that may be sent twice, and followed by another command, because they only look. */
const LOOKS = /^Get-/i;
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

export function onlyLooks({ cmdlet }: Invocation): boolean {
  return LOOKS.test(cmdlet);
}

/** Whether the peer leaves out properties that were not asked for, as far as it has shown that it does not. */
export class Selection {
  #takes: 'any' | 'restricted' | 'none' = 'any';

  /** True where the call is to be followed by Select-Object. */
  isFor(call: Invocation): boolean {
    if (call.properties === undefined || !onlyLooks(call) || this.#takes === 'none') return false;
    return this.#takes === 'any' || isRestricted(call.properties);
  }

  /** Keeps in mind that the peer refused to select for these calls: it is not asked for the same again. */
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
 * True where the peer has no Select-Object, or not with a list of properties (a restricted endpoint answers
 * `ParameterArgumentValidationError,Select-Object`). An unknown command may also be the cmdlet itself.
 */
export function mayRefuseSelection({ fullyQualifiedErrorId: id }: ErrorRecord): boolean {
  return id.endsWith(`,${SELECTION}`) || id === UNKNOWN_COMMAND;
}
