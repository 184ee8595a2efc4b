import { hasWildcard, isOnServer, titleOf } from '../declared-certificates';
import { declaredProtocols } from '../mail-protocols';
import { includesName } from '../resources/equality';
import type { Rule } from './rule';

/** https://learn.microsoft.com/powershell/module/exchangepowershell/set-popsettings, X509CertificateName */
export const certificateMailProtocol: Rule = {
  id: 'certificate-mail-protocol',
  severity: 'warning',
  description:
    'On each server, a certificate that holds the name of POP or IMAP literally also has this service. A wildcard certificate is found without it.',
  check: ({ site, certificates }) =>
    declaredProtocols(site).flatMap(({ row, host, servers }) => {
      // A certificate that also has a wildcard cannot be enabled for the service, see `certificate-wildcard`.
      const named = certificates.filter(
        (certificate) => includesName(certificate.declared.names, host) && !hasWildcard(certificate),
      );
      const serving = named.filter(({ declared }) => declared.services.includes(row.service));
      const unserved = servers.filter(
        (server) => !serving.some((certificate) => isOnServer(certificate, server)),
      );
      const first = named.find((certificate) => unserved.some((server) => isOnServer(certificate, server)));
      if (first === undefined) return [];
      const lacking = unserved.filter((server) => isOnServer(first, server));
      return [
        {
          path: [...first.path, { attribute: 'services' }],
          problem: `${row.service} is not among the services, although ${titleOf(first)} has its name '${host}', and no other certificate with that name serves ${row.title} on ${lacking.map(({ name }) => name).join(', ')}`,
          remedy: `add '${row.service}', or give ${lacking.length === 1 ? 'this server' : 'these servers'} another certificate with that name and the service ${row.service}`,
        },
      ];
    }),
};
