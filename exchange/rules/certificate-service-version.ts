import { path } from '../../schema';
import { isOnServer } from '../declared-certificates';
import { existsIn, ExchangeVersion, type Lifespan, lifespanText } from '../versions';
import { type Rule, withVersion } from './rule';

/**
 * Exchange 2019 removed Unified Messaging. Its call router came with 2013, which split the roles
 * (https://learn.microsoft.com/exchange/new-features/discontinued-features, values of -Services on the page of
 * Enable-ExchangeCertificate).
 */
const LIFESPANS: { readonly [service: string]: Lifespan } = {
  UM: { since: ExchangeVersion.V2007, last: ExchangeVersion.V2016 },
  UMCallRouter: { since: ExchangeVersion.V2013, last: ExchangeVersion.V2016 },
};

export const certificateServiceVersion: Rule = {
  id: 'certificate-service-version',
  severity: 'error',
  description:
    'A certificate is assigned only to services that exist in the version of each of its servers.',
  check: ({ site, certificates }) =>
    certificates.flatMap((certificate) =>
      certificate.declared.services.flatMap((service, index) => {
        const lifespan = LIFESPANS[service];
        const without = site.servers.filter(
          (server) =>
            lifespan !== undefined && isOnServer(certificate, server) && !existsIn(lifespan, server.version),
        );
        if (lifespan === undefined || without.length === 0) return [];
        return [
          {
            path: [...certificate.path, ...path('services', index)],
            problem: `${without.map(withVersion).join(', ')} ${without.length === 1 ? 'has' : 'have'} no ${service}, which exists in ${lifespanText(lifespan)}`,
            remedy: `take '${service}' out, or declare a certificate with it for the servers that have it`,
          },
        ];
      }),
    ),
};
