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
        return [
          {
            path: [...at, ...path('services', index)],
            problem: `${titleOf(certificate)} is for ${row.service}, and has not its name '${host}'`,
            remedy: `take ${row.service} out, so that the certificate is found that has the name; or add it to the names of this one`,
          },
        ];
      }),
    ),
};
