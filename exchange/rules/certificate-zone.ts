import { nameCovers } from '../../pki/coverage';
import { formatPath, path, type Path } from '../../schema';
import { isInternalName } from '../certificate-checks/internal-name';
import { namesInDns, zoneOf } from '../dns-records';
import { viewsOf } from '../dns-views';
import { sameName } from '../resources/equality';
import type { ExchangeSiteProps } from '../site';
import type { Finding, Rule } from './rule';

export const certificateZone: Rule = {
  id: 'certificate-zone',
  severity: 'warning',
  description:
    'A name on a certificate that no client uses is in a declared zone. One in another domain is usually a typing error, and then the intended name is missing.',
  check: ({ site, certificates }) => [
    ...certificates.flatMap(({ declared, path: at }) => strangers(site, declared.names, at, 'names')),
    ...strangers(site, site.reverseProxy?.certificateNames ?? [], path('reverseProxy'), 'certificateNames'),
  ],
};

function strangers(
  site: ExchangeSiteProps,
  names: readonly string[],
  at: Path,
  attribute: string,
): readonly Finding[] {
  const views = viewsOf(site);
  const zones = views.flatMap(({ declared }) => declared.zones.map(({ name }) => name));
  const known = namesInDns(site);
  return names.flatMap((name, index) => {
    // Other rules check names of servers, and names under suffixes that nobody can register.
    const isKnown =
      views.some((view) => zoneOf(view, name) !== undefined) ||
      known.some(({ host }) => nameCovers(name, host)) ||
      site.servers.some((server) => sameName(server.fqdn, name)) ||
      isInternalName(name);
    return isKnown
      ? []
      : [
          {
            path: [...at, ...path(attribute, index)],
            problem: `'${name}' lies in none of the declared zones (${[...new Set(zones)].join(', ')}), and clients are not given it`,
            remedy: `correct it, or add its zone to ${formatPath([...views[0].path, { attribute: 'zones' }])}`,
          },
        ];
  });
}
