import { path } from '../../schema';
import { isOnServer, titleOf } from '../declared-certificates';
import { declaredProtocols } from '../mail-protocols';
import { includesName } from '../resources/equality';
import type { Rule } from './rule';

/** https://learn.microsoft.com/powershell/module/exchangepowershell/set-popsettings, X509CertificateName */
export const certificateMailName: Rule = {
  id: 'certificate-mail-name',
  severity: 'error',
  description:
    'A certificate with the service POP or IMAP holds the name that `mailProtocols` declares for it. Otherwise the servers would select another certificate by that name, and every plan would assign this one again.',
  check: ({ site, certificates }) =>
    declaredProtocols(site).flatMap(({ row, host, servers }) =>
      certificates.flatMap((certificate) => {
        const { declared, path: at } = certificate;
        const index = declared.services.findIndex((service) => service === row.service);
        if (index === -1 || includesName(declared.names, host)) return [];
        if (!servers.some((server) => isOnServer(certificate, server))) return [];
        const out =
          declared.services.length === 1
            ? 'take the certificate out of the declaration'
            : `take ${row.service} out of its services`;
        return [
          {
            path: [...at, ...path('services', index)],
            problem: `${titleOf(certificate)} is for ${row.service}, but does not hold the name '${host}' that mailProtocols declares for it`,
            remedy: `add '${host}' to the names of this certificate; or ${out}, if another certificate holds the name`,
          },
        ];
      }),
    ),
};
