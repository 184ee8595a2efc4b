import { type Datacentre, defineSite, ExchangeVersion, type Publish } from '../exchange/site';

/** An address of the load balancer for each name: at layer 4 it can check each service only by an address of its own. */
const balanced = (network: string): Publish => ({
  layer: 4,
  virtualIp: `${network}.100`,
  virtualIps: {
    'autodiscover.contoso.com': `${network}.101`,
    'oa.contoso.com': `${network}.102`,
    'ews.contoso.com': `${network}.103`,
    'oab.contoso.com': `${network}.104`,
  },
});

const datacentre = (inside: string, outside: string): Datacentre => ({
  publish: { internal: balanced(inside), external: balanced(outside) },
});

const server = (name: string, address: string, of: string) => ({
  name,
  fqdn: `${name}.contoso.local`,
  address,
  version: ExchangeVersion.V2013,
  datacentre: of,
});

/**
 * Exchange 2013 in Redmond and Portland, which share all names: the unbound namespace model, with a name for each service at
 * layer 4. Both also have servers of Exchange 2007, which are configured by hand. Their name is published, and on the
 * certificate, all the same.
 */
export const site = defineSite({
  servers: [
    server('REDEX1', '10.1.0.11', 'redmond'),
    server('REDEX2', '10.1.0.12', 'redmond'),
    server('POREX1', '10.2.0.11', 'portland'),
    server('POREX2', '10.2.0.12', 'portland'),
  ],
  namespaces: {
    client: 'mail.contoso.com',
    autodiscover: 'autodiscover.contoso.com',
    services: {
      outlookAnywhere: 'oa.contoso.com',
      mapi: 'oa.contoso.com',
      ews: 'ews.contoso.com',
      oab: 'oab.contoso.com',
    },
    alsoPublished: ['legacy.contoso.com'],
  },
  datacentres: {
    redmond: datacentre('10.1.0', '203.0.113'),
    portland: datacentre('10.2.0', '198.51.100'),
  },
  certificate: {
    // Requested by hand: the subject is the first of these names, and the certificate has no others.
    pfxFile: 'certificates/contoso.pfx',
    names: [
      'mail.contoso.com',
      'autodiscover.contoso.com',
      'legacy.contoso.com',
      'oa.contoso.com',
      'ews.contoso.com',
      'oab.contoso.com',
    ],
    services: ['IIS', 'SMTP'],
  },
  dag: {
    name: 'DAG01',
    witness: { server: 'REDFS1.contoso.local', directory: 'C:\\DAGFileShareWitnesses\\DAG01' },
    alternateWitness: { server: 'PORFS1.contoso.local', directory: 'C:\\DAGFileShareWitnesses\\DAG01' },
  },
  dns: {
    internal: {
      zones: [{ name: 'contoso.com' }],
      // The servers of 2007.
      elsewhere: { 'legacy.contoso.com': ['10.1.0.21', '10.2.0.21'] },
    },
    external: {
      zones: [
        { name: 'contoso.com', server: 'ns1.contoso.com', keyName: 'exchange.', keyAlgorithm: 'hmac-sha256' },
      ],
      // The proxy in front of the servers of 2007.
      elsewhere: { 'legacy.contoso.com': '203.0.113.20' },
    },
  },
});
