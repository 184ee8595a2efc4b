import { path } from '../../schema';
import type { Rule } from './rule';

export const certificateIis: Rule = {
  id: 'certificate-iis',
  severity: 'warning',
  description:
    'The certificate of the namespaces is used by IIS, which answers for all of them; without it clients are shown the self-signed one that Setup made.',
  check: ({ site }) =>
    site.certificate.services.includes('IIS')
      ? []
      : [
          {
            path: path('certificate', 'services'),
            problem:
              'IIS is not among the services, so that clients are shown the self-signed certificate and warn of it',
            remedy: `add 'IIS', unless something in front of the servers ends TLS`,
          },
        ],
};
