import { formatPath, path } from '../../schema';
import { isOnServer } from '../declared-certificates';
import type { Rule } from './rule';

export const certificateServiceTwice: Rule = {
  id: 'certificate-service-twice',
  severity: 'error',
  description:
    'A service has one certificate on each server. Assigning it to a second certificate takes it from the first; for SMTP it stays listed on both.',
  check: ({ site, certificates }) =>
    certificates.flatMap((certificate, position) =>
      certificate.declared.services.flatMap((service, index) =>
        certificates.slice(0, position).flatMap((other) => {
          const there = other.declared.services.indexOf(service);
          const servers = site.servers.filter((server) =>
            [certificate, other].every((each) => isOnServer(each, server)),
          );
          if (there === -1 || servers.length === 0) return [];
          return [
            {
              path: [...certificate.path, ...path('services', index)],
              problem: `${service} of ${servers.map(({ name }) => name).join(', ')} has two certificates: ${formatPath([...other.path, ...path('services', there)])} gives it another one`,
              remedy: 'leave it with one of the two, or give them different servers',
            },
          ];
        }),
      ),
    ),
};
