import { type Datacentre, defineSite, ExchangeVersion, type Server } from '../exchange/site';

/** One address of the load balancer on each side: at layer 7 it finds a dead protocol behind any name. */
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

/** A server of 2007, which keeps mailboxes that have not moved yet. Outside it stands behind the proxy. */
const old = (name: string, address: string, of: string): Server => ({
  name,
  fqdn: `${name}.contoso.local`,
  address,
  version: ExchangeVersion.V2007,
  datacentre: of,
  endpoint: `https://${name}.contoso.local:5986/wsman`,
  outlookAnywhere: 'enabled',
  sslOffload: false,
  // Clients inside are told of Autodiscover by the servers of 2013 only, which send those of 2007 here.
  namespaces: { client: 'legacy.contoso.com', autodiscover: null },
  publish: { internal: 'round-robin', external: { virtualIp: '203.0.113.20' } },
});

/**
 * Exchange 2013 in Redmond and Portland, which share all names: an unbound model behind load balancers of layer 7, which end
 * TLS. Beside it stand servers of 2007 under a legacy name.
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
    // Programs that fetch mail by IMAP send it there.
    alsoPublished: ['smtp.contoso.com'],
  },
  datacentres: {
    redmond: datacentre('10.1.0.100', '203.0.113.100'),
    portland: datacentre('10.2.0.100', '198.51.100.100'),
  },
  sslOffload: true,
  certificate: {
    // Requested by hand for now: the subject is the first of its names, and there is no other name on it.
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
