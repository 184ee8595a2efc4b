import { defineSite, ExchangeVersion } from '../exchange/site';

/** A server of 2010 behind the load balancer. */
const newer = (name: string, address: string) => ({
  name,
  fqdn: `${name}.mailmig.com`,
  address,
  version: ExchangeVersion.V2010,
  datacentre: 'main',
  outlookAnywhere: 'enabled' as const,
  authentication: {
    ews: { basic: true, windows: true },
    owa: { windows: true, forms: false },
    ecp: { windows: true, forms: false },
  },
});

/**
 * Exchange 2010 takes over client access from 2007: clients have the names of the new servers, which stand behind Windows
 * NLB, and the old one is reached under legacy.mailmig.com, by internal clients under its own name. Its ActiveSync is
 * proxied while mailboxes are still there. Outside everything goes to a reverse proxy, which is not made from here, nor is
 * the cluster. The old server keeps the certificate that it has.
 */
export const site = defineSite({
  servers: [
    {
      name: 'mail01-srv',
      fqdn: 'mail01-srv.mailmig.com',
      address: '192.0.2.1',
      version: ExchangeVersion.V2007,
      endpoint: 'https://mail01-srv.mailmig.com:5986/wsman',
      outlookAnywhere: 'disabled',
      namespaces: { client: { internal: 'mail01-srv.mailmig.com', external: 'legacy.mailmig.com' } },
      legacyClients: { activesync: 'proxy' },
      publish: { internal: 'round-robin' },
      authentication: {
        oab: { basic: true, windows: true },
        ews: { basic: true, windows: true },
        activesync: { basic: true, windows: true },
        owa: { windows: true, forms: false },
      },
    },
    newer('srv-mx03', '192.0.2.3'),
    newer('srv-mx04', '192.0.2.4'),
  ],
  namespaces: { client: 'mail.mailmig.com', autodiscover: 'autodiscover.mailmig.com' },
  datacentres: {
    main: {
      activeDirectorySites: ['Default-First-Site-Name'],
      clientAccessArray: { fqdn: 'outlook.mailmig.com' },
      publish: { internal: { virtualIp: '192.0.2.10' } },
    },
  },
  outlookAnywhere: { externalAuthentication: 'Basic' },
  certificate: {
    pfxFile: 'certificates/cas.pfx',
    names: [
      'mail.mailmig.com',
      'srv-mx03.mailmig.com',
      'srv-mx04.mailmig.com',
      'pop.mailmig.com',
      'autodiscover.mailmig.com',
    ],
    services: ['IIS', 'POP', 'SMTP'],
    servers: ['srv-mx03', 'srv-mx04'],
  },
  dns: {
    internal: { zones: [{ name: 'mailmig.com' }], existingRecords: ['mail.mailmig.com'] },
    external: {
      zones: [{ name: 'mailmig.com', server: 'ns1.mailmig.com', keyName: 'exchange.', keyAlgorithm: 'hmac-sha256' }],
      publish: { virtualIp: '203.0.113.3' },
      existingRecords: ['mail.mailmig.com', 'autodiscover.mailmig.com'],
    },
  },
});
