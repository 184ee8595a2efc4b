import { defineSite, ExchangeVersion } from '../exchange/site';

/**
 * Exchange 2016, which clients outside reach through Application Request Routing in the perimeter network. No deploy configures
 * the proxy: the plan files describe its settings step by step.
 */
export const site = defineSite({
  servers: [
    {
      name: 'ex1-srv',
      fqdn: 'ex1-srv.contoso.com',
      address: '192.0.2.11',
      version: ExchangeVersion.V2016,
    },
    {
      name: 'ex2-srv',
      fqdn: 'ex2-srv.contoso.com',
      address: '192.0.2.12',
      version: ExchangeVersion.V2016,
    },
  ],
  namespaces: {
    client: 'mail.contoso.com',
    autodiscover: 'autodiscover.contoso.com',
    services: { activesync: 'activesync.contoso.com' },
  },
  certificate: {
    pfxFile: 'certificates/mail.pfx',
    names: ['mail.contoso.com', 'autodiscover.contoso.com', 'activesync.contoso.com'],
    services: ['IIS'],
  },
  dns: {
    internal: { zones: [{ name: 'contoso.com' }] },
    external: {
      zones: [
        { name: 'contoso.com', server: 'ns1.contoso.com', keyName: 'exchange.', keyAlgorithm: 'hmac-sha256' },
      ],
    },
  },
  reverseProxy: {
    kind: 'arr',
    host: 'RP.contoso.com',
    address: '203.0.113.10',
    insideAddress: '192.0.2.10',
    windows: '2012 R2',
    closeEcp: true,
  },
});
