import { defineSite, ExchangeVersion } from '../exchange/site';

/**
 * Exchange 2010: two client access servers in production whose URLs still have an older name. The first plan takes them over
 * and shows what differs. Both already hold the certificate of the PFX, and DNS already has the new name. Outlook Anywhere is
 * not declared, and so stays as it is.
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
