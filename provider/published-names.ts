import {
  type NameAddresses,
  publishedAfter,
  publishedNames as definition,
  sameAddresses,
} from '../exchange/published-names';
import type { ManagedResource } from '../plugin';
import { isKnown, type KnownValues, type Values } from '../schema';
import type { Publication } from './name-findings';
import type { ExchangeTarget } from './target';

/**
 * What stands before the DNS records: asks what is in DNS and what servers give, and remembers what this state put there.
 * How names are judged, and with it DNS, is loaded where there are names to judge (see `zonesOf` in definition.ts).
 */
export const publishedNames: ManagedResource<ExchangeTarget, Publication> = {
  typeName: definition.typeName,
  schema: definition.schema,
  // Like every check it has nothing to find.
  find: async () => ({ existing: null }),
  inform: async (change, target) => {
    const { prior, planned } = change;
    const addresses = planned?.['addresses'] ?? null;
    if (planned === null || !isKnown(addresses)) return {};
    const [{ nameFindings }, { renameFindings }] = await Promise.all([
      import('./name-findings'),
      import('./rename'),
    ]);
    return {
      values: { published: publishedAfter(prior as KnownValues | null, addresses as NameAddresses) },
      diagnostics: [
        ...(await nameFindings(publicationOf(prior, planned), target.zones)),
        ...(await renameFindings(change, target)),
      ],
    };
  },
  steps: ({ prior, planned }) => {
    if (planned === null) return [];
    const publication = publicationOf(prior, planned);
    const isSame = prior !== null && sameAddresses(addressesIn(prior), publication.addresses);
    return isSame ? [] : [publication];
  },
  describe: ({ addresses }) => `ask DNS what stands under ${Object.keys(addresses).join(', ')}`,
  // The plan may be of yesterday, and the servers took their time.
  execute: async (publication, { zones }) => {
    const { nameFindings } = await import('./name-findings');
    zones?.forgetNames();
    const findings = await nameFindings(publication, zones);
    return findings.filter(({ severity }) => severity === 'error');
  },
  read: async (state) => ({ state }),
};

function publicationOf(prior: Values | null, planned: Values): Publication {
  const existing = planned['existing'] ?? null;
  return {
    addresses: addressesIn(planned),
    existing: isKnown(existing) && Array.isArray(existing) ? (existing as readonly string[]) : [],
    published: ((prior?.['published'] ?? null) as NameAddresses | null) ?? {},
  };
}

const addressesIn = (values: Values) => ((values['addresses'] ?? null) as NameAddresses | null) ?? {};
