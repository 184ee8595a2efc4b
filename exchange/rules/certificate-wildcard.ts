import { path } from '../../schema';
import type { Rule } from './rule';

export const certificateWildcard: Rule = {
  id: 'certificate-wildcard',
  severity: 'error',
  description:
    'POP and IMAP do not find a wildcard certificate: they look it up by a host name, X509CertificateName of Set-PopSettings and Set-ImapSettings.',
  check: ({ certificates }) =>
    certificates
      .filter(({ declared }) => declared.names.some((name) => name.startsWith('*.')))
      .flatMap(({ declared, path: at }) =>
        declared.services.flatMap((service, index) =>
          service === 'POP' || service === 'IMAP'
            ? [
                {
                  path: [...at, ...path('services', index)],
                  problem: `${service} cannot use a wildcard certificate by enabling it`,
                  remedy: `use a certificate with the names themselves, or leave ${service} out and set X509CertificateName by hand`,
                },
              ]
            : [],
        ),
      ),
};
