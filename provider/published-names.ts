import {
  type NameAddresses,
  publishedAfter,
  publishedNames as definition,
  sameAddresses,
  VIEW_ATTRIBUTES,
} from '../exchange/published-names';
import { type Side, SIDES } from '../exchange/given-names';
import type { ManagedResource } from '../plugin';
import { isKnown, type KnownValues, type Values } from '../schema';
import type { Publication } from './name-findings';
import type { Targets } from './targets';

/**
 * The resource that is applied before the DNS records. It asks which records DNS holds and which names the servers give
 * to clients, and keeps in the state what was published. The code that judges names, and DNS with it, is imported only
 * where there are names to judge (see `zonesOf` in definition.ts).
 */
export const publishedNames: ManagedResource<Targets, Publication> = {
  typeName: definition.typeName,
  schema: definition.schema,
  isCheck: true,
  find: async () => ({ existing: null }),
  inform: async (change, targets) => {
    const { prior, planned } = change;
    if (planned === null || !DECLARED.every((name) => isKnown(planned[name] ?? null))) return {};
    const [{ nameFindings }, { renameFindings }] = await Promise.all([
      import('./name-findings'),
      import('./rename'),
    ]);
    const publications = publicationsOf(prior, planned);
    const findings = await Promise.all(
      publications.map((publication) => nameFindings(publication, targets.zones)),
    );
    return {
      values: Object.fromEntries(
        SIDES.map((side) => [
          VIEW_ATTRIBUTES[side].published,
          publishedIn(side, prior as KnownValues | null, planned),
        ]),
      ),
      diagnostics: [...findings.flat(), ...(await renameFindings(change, targets))],
    };
  },
  steps: ({ prior, planned }) => {
    if (planned === null) return [];
    return publicationsOf(prior, planned).filter(
      ({ side, addresses }) => prior === null || !sameAddresses(addressesIn(prior, side), addresses),
    );
  },
  describe: ({ side, addresses }) =>
    `ask DNS for the records of ${Object.keys(addresses).join(', ')}${side === 'external' ? ' in the external view' : ''}`,
  // The names are asked for again: a saved plan may be old, and the steps on the servers took their time.
  execute: async (publication, { zones }) => {
    const { nameFindings } = await import('./name-findings');
    zones?.forgetNames();
    const findings = await nameFindings(publication, zones);
    return findings.filter(({ severity }) => severity === 'error');
  },
  read: async (state) => ({ state }),
};

const DECLARED = ['purposes', ...SIDES.map((side) => VIEW_ATTRIBUTES[side].addresses)];

/** Null where the site has no external view and had none before. */
function publishedIn(side: Side, prior: KnownValues | null, planned: Values): NameAddresses | null {
  const after = publishedAfter(prior, addressesIn(planned, side), side);
  return side === 'external' && Object.keys(after).length === 0 ? null : after;
}

/** One publication for each view that is to hold names of the site. */
function publicationsOf(prior: Values | null, planned: Values): readonly Publication[] {
  const hasViews = Object.keys(addressesIn(planned, 'external')).length > 0;
  return SIDES.flatMap((side) => {
    const names = VIEW_ATTRIBUTES[side];
    const addresses = addressesIn(planned, side);
    if (Object.keys(addresses).length === 0) return [];
    const existing = planned[names.existing] ?? null;
    return [
      {
        side,
        declared: hasViews ? `dns.${side}` : 'dns',
        addresses,
        existing: isKnown(existing) && Array.isArray(existing) ? (existing as readonly string[]) : [],
        published: ((prior?.[names.published] ?? null) as NameAddresses | null) ?? {},
      },
    ];
  });
}

const addressesIn = (values: Values, side: Side) =>
  ((values[VIEW_ATTRIBUTES[side].addresses] ?? null) as NameAddresses | null) ?? {};
