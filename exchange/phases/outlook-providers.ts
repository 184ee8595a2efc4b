import { path } from '../../schema';
import { elementsOf } from '../element';
import { exchangeObject } from '../exchange-object';
import { certificate, erase, outlookProvider } from '../resources';
import type { Phase } from './phase';

/**
 * The name that external Outlook clients expect on the certificate. It is set once every server presents the new
 * certificate.
 */
export const outlookProviders: Phase = ({ site }, before) => {
  const principal = site.outlookProvider?.certPrincipalName;
  const [first] = site.servers;
  if (principal === undefined || first === undefined) return [];
  return [
    exchangeObject({
      id: 'outlook-provider-EXPR',
      definition: erase(outlookProvider),
      server: null,
      version: first.version,
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
