import { formatPath, path } from '../../schema';
import { declaredArrays, type DeclaredArray } from '../declared-arrays';
import { declaredCertificates, titleOf } from '../declared-certificates';
import { publishedHosts } from '../namespaces';
import { includesName, sameName } from '../resources/equality';
import { isHostName } from '../resources/host';
import type { ExchangeSiteProps } from '../site';
import { ExchangeVersion } from '../versions';
import { type Finding, type Rule, withVersion } from './rule';

export const clientAccessArray: Rule = {
  id: 'client-access-array',
  severity: 'error',
  description:
    'A client access array belongs to an Active Directory site that has no other one, and to servers of Exchange 2010 without newer servers beside them, whose sessions lack its cmdlets. Its name resolves only inside the firewall: it is not in a URL for clients, not on a certificate, and not the name of a server.',
  check: ({ site }) => {
    const arrays = declaredArrays(site);
    return arrays.flatMap((declared, index) => [
      ...withoutServers(site, declared),
      ...outOfReach(site, declared),
      ...siteProblems(declared, arrays.slice(0, index)),
      ...nameProblems(site, declared, arrays.slice(0, index)),
      ...resolvesOutside(site, declared),
    ]);
  },
};

function withoutServers(
  { servers }: ExchangeSiteProps,
  { servers: own, datacentre, path: at }: DeclaredArray,
): readonly Finding[] {
  // Another rule reports a datacentre without servers.
  const standing = servers.filter((server) => sameName(server.datacentre ?? '', datacentre));
  if (own.length > 0 || standing.length === 0) return [];
  const versions = [...new Set(standing.map(({ version }) => version.toString()))].join(', ');
  return [
    {
      path: at,
      problem: `the servers of ${datacentre} (${versions}) have no client access array, which exists in ${ExchangeVersion.V2010.toString()} only`,
      remedy:
        'take it out: Outlook reaches databases of later versions over HTTP, by the names of Outlook Anywhere and MAPI over HTTP',
    },
  ];
}

/** The session of a site is on one of its newest servers, and from 2013 on servers lack these cmdlets. */
function outOfReach(
  { servers }: ExchangeSiteProps,
  { servers: own, path: at }: DeclaredArray,
): readonly Finding[] {
  const newer = servers.filter(({ version }) => version.isAtLeast(ExchangeVersion.V2013));
  if (own.length === 0 || newer.length === 0) return [];
  return [
    {
      path: at,
      problem: `the session of a site with ${newer.map(withVersion).join(', ')} has no cmdlets for client access arrays`,
      remedy: `take it out and set it in the management shell of ${own.map(({ name }) => name).join(' or ')}, or declare the older servers as a site of their own, whose endpoint is one of them`,
    },
  ];
}

function siteProblems(
  { array, path: at, datacentre, activeDirectorySite }: DeclaredArray,
  earlier: readonly DeclaredArray[],
): readonly Finding[] {
  if (activeDirectorySite === undefined) {
    return [
      {
        path: at,
        problem: 'nothing tells which Active Directory site the array belongs to',
        remedy: `declare it for the datacentre, ${formatPath(path('datacentres', datacentre))}.activeDirectorySites: ['…'], or where that has several, for the array: activeDirectorySite: '…'`,
      },
    ];
  }
  const other = earlier.find((one) => sameName(one.activeDirectorySite ?? '', activeDirectorySite));
  if (other === undefined) return [];
  return [
    {
      path: array.activeDirectorySite === undefined ? at : [...at, { attribute: 'activeDirectorySite' }],
      problem: `the site ${activeDirectorySite} has the array of ${formatPath(other.path)} already`,
      remedy: 'an Active Directory site has one array at most: declare it in one datacentre',
    },
  ];
}

function nameProblems(
  site: ExchangeSiteProps,
  { array: { fqdn }, path: within }: DeclaredArray,
  earlier: readonly DeclaredArray[],
): readonly Finding[] {
  const at = [...within, { attribute: 'fqdn' }];
  const finding = (problem: string, remedy: string) => [{ path: at, problem, remedy }];
  const another = 'give the array a name of its own, such as outlook.contoso.local';
  if (!isHostName(fqdn) || !fqdn.includes('.')) {
    return finding(
      fqdn === '' ? 'the host name is empty' : `'${fqdn}' is not a host name with a domain`,
      /[/:]/.test(fqdn)
        ? 'write only its host name, without https:// and without a path: outlook.contoso.com'
        : 'write it with its domain, which is a declared zone: outlook.contoso.com',
    );
  }
  const other = earlier.find(({ array }) => sameName(array.fqdn, fqdn));
  if (other !== undefined) return finding(`'${fqdn}' is the name of ${formatPath(other.path)} too`, another);
  const server = site.servers.findIndex((one) => sameName(one.fqdn, fqdn));
  if (server !== -1) {
    return finding(`'${fqdn}' is the FQDN of one server, ${formatPath(path('servers', server))}`, another);
  }
  const given = publishedHosts(site).find(({ host }) => sameName(host, fqdn));
  if (given !== undefined) {
    return finding(
      `'${fqdn}' is a name that clients are given as well (${formatPath(given.path)})`,
      `${another}: where it resolves outside, Outlook there tries the array first and waits before it takes Outlook Anywhere`,
    );
  }
  const holder = declaredCertificates(site).find(({ declared: { names } }) => includesName(names, fqdn));
  return holder === undefined
    ? []
    : finding(
        `'${fqdn}' is a name of ${titleOf(holder)}`,
        `take it out of ${formatPath(holder.path)}.names: Outlook reaches an array without TLS, and no client ever compares it`,
      );
}

/** A name in a view for all clients also resolves outside the firewall. */
function resolvesOutside(
  site: ExchangeSiteProps,
  { array: { fqdn }, path: at }: DeclaredArray,
): readonly Finding[] {
  if ('internal' in site.dns) return [];
  return [
    {
      path: [...at, { attribute: 'fqdn' }],
      problem: `'${fqdn}' must not resolve outside, and dns does not say which view is the one inside`,
      remedy: 'move what dns holds into dns.internal; that plans no changes',
    },
  ];
}
