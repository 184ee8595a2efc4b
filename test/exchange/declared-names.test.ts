import { addressesOf, declaredEndpoints, declaredNames, declaredTexts } from '../../exchange/declared-names';
import type { ExchangeSiteProps, SiteCertificate } from '../../exchange/site';
import { formatPath, type Path } from '../../schema';
import { dag, server, site } from './sites';

const right = site();
const nlb = {
  virtualIp: ['192.0.2.100', '2001:db8::100'],
  nlb: { name: 'nlb.contoso.com', adapter: 'LAN 1', switch: { vlan: 5, interfaces: ['Gi1/0/1', 'Gi1/0/2'] } },
} as const;

/** A declaration with every text that the rules about spelling look at. It is not a right one. */
const declared: ExchangeSiteProps = {
  ...right,
  servers: [
    server(1, {
      datacentre: 'lisbon',
      endpoint: 'https://ex01.contoso.local/PowerShell/',
      address: ['192.0.2.1', '2001:db8::1'],
      autodiscoverSiteScope: ['Lisbon'],
      publish: nlb,
      mailProtocols: { pop: { host: 'pop.contoso.com' } },
      namespaces: { client: 'ex01.contoso.com', autodiscover: 'auto01.contoso.com' },
    }),
    server(2, { endpoint: 'environment' }),
  ],
  datacentres: {
    lisbon: {
      activeDirectorySites: ['Lisbon', 'Faro'],
      autodiscoverSiteScope: ['Lisbon'],
      subnets: ['192.0.2.0/24'],
      failback: 'failback.contoso.com',
      clientAccessArray: { fqdn: 'outlook.contoso.com', activeDirectorySite: 'Faro' },
      publish: nlb,
    },
  },
  namespaces: {
    ...right.namespaces,
    client: { internal: 'in.contoso.com', external: 'out.contoso.com' },
    services: { owa: 'owa.contoso.com' },
    alsoPublished: ['old.contoso.com', { external: 'older.contoso.com' }],
  },
  certificate: {
    web: {
      ...(right.certificate as SiteCertificate),
      certificateFile: 'certificates/mail.crt',
      servers: ['EX01'],
      thumbprint: 'AB',
      existingOn: ['EX02'],
      accepted: { 'self-signed': 'a lab' },
    },
  },
  dag: [
    {
      ...dag,
      alternateWitness: { server: 'FS02.contoso.local', directory: 'D:\\Witness' },
      addresses: ['192.0.2.50'],
      members: ['EX01'],
      existingMembers: ['EX02'],
    },
  ],
  outlookProvider: { certPrincipalName: 'msstd:mail.contoso.com' },
  mailProtocols: { imap: { host: 'imap.contoso.com' } },
  reverseProxy: {
    kind: 'arr',
    host: 'rp.contoso.com',
    address: ['203.0.113.1'],
    insideAddress: '192.0.2.60',
    wpadAddress: '192.0.2.61',
    certificateNames: ['mail.contoso.com'],
  },
  connection: { endpoint: 'https://ex02.contoso.local/PowerShell/' },
  rules: { 'certificate-zone': { accepted: 'on purpose' }, 'legacy-name': 'error' },
  dns: {
    internal: {
      zones: [
        {
          name: 'contoso.com',
          server: 'dc1.contoso.local',
          keyName: 'exchange-key',
          kerberos: { realm: 'CONTOSO.LOCAL', user: 'svc-dns', keytabFile: 'dns.keytab' },
        },
      ],
      existingRecords: ['mail.contoso.com'],
      notPublished: { 'hidden.contoso.com': 'nobody uses it' },
      elsewhere: { 'away.contoso.com': ['192.0.2.70', '192.0.2.71'], 'far.contoso.com': '192.0.2.72' },
      publish: nlb,
    },
    external: { zones: [{ name: 'contoso.com' }] },
  },
};

/** What stands in the declaration at a path; for a key of a map also the key itself. */
function standingAt(path: Path): readonly unknown[] {
  const keys = path.map((step) => ('index' in step ? step.index : 'key' in step ? step.key : step.attribute));
  const value = keys.reduce<unknown>(
    (at, key) => (at as { readonly [name: string]: unknown } | undefined)?.[key],
    declared,
  );
  return [value, keys.at(-1)];
}

describe.each([
  ['declaredNames', declaredNames, 58],
  ['declaredTexts', declaredTexts, 22],
  ['declaredEndpoints', declaredEndpoints, 2],
  ['addressesOf', (of: ExchangeSiteProps) => addressesOf(of, 0), 2],
] as const)('%s', (_name, texts, count) => {
  test('names the place of each text', () => {
    const misplaced = texts(declared).filter(({ text, path }) => !standingAt(path).includes(text));
    expect(misplaced.map(({ text, path }) => `${formatPath(path)}: ${text}`)).toEqual([]);
  });

  test('leaves out none', () => {
    expect(new Set(texts(declared).map(({ path }) => formatPath(path))).size).toBe(count);
  });
});
