import { path } from '../../schema';
import { elementsOf } from '../element';
import { exchangeObject } from '../exchange-object';
import { certificate, erase, isIn, outlookProvider } from '../resources';
import type { Phase } from './phase';

/** What Outlook outside must find on the certificate: told once every server shows the new one. */
export const outlookProviders: Phase = ({ site }, before) => {
  const principal = site.outlookProvider?.certPrincipalName;
  const version = site.servers.map((server) => server.version).find((each) => isIn(outlookProvider, each));
  // What is missing the rules have said.
  if (principal === undefined || version === undefined) return [];
  return [
    exchangeObject({
      id: 'outlook-provider-EXPR',
      definition: erase(outlookProvider),
      server: null,
      version,
      attributes: { name: 'EXPR', cert_principal_name: principal ?? '' },
      origin: {
        server: path('outlookProvider'),
        cert_principal_name: path('outlookProvider', 'certPrincipalName'),
      },
      dependsOn: elementsOf(before, 'exchange-object')
        .filter(({ definition }) => definition.typeName === certificate.typeName)
        .map(({ id }) => id),
    }),
  ];
};
