import { join } from 'node:path';
import { type Element, type ExchangeObject, isReference } from '../../exchange/element';
import { resolveSite } from '../../exchange/resolve-site';
import { type ExchangeSiteProps, ExchangeVersion } from '../../exchange/site';
import { formatPath } from '../../schema';
import { GoldenSections } from '../golden-sections';
import { dag, server, site, siteOf2007 } from './sites';

const golden = new GoldenSections(
  join(__dirname, 'golden/desired-state.txt'),
  'The elements of some declarations: each attribute of an object, and where in the declaration it comes from.',
);
const right = site();
const witness = (name: string) => ({ server: name, directory: 'C:\\Witness\\DAG01' });

/** Declarations that together use every property from which an attribute of an Exchange object is made. */
const DECLARATIONS: readonly (readonly [title: string, declaration: ExchangeSiteProps])[] = [
  ['the least that a site needs', { ...site({ rollout: 'parallel' }), dag: { ...dag, members: ['EX01'] } }],
  [
    'Exchange Server 2019 in two datacentres, with all that can be declared',
    site({
      servers: [
        server(1, { version: ExchangeVersion.V2019, datacentre: 'lisbon' }),
        server(2, { version: ExchangeVersion.V2019, datacentre: 'porto' }),
      ],
      datacentres: {
        lisbon: { failback: 'failback.contoso.com', autodiscoverSiteScope: ['Lisbon'] },
        porto: { activeDirectorySites: ['Porto'], autodiscoverSiteScope: 'own' },
      },
      namespaces: { ...right.namespaces, services: { oab: { internal: 'oab.contoso.com', external: null } } },
      certificate: {
        ...right.certificate,
        thumbprint: '0123456789ABCDEF0123456789ABCDEF01234567',
        names: [...right.certificate.names, 'oab.contoso.com', 'failback.contoso.com', 'smtp.contoso.com'],
        services: ['IIS', 'SMTP', 'POP'],
        replaceDefaultSmtpCertificate: true,
        privateKeyExportable: true,
        warnBeforeExpiryDays: 14,
        existingOn: ['EX01'],
        accepted: { 'private-authority': 'the group policy installs the root' },
      },
      dag: {
        ...dag,
        alternateWitness: witness('FS02.contoso.local'),
        addresses: ['192.0.2.50', '192.0.2.51'],
        datacenterActivation: 'DagOnly',
        existing: true,
        existingMembers: ['EX02'],
        databases: {
          'Sales & Co': { copies: ['EX01', 'EX02'], edbFile: 'D:\\Sales\\Sales.edb', circularLogging: true },
          Archive: { copies: ['EX02'], logFolder: 'E:\\Archive', existing: true },
        },
      },
      mailProtocols: { pop: { host: 'mail.contoso.com' }, imap: { host: 'mail.contoso.com' } },
      authentication: { owa: { forms: true, basic: true }, ecp: { forms: true, basic: true } },
      mapiAuthentication: ['Ntlm', 'Negotiate'],
      outlookAnywhere: { internalAuthentication: 'Ntlm', externalAuthentication: 'Negotiate' },
      outlookProvider: { certPrincipalName: 'msstd:mail.contoso.com' },
      health: {
        protocols: ['owa', 'outlook-anywhere'],
        timeoutSeconds: 900,
        replication: true,
        fromRunner: { certificates: ['IIS', 'SMTP'], healthcheck: true },
        connectivity: {
          tests: ['POP', 'Autodiscover'],
          mailbox: 'probe@contoso.com',
          account: 'CONTOSO\\probe',
        },
      },
      maintenance: true,
      dns: {
        internal: {
          zones: [{ name: 'contoso.com', server: 'dc1.contoso.local' }],
          existingRecords: ['mail.contoso.com'],
        },
        external: { zones: [{ name: 'contoso.com', server: 'ns1.contoso.com' }], ttlSeconds: 60 },
      },
    }),
  ],
  [
    'Exchange Server 2010 with a client access array of each datacentre',
    site({
      servers: [
        server(1, { version: ExchangeVersion.V2010, datacentre: 'lisbon', outlookAnywhere: 'enabled' }),
        server(2, { version: ExchangeVersion.V2010, datacentre: 'porto', outlookAnywhere: 'disabled' }),
      ],
      datacentres: {
        lisbon: { clientAccessArray: { fqdn: 'outlook.contoso.com', activeDirectorySite: 'Lisbon' } },
        porto: {
          activeDirectorySites: ['Porto'],
          clientAccessArray: { fqdn: 'outlook-opo.contoso.com', existing: true },
        },
      },
      dag: {
        ...dag,
        alternateWitness: witness('FS02.contoso.local'),
        datacenterActivation: 'Off',
        databases: { Sales: { copies: ['EX02', 'EX01'] } },
      },
      outlookAnywhere: { internalAuthentication: 'Basic', externalAuthentication: 'Basic' },
      sslOffload: true,
      dns: { internal: { zones: [{ name: 'contoso.com' }], publish: { virtualIp: '192.0.2.100' } } },
    }),
  ],
  [
    'Exchange Server 2013 behind a load balancer that ends TLS',
    site({
      sslOffload: true,
      dns: { zones: [{ name: 'contoso.com' }], publish: { virtualIp: '192.0.2.100', layer: 7 } },
    }),
  ],
  ['Exchange Server 2007, one server after another', { ...siteOf2007(), rollout: 'one-after-another' }],
];

function shown(value: ExchangeObject['attributes'][string]): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  const items = Object.entries(value as Record<string, Parameters<typeof isReference>[0]>).map(
    ([key, item]) =>
      isReference(item) ? `${key}: ${item.resource}.${item.attribute}` : `${key}: ${JSON.stringify(item)}`,
  );
  return `{ ${items.join(', ')} }`;
}

function linesOf(element: Element): readonly string[] {
  const after = element.dependsOn.map((id) => `\n    after ${id}`).join('');
  if (element.type !== 'exchange-object') return [`${element.id}: ${element.reason}${after}`];
  const { id, definition, version, attributes, origin, existing } = element;
  return [
    `${id}: ${definition.typeName}, ${version.toString()}${existing ? ', exists already' : ''}${after}`,
    ...Object.entries(attributes).map(
      ([name, value]) =>
        `    ${name} = ${shown(value)}    <- ${formatPath(origin[name] ?? origin['server'] ?? [])}`,
    ),
  ];
}

const told = (declaration: ExchangeSiteProps) =>
  `${resolveSite({ ...declaration })
    .elements.flatMap(linesOf)
    .join('\n')}\n`;

beforeAll(() => golden.update(() => DECLARATIONS.map(([title, declaration]) => [title, told(declaration)])));

describe('the desired state, with the origin of each attribute', () => {
  test.each(DECLARATIONS)('of %s', (title, declaration) => {
    expect(told(declaration)).toBe(golden.text(title));
  });

  test('is reviewed of these declarations only', () => {
    expect(golden.titles).toEqual(DECLARATIONS.map(([title]) => title));
  });

  test.each(DECLARATIONS)('of %s is declared without a mistake', (_title, declaration) => {
    const errors = resolveSite(declaration).diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors).toEqual([]);
  });
});
