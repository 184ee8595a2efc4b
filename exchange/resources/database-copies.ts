import type { PowerShellObject } from '../../powershell/outcome';
import type { Known } from '../../schema';
import { includesName, sameName } from './equality';
import { serverNameIn } from './host';
import { textOf, textsOf } from './property';

/** The server on which a database is active. */
export function activeOn(found: PowerShellObject): string | null {
  const server = textOf(found, 'Server');
  return server === null ? null : serverNameIn(server);
}

/**
 * The servers that hold a copy, by activation preference. Exchange shows each as `[EX01, 1]`, the text of a .NET pair.
 * If one has another form, the order is unknown, and the declared order is returned.
 */
export function copiesIn(found: PowerShellObject, declared: readonly string[]): readonly string[] {
  const pairs = (textsOf(found, 'ActivationPreference') ?? []).map((pair) => /^\[(.+), (\d+)\]$/.exec(pair));
  const servers = (textsOf(found, 'Servers') ?? []).map(serverNameIn);
  if (pairs.length > 0 && pairs.every((pair) => pair !== null)) {
    return pairs
      .map((pair): [string, number] => [serverNameIn(pair[1]!), Number(pair[2])])
      .sort(([, left], [, right]) => left - right)
      .map(([server]) => server);
  }
  return [
    ...declared.filter((server) => includesName(servers, server)),
    ...servers.filter((server) => !includesName(declared, server)),
  ];
}

export function sameInOrder(left: Known, right: Known): boolean {
  const [one, other] = [left as readonly string[], right as readonly string[]];
  return one.length === other.length && one.every((name, index) => sameName(name, other[index] ?? ''));
}
