import { defineSite, ExchangeVersion } from '../exchange/site';

/**
 * Exchange 2010: two client access servers that are in production, and whose URLs somebody has left at an older name. The
 * first plan takes them over as they are and shows what differs. Both hold the certificate of the PFX already, and the name
 * stands in DNS. Outlook Anywhere is not declared: it stays as it is.
 */
export const site = defineSite({
  servers: [
    {
      name: 'ECAS1',
      fqdn: 'ECAS1.domain.local',
      address: '192.0.2.11',
      version: ExchangeVersion.V2010,
    },
    {
      name: 'ECAS2',
      fqdn: 'ECAS2.domain.local',
      address: '192.0.2.12',
      version: ExchangeVersion.V2010,
    },
  ],
  namespaces: { client: 'mail.domain.com', autodiscover: 'mail.domain.com' },
  authentication: { ews: { basic: true } },
  certificate: {
    pfxFile: 'certificates/mail.pfx',
    names: ['mail.domain.com'],
    services: ['IIS'],
    existingOn: ['ECAS1', 'ECAS2'],
  },
  dns: { zones: [{ name: 'domain.com' }], existingRecords: ['mail.domain.com'] },
});
