import { canonicalAddress, listed } from '../addresses';
import { sameName } from '../resources/equality';
import type { Placement } from '../topology';
import { type Finding, type Rule, withoutDuplicates } from './rule';

export const reverseProxySignIn: Rule = {
  id: 'reverse-proxy-sign-in',
  severity: 'error',
  description:
    'No name that internal Outlook clients use, from a service connection point or as the URL of Exchange Web Services, resolves internally to a reverse proxy with forms-based sign-in. Outlook cannot show the form, and would ask for a password.',
  check: ({ site: { reverseProxy: proxy }, topology, recordSets }) => {
    if (proxy?.kind !== 'isa' || (proxy.signIn ?? 'forms') !== 'forms') return [];
    const own = [...listed(proxy.address), ...listed(proxy.insideAddress ?? [])].map(canonicalAddress);
    const led = recordSets.filter(
      ({ view, addresses }) =>
        view === 'internal' && addresses.some((address) => own.includes(canonicalAddress(address))),
    );
    return withoutDuplicates(
      topology.placements
        .flatMap(givenInside)
        .filter(({ host }) => led.some((record) => sameName(record.host, host)))
        .map(({ host, path, what }): Finding => ({
          path,
          problem: `'${host}' is ${what}, and resolves inside to the reverse proxy ${proxy.host}, which signs users in by forms: Outlook would ask for a password`,
          remedy:
            'let the name resolve to the servers, or to the load balancer in front of them, in the internal view; or give clients inside another name',
        })),
    );
  },
};

/** Names at which internal Outlook clients sign in without asking the user. */
function givenInside({ autodiscover, directories }: Placement) {
  const ews = directories.find(({ row }) => row.service === 'ews')?.hosts;
  return [
    { host: autodiscover.host, path: autodiscover.path, what: 'what service connection points hand out' },
    ...(ews === undefined
      ? []
      : [{ host: ews.internal, path: ews.internalPath, what: 'the name of Exchange Web Services' }]),
  ];
}
