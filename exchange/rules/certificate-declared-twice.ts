import { formatPath, path } from '../../schema';
import { isOnServer } from '../declared-certificates';
import { isCommitted } from '../committed-certificate';
import { sameName } from '../resources/equality';
import type { ExchangeSiteProps } from '../site';
import type { Rule, RuleCertificate } from './rule';

export const certificateDeclaredTwice: Rule = {
  id: 'certificate-declared-twice',
  severity: 'error',
  description:
    'No certificate is declared twice. A server would get it twice, or one certificate would have several objects that remove it.',
  check: ({ site, certificates }) =>
    certificates.flatMap((certificate, position) => {
      const before = certificates.slice(0, position);
      const sameFile = before.find((other) => pfxOf(other) === pfxOf(certificate));
      const thumbprint = thumbprintOf(certificate);
      const same =
        sameFile ??
        before.find((other) => thumbprint !== undefined && sameName(thumbprintOf(other) ?? '', thumbprint));
      if (same === undefined) return [];
      return [
        {
          path: sameFile === undefined ? certificate.path : [...certificate.path, ...path('pfxFile')],
          problem:
            sameFile === undefined
              ? `it is the certificate ${thumbprint ?? ''}, as ${formatPath(same.path)} is`
              : `'${certificate.declared.pfxFile}' is the PFX file of ${formatPath(same.path)}, too`,
          remedy: `declare it once, with ${needsInstead(site, same, certificate)}`,
        },
      ];
    }),
};

/** The servers or services that a single declaration of both certificates needs. */
function needsInstead(site: ExchangeSiteProps, one: RuleCertificate, other: RuleCertificate): string {
  const serversOf = (certificate: RuleCertificate) =>
    site.servers.filter((server) => isOnServer(certificate, server)).map(({ name }) => name);
  const [own, others] = [serversOf(one), serversOf(other)];
  const servers = site.servers.map(({ name }) => name).filter((name) => [...own, ...others].includes(name));
  const services = [...new Set([...one.declared.services, ...other.declared.services])];
  const written = (property: string, values: readonly string[]) =>
    `${formatPath([...one.path, ...path(property)])}: [${values.map((value) => `'${value}'`).join(', ')}]`;
  const hasServers = servers.length === own.length;
  const hasServices = services.length === one.declared.services.length;
  if (hasServers) {
    const more = others.length === own.length ? '' : ', which are then for each of its servers';
    return `the services of both${more}: ${written('services', services)}`;
  }
  if (hasServices) {
    const more =
      other.declared.services.length === services.length ? '' : ', which then get all of its services';
    return `the servers of both${more}: ${written('servers', servers)}`;
  }
  return `the servers and the services of both, which are then for each of these servers: ${written('servers', servers)}, ${written('services', services)}`;
}

/** Ignores the kind of slashes and letter case, as Windows does. */
function pfxOf({ declared }: RuleCertificate): string {
  return declared.pfxFile.replaceAll('\\', '/').replace(/^\.\//, '').toLowerCase();
}

function thumbprintOf({ declared, committed }: RuleCertificate): string | undefined {
  return isCommitted(committed) ? committed.facts.thumbprint : declared.thumbprint;
}
