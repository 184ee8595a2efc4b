import type { Path } from '../../schema';
import { formatPath } from '../../schema';
import { canonicalAddress } from '../addresses';
import type { DeclaredText } from '../declared-text';
import { declaredAddresses } from '../declared-names';
import { groupAddresses, type PlacedGroup } from '../placed-groups';
import type { Finding, Rule } from './rule';

/** Values of `addresses` with a special meaning, from Microsoft's page of New-DatabaseAvailabilityGroup. */
export const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', 'DHCP'],
  ['255.255.255.255', 'no administrative access point'],
]);

function addressesOf({ group, path }: PlacedGroup): readonly DeclaredText[] {
  return (group.addresses ?? []).map((text, index) => ({
    text,
    path: [...path, { attribute: 'addresses' }, { index }],
  }));
}

/** Addresses that are used more than once. */
function usedTwice(addresses: readonly DeclaredText[], others: readonly DeclaredText[]): readonly Finding[] {
  const first = new Map<string, Path>(
    [...others].reverse().map(({ text, path }) => [canonicalAddress(text), path]),
  );
  return addresses.flatMap(({ text, path }) => {
    if (MEANINGS.has(text)) return [];
    const earlier = first.get(text);
    first.set(text, earlier ?? path);
    return earlier === undefined
      ? []
      : [
          {
            path,
            problem: `the address '${text}' is also declared at ${formatPath(earlier)}`,
            remedy: 'give the cluster a free address of its own in each subnet that its members are in',
          },
        ];
  });
}

function besideSpecialValue(addresses: readonly DeclaredText[]): readonly Finding[] {
  if (addresses.length < 2) return [];
  return addresses.flatMap(({ text, path }) => {
    const meaning = MEANINGS.get(text);
    return meaning === undefined
      ? []
      : [
          {
            path,
            problem: `'${text}' means ${meaning}, but other addresses are declared beside it`,
            remedy: `give only '${text}', or an address in each subnet`,
          },
        ];
  });
}

function unsupported(addresses: readonly DeclaredText[], { version }: PlacedGroup): readonly Finding[] {
  const values = groupAddresses(version)?.refuses ?? [];
  return addresses.flatMap(({ text, path }) =>
    values.includes(text)
      ? [
          {
            path,
            problem: `'${text}' means ${MEANINGS.get(text) ?? text}, which ${version.toString()} does not have: it came with 2013 SP1 on Windows Server 2012 R2`,
            remedy: "give an address in each subnet, or '0.0.0.0' for DHCP, which is also the default",
          },
        ]
      : [],
  );
}

export const dagAddresses: Rule = {
  id: 'dag-addresses',
  severity: 'error',
  description:
    'An address of a DAG is used for nothing else. 0.0.0.0 (DHCP) or 255.255.255.255 (no administrative access point) is the only entry of `addresses`; Exchange 2010 accepts only the former.',
  check: ({ site, topology: { groups } }) => [
    ...usedTwice(groups.flatMap(addressesOf), declaredAddresses(site)),
    ...groups.flatMap((placed) => {
      const addresses = addressesOf(placed);
      return [...besideSpecialValue(addresses), ...unsupported(addresses, placed)];
    }),
  ],
};
