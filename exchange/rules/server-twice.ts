import type { Path } from '../../schema';
import { formatPath, path } from '../../schema';
import { canonicalAddress } from '../addresses';
import { addressesOf } from '../declared-names';
import type { DeclaredText } from '../declared-text';
import type { Finding, Rule } from './rule';

/** Finds texts that are equal to an earlier one. */
function duplicates(
  texts: readonly DeclaredText[],
  what: string,
  remedy: string,
  canonical = (text: string) => text.toLowerCase(),
): readonly Finding[] {
  const first = new Map<string, Path>();
  return texts.flatMap(({ text, path: at }) => {
    const key = canonical(text);
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, at);
      return [];
    }
    return [
      { path: at, problem: `the ${what} '${text}' is also declared at ${formatPath(earlier)}`, remedy },
    ];
  });
}

export const serverTwice: Rule = {
  id: 'server-twice',
  severity: 'error',
  description: 'No two servers share a name, FQDN or address. Letter case makes no difference.',
  check: ({ site }) => [
    ...duplicates(
      site.servers.map(({ name }, index) => ({ text: name, path: path('servers', index, 'name') })),
      'name',
      'give each server once',
    ),
    ...duplicates(
      site.servers.map(({ fqdn }, index) => ({ text: fqdn, path: path('servers', index, 'fqdn') })),
      'FQDN',
      'give each server its own FQDN',
    ),
    ...duplicates(
      site.servers.flatMap((_server, index) => addressesOf(site, index)),
      'address',
      'give each server its own address; one that they share is dns.publish.virtualIp',
      canonicalAddress,
    ),
  ],
};
