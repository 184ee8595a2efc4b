import type { Path } from '../../schema';
import { formatPath, path } from '../../schema';
import { addressesOf } from '../declared-names';
import type { DeclaredText } from '../declared-names';
import type { Finding, Rule } from './rule';

/** Later ones that equal an earlier one of another server, letter case aside. */
function twice(texts: readonly DeclaredText[], what: string, remedy: string): readonly Finding[] {
  const first = new Map<string, Path>();
  return texts.flatMap(({ text, path: at }) => {
    const key = text.toLowerCase();
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, at);
      return [];
    }
    return [{ path: at, problem: `the ${what} '${text}' stands at ${formatPath(earlier)} too`, remedy }];
  });
}

export const serverTwice: Rule = {
  id: 'server-twice',
  severity: 'error',
  description: 'No two servers have one name, FQDN or address; letter case does not count.',
  check: ({ site }) => [
    ...twice(
      site.servers.map(({ name }, index) => ({ text: name, path: path('servers', index, 'name') })),
      'name',
      'give each server once',
    ),
    ...twice(
      site.servers.map(({ fqdn }, index) => ({ text: fqdn, path: path('servers', index, 'fqdn') })),
      'FQDN',
      'give each server its own FQDN',
    ),
    ...twice(
      site.servers.flatMap((_server, index) => addressesOf(site, index)),
      'address',
      'give each server its own address; one that they share is dns.publish.virtualIp',
    ),
  ],
};
