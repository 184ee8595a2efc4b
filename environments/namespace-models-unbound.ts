import { type Datacentre, defineSite, ExchangeVersion, type Server } from '../exchange/site';

/** One address of the load balancer inside, and one outside: at layer 7 it checks each protocol, whatever the name. */
const datacentre = (inside: string, outside: string): Datacentre => ({
  publish: { internal: { layer: 7, virtualIp: inside }, external: { layer: 7, virtualIp: outside } },
});

const server = (name: string, address: string, of: string): Server => ({
  name,
  fqdn: `${name}.contoso.local`,
  address,
  version: ExchangeVersion.V2013,
  datacentre: of,
  mailProtocols: { imap: { host: 'imap.contoso.com' } },
});

/** A server of Exchange 2007 with the mailboxes that have not moved yet. Clients outside reach it through the proxy. */
const old = (name: string, address: string, of: string): Server => ({
  name,
  fqdn: `${name}.contoso.local`,
  address,
  version: ExchangeVersion.V2007,
  datacentre: of,
  endpoint: `https://${name}.contoso.local:5986/wsman`,
  outlookAnywhere: 'enabled',
  sslOffload: false,
  // Clears its service connection point: clients inside ask the servers of 2013, which redirect those with a mailbox here.
  namespaces: { client: 'legacy.contoso.com', autodiscover: null },
  publish: { internal: 'round-robin', external: { virtualIp: '203.0.113.20' } },
});

/**
 * Exchange 2013 in Redmond and Portland, which share all names: the unbound namespace model, behind load balancers of layer 7
 * that end TLS. Each datacentre also has a server of Exchange 2007 with a legacy name.
 */
export const site = defineSite({
  servers: [
    server('REDEX1', '10.1.0.11', 'redmond'),
    server('REDEX2', '10.1.0.12', 'redmond'),
    server('POREX1', '10.2.0.11', 'portland'),
    server('POREX2', '10.2.0.12', 'portland'),
    old('REDOLD1', '10.1.0.21', 'redmond'),
    old('POROLD1', '10.2.0.21', 'portland'),
  ],
  namespaces: {
    client: 'mail.contoso.com',
    autodiscover: 'autodiscover.contoso.com',
    // Programs that fetch mail by IMAP send mail to this name.
    alsoPublished: ['smtp.contoso.com'],
  },
  datacentres: {
    redmond: datacentre('10.1.0.100', '203.0.113.100'),
    portland: datacentre('10.2.0.100', '198.51.100.100'),
  },
  sslOffload: true,
  certificate: {
    // Requested by hand: the subject is the first of these names, and the certificate has no others.
    pfxFile: 'certificates/contoso.pfx',
    names: [
      'mail.contoso.com',
      'autodiscover.contoso.com',
      'legacy.contoso.com',
      'imap.contoso.com',
      'smtp.contoso.com',
    ],
    services: ['IIS', 'SMTP', 'IMAP'],
  },
  dag: {
    name: 'DAG01',
    witness: { server: 'REDFS1.contoso.local', directory: 'C:\\DAGFileShareWitnesses\\DAG01' },
    alternateWitness: { server: 'PORFS1.contoso.local', directory: 'C:\\DAGFileShareWitnesses\\DAG01' },
    members: ['REDEX1', 'REDEX2', 'POREX1', 'POREX2'],
  },
  dns: {
    internal: { zones: [{ name: 'contoso.com' }] },
    external: {
      zones: [
        { name: 'contoso.com', server: 'ns1.contoso.com', keyName: 'exchange.', keyAlgorithm: 'hmac-sha256' },
      ],
    },
  },
});
