import { type Datacentre, defineSite, ExchangeVersion } from '../exchange/site';

/**
 * Exchange 2013 in two datacentres, Redmond (wa) and Bel Air (md). Users connect to the nearest one by its names: the bound
 * namespace model. The load balancers work at layer 4 and cannot tell services apart, so that each service has a name and an
 * address of its own. The site also has servers of Exchange 2010, which keep their names and are not declared.
 */
function datacentre(site: string, network: string): Datacentre {
  return {
    namespaces: {
      client: `mail-${site}.contoso.com`,
      services: {
        activesync: `eas-${site}.contoso.com`,
        outlookAnywhere: `oa-${site}.contoso.com`,
        mapi: `oa-${site}.contoso.com`,
        ews: `ews-${site}.contoso.com`,
        oab: `oab-${site}.contoso.com`,
      },
    },
    failback: `mailfb-${site}.contoso.com`,
    publish: {
      layer: 4,
      virtualIp: `${network}.100`,
      virtualIps: {
        'autodiscover.contoso.com': `${network}.101`,
        [`eas-${site}.contoso.com`]: `${network}.102`,
        [`oa-${site}.contoso.com`]: `${network}.103`,
        [`ews-${site}.contoso.com`]: `${network}.104`,
        [`oab-${site}.contoso.com`]: `${network}.105`,
      },
    },
  };
}

const server = (name: string, address: string, of: string) => ({
  name,
  fqdn: `${name}.contoso.local`,
  address,
  version: ExchangeVersion.V2013,
  datacentre: of,
});

export const site = defineSite({
  servers: [
    server('WAEX1', '10.1.0.11', 'redmond'),
    server('WAEX2', '10.1.0.12', 'redmond'),
    server('MDEX1', '10.2.0.11', 'belair'),
    server('MDEX2', '10.2.0.12', 'belair'),
  ],
  namespaces: { client: 'mail-wa.contoso.com', autodiscover: 'autodiscover.contoso.com' },
  datacentres: { redmond: datacentre('wa', '10.1.0'), belair: datacentre('md', '10.2.0') },
  certificate: {
    // Requested by hand: the subject is the first of these names, and the certificate has no others.
    pfxFile: 'certificates/contoso.pfx',
    names: [
      'mail-wa.contoso.com',
      'mail-md.contoso.com',
      'autodiscover.contoso.com',
      'mailfb-wa.contoso.com',
      'mailfb-md.contoso.com',
      'eas-wa.contoso.com',
      'eas-md.contoso.com',
      'oa-wa.contoso.com',
      'oa-md.contoso.com',
      'ews-wa.contoso.com',
      'ews-md.contoso.com',
      'oab-wa.contoso.com',
      'oab-md.contoso.com',
    ],
    services: ['IIS', 'SMTP'],
  },
  dns: { zones: [{ name: 'contoso.com' }] },
});
