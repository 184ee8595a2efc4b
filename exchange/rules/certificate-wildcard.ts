import { path } from '../../schema';
import { hasWildcard } from '../declared-certificates';
import type { Rule } from './rule';

export const certificateWildcard: Rule = {
  id: 'certificate-wildcard',
  severity: 'error',
  description:
    'A wildcard certificate does not have the services POP and IMAP. They find such a certificate by a host name instead: X509CertificateName of Set-PopSettings and Set-ImapSettings, which `mailProtocols` declares.',
  check: ({ certificates }) =>
    certificates.filter(hasWildcard).flatMap(({ declared, path: at }) =>
      declared.services.flatMap((service, index) =>
        service === 'POP' || service === 'IMAP'
          ? [
              {
                path: [...at, ...path('services', index)],
                problem: `${service} cannot use a wildcard certificate by enabling it`,
                remedy: `leave ${service} out and declare the name by which the servers find it: mailProtocols: { ${service.toLowerCase()}: { host: 'mail.contoso.com' } }; or use a certificate with the names themselves`,
              },
            ]
          : [],
      ),
    ),
};
