import { type Authentication, defineSite, ExchangeVersion } from '../exchange/site';

const bothWays = { basic: true, windows: true };
const behindProxy: Authentication = { ews: bothWays, owa: { windows: true, forms: false } };

/** A server of Exchange 2010 in the Windows NLB cluster. */
const server = (name: string, address: string) => ({
  name,
  fqdn: `${name}.mailmig.com`,
  address,
  version: ExchangeVersion.V2010,
  datacentre: 'main',
  outlookAnywhere: 'enabled' as const,
  authentication: { ...behindProxy, ecp: { windows: true, forms: false } },
});

/**
 * Two servers of Exchange 2010 join one of 2007. Client access is switched to them first; mailboxes move later. For a mailbox
 * that has not moved, 2010 redirects clients to the legacy name, and proxies ActiveSync, here of some hundred devices.
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
      namespaces: {
        client: { internal: 'mail01-srv.mailmig.com', external: 'legacy.mailmig.com' },
        // Clears its service connection point, so that clients inside ask the servers of 2010 for Autodiscover.
        autodiscover: null,
      },
      legacyClients: { activesync: 'proxy' },
      publish: 'round-robin',
      authentication: { ...behindProxy, oab: bothWays, activesync: bothWays },
    },
    server('srv-mx03', '192.0.2.3'),
    server('srv-mx04', '192.0.2.4'),
  ],
  namespaces: { client: 'mail.mailmig.com', autodiscover: 'autodiscover.mailmig.com' },
  datacentres: {
    main: {
      activeDirectorySites: ['Default-First-Site-Name'],
      clientAccessArray: { fqdn: 'outlook.mailmig.com' },
    },
  },
  outlookAnywhere: { externalAuthentication: 'Basic' },
  certificate: {
    cas: {
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
    legacy: {
      pfxFile: 'certificates/legacy.pfx',
      names: ['legacy.mailmig.com', 'mail01-srv.mailmig.com'],
      services: ['IIS'],
      servers: ['mail01-srv'],
    },
  },
  dns: {
    internal: {
      zones: [{ name: 'mailmig.com' }],
      publish: {
        virtualIp: '192.0.2.10',
        nlb: {
          name: 'outlook.mailmig.com',
          mode: 'multicast',
          // IMAP (143, 993) is balanced but not among the services of the certificate: synth warns of it.
          ports: [80, 110, 995, 135, 143, 993, 443, '1024-65535'],
          affinity: 'single',
          windows: '2008 R2',
          switch: { vlan: 3, interfaces: ['Po1', 'Po2'] },
        },
      },
      existingRecords: ['mail.mailmig.com'],
    },
    external: {
      zones: [
        { name: 'mailmig.com', server: 'ns1.mailmig.com', keyName: 'exchange.', keyAlgorithm: 'hmac-sha256' },
      ],
      existingRecords: ['mail.mailmig.com', 'autodiscover.mailmig.com'],
    },
  },
  reverseProxy: {
    kind: 'isa',
    host: 'proxy01-srv.mailmig.com',
    address: '203.0.113.3',
    insideAddress: '192.0.2.2',
    certificateNames: ['mail.mailmig.com', 'legacy.mailmig.com', 'autodiscover.mailmig.com'],
  },
});
