import { path } from '../../schema';
import { canonicalAddress, listed } from '../addresses';
import { publishingPlaces } from '../publishing';
import { isHostName } from '../resources/host';
import { sameServer } from '../resources/equality';
import { proxiedNames } from '../reverse-proxy';
import type { ExchangeSiteProps, ReverseProxy } from '../site';
import type { Finding, Rule } from './rule';

export const reverseProxy: Rule = {
  id: 'reverse-proxy',
  severity: 'error',
  description:
    'The reverse proxy is a separate machine, with a host name and addresses that no server has, and at least one external name leads to it. Beside it, external addresses are declared only in `elsewhere` of the external view.',
  check: ({ site }) => {
    const proxy = site.reverseProxy;
    if (proxy === undefined) return [];
    return [
      ...named(proxy),
      ...forOtherKind(proxy),
      ...sameAsServer(site, proxy),
      ...withoutNames(site),
      ...besideProxy(site),
    ];
  },
};

function named({ host }: ReverseProxy): readonly Finding[] {
  if (isHostName(host) && host.includes('.')) return [];
  return [
    {
      path: path('reverseProxy', 'host'),
      problem: `'${host}' is not a host name with a domain`,
      remedy: 'write it as RP.contoso.com, also where the machine is in no domain: it has a DNS suffix',
    },
  ];
}

const ONLY: { readonly [kind in ReverseProxy['kind']]: readonly (keyof ReverseProxy)[] } = {
  arr: ['windows', 'farms', 'perimeterDns'],
  isa: ['signIn', 'listensOnHttp', 'wpadAddress'],
};

function forOtherKind(proxy: ReverseProxy): readonly Finding[] {
  const other = proxy.kind === 'arr' ? 'isa' : 'arr';
  return ONLY[other]
    .filter((property) => proxy[property] !== undefined)
    .map((property) => ({
      path: path('reverseProxy', property),
      problem: `it is a setting of proxies of kind ${other}, and this one is of kind ${proxy.kind}, so that it has no effect`,
      remedy: 'take it out, or correct the kind',
    }));
}

function sameAsServer({ servers }: ExchangeSiteProps, { host, address, insideAddress }: ReverseProxy) {
  const remedy = 'give that of the proxy, which is no server of Exchange';
  return servers.flatMap((server): readonly Finding[] => {
    const own = listed(server.address).map(canonicalAddress);
    const taken = (address: string) => own.includes(canonicalAddress(address));
    return [
      ...(sameServer(host, server.fqdn)
        ? [{ path: path('reverseProxy', 'host'), problem: `'${host}' is the server ${server.name}`, remedy }]
        : []),
      ...listed(address)
        .filter(taken)
        .map((each) => ({
          path: path('reverseProxy', 'address'),
          problem: `'${each}' is the address of the server ${server.name}`,
          remedy,
        })),
      ...(insideAddress !== undefined && taken(insideAddress)
        ? [
            {
              path: path('reverseProxy', 'insideAddress'),
              problem: `'${insideAddress}' is the address of the server ${server.name}`,
              remedy,
            },
          ]
        : []),
    ];
  });
}

function withoutNames(site: ExchangeSiteProps): readonly Finding[] {
  if (proxiedNames(site).length > 0 || site.servers.length === 0) return [];
  return [
    {
      path: path('reverseProxy'),
      problem: 'clients outside are given no name that leads to it, so that it has no effect',
      remedy:
        'give the names an external side, take them out of elsewhere and notPublished, or take this out',
    },
  ];
}

/** Finds load balancers that are declared for external clients beside the proxy. */
function besideProxy(site: ExchangeSiteProps): readonly Finding[] {
  return publishingPlaces(site)
    .filter(({ side }) => side === 'external')
    .map(({ path: at }) => ({
      path: at,
      problem: 'outside, names resolve to the reverse proxy, so that this address has no effect',
      remedy:
        'take it out, or take reverseProxy out; declare a name that resolves to another machine in dns.external.elsewhere',
    }));
}
