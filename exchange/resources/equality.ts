import type { Known, Problem } from '../../schema';

/** Names of servers, hosts, enums: letter case does not count. */
export function sameName(left: Known, right: Known): boolean {
  return plainName(left) === plainName(right);
}

function plainName(name: Known): string {
  return (name as string).toLowerCase();
}

/**
 * URLs that Exchange and its clients treat alike: letter case (IIS paths have none) and a trailing slash do not
 * count. Empty text, which stands for no URL, equals only itself.
 */
export function sameUrl(left: Known, right: Known): boolean {
  const plain = (url: Known) => plainName(url).replace(/\/+$/, '');
  return plain(left) === plain(right);
}

/** Folders of Windows: letter case and a backslash at the end do not count. */
export function sameFolder(left: Known, right: Known): boolean {
  return plainFolder(left) === plainFolder(right);
}

/** What the same folders have in common. */
export function plainFolder(folder: Known): string {
  return plainName(folder).replace(/\\+$/, '');
}

/** Whether a name is among others, letter case aside. */
export function includesName(names: readonly string[] | null | undefined, name: string): boolean {
  return (names ?? []).some((candidate) => sameName(candidate, name));
}

/** What is wrong with names of which each must be among others; `undefined` where nothing is. */
export function notAmong(known: readonly string[], names: readonly string[]): Problem | undefined {
  const wrong = names.find((name) => !includesName(known, name));
  return wrong === undefined
    ? undefined
    : { problem: `'${wrong}' is not known`, remedy: `name one of ${known.join(', ')}` };
}

/** The same names in any order, letter case aside. */
export function sameNames(left: Known, right: Known): boolean {
  const plain = (names: Known) =>
    [...new Set((names as readonly string[]).map((name) => name.toLowerCase()))].sort();
  return plain(left).join('\n') === plain(right).join('\n');
}

/** Servers, named with or without their domain: the first label decides where one side has only that. */
export function sameServer(left: Known, right: Known): boolean {
  const [a, b] = [plainName(left), plainName(right)];
  return a === b || (a.includes('.') !== b.includes('.') && a.split('.')[0] === b.split('.')[0]);
}
