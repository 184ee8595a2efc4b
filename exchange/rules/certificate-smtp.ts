import { path } from '../../schema';
import type { Rule } from './rule';

export const certificateSmtp: Rule = {
  id: 'certificate-smtp',
  severity: 'error',
  description:
    'Enabling a certificate for SMTP replaces the default certificate of the server. Usually the one that Setup made should stay, so the declaration must say that it is meant.',
  check: ({ site }) =>
    site.certificate.services.flatMap((service, index) =>
      service === 'SMTP' && site.certificate.replaceDefaultSmtpCertificate !== true
        ? [
            {
              path: path('certificate', 'services', index),
              problem: 'SMTP would replace the certificate that the servers use among themselves',
              remedy:
                'leave SMTP out, or set certificate.replaceDefaultSmtpCertificate to true if that is meant',
            },
          ]
        : [],
    ),
};
