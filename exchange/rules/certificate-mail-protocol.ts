import { path } from '../../schema';
import { declaredProtocols } from '../mail-protocols';
import { sameName } from '../resources/equality';
import type { Rule } from './rule';

/** https://learn.microsoft.com/powershell/module/exchangepowershell/set-popsettings, X509CertificateName */
export const certificateMailProtocol: Rule = {
  id: 'certificate-mail-protocol',
  severity: 'warning',
  description:
    'A certificate that has the name of POP or IMAP itself is given to the service, too; by a wildcard it is found without.',
  check: ({ site }) =>
    declaredProtocols(site).flatMap(({ row, host }) => {
      const { names, services } = site.certificate;
      return services.includes(row.service) || !names.some((name) => sameName(name, host))
        ? []
        : [
            {
              path: path('certificate', 'services'),
              problem: `${row.service} is not among the services, although the certificate has its name '${host}'`,
              remedy: `add '${row.service}', or let another certificate with that name serve ${row.title}`,
            },
          ];
    }),
};
