import type { Known, Problem } from '../../schema';

/** Compares names of servers, hosts and enums, ignoring letter case. */
export function sameName(left: Known, right: Known): boolean {
  return plainName(left) === plainName(right);
}

function plainName(name: Known): string {
  return (name as string).toLowerCase();
}

/**
 * Compares URLs as Exchange and its clients do: letter case (which IIS ignores in paths too) and a trailing slash make
 * no difference. Empty text, which stands for no URL, equals only itself.
 */
export function sameUrl(left: Known, right: Known): boolean {
  const plain = (url: Known) => plainName(url).replace(/\/+$/, '');
  return plain(left) === plain(right);
}

/** Compares Windows folders, ignoring letter case and a trailing backslash. */
export function sameFolder(left: Known, right: Known): boolean {
  return plainFolder(left) === plainFolder(right);
}

/** A folder in the form for comparison. */
export function plainFolder(folder: Known): string {
  return plainName(folder).replace(/\\+$/, '');
}

/** Whether a list contains a name, ignoring letter case. */
export function includesName(names: readonly string[] | null | undefined, name: string): boolean {
  return (names ?? []).some((candidate) => sameName(candidate, name));
}

/** The problem with a list of names, if it contains one that is not known. */
export function notAmong(known: readonly string[], names: readonly string[]): Problem | undefined {
  const wrong = names.find((name) => !includesName(known, name));
  return wrong === undefined
    ? undefined
    : { problem: `'${wrong}' is not known`, remedy: `name one of ${known.join(', ')}` };
}

/** Compares lists of names, ignoring order and letter case. */
export function sameNames(left: Known, right: Known): boolean {
  const plain = (names: Known) =>
    [...new Set((names as readonly string[]).map((name) => name.toLowerCase()))].sort();
  return plain(left).join('\n') === plain(right).join('\n');
}

/**
 * Compares servers that are named with or without their domain. If one has no domain, only the first labels are
 * compared.
 */
export function sameServer(left: Known, right: Known): boolean {
  const [a, b] = [plainName(left), plainName(right)];
  return a === b || (a.includes('.') !== b.includes('.') && a.split('.')[0] === b.split('.')[0]);
}
