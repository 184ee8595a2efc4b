import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ARecordSet } from '@cdktf/provider-dns/lib/a-record-set';
import { DnsProvider } from '@cdktf/provider-dns/lib/provider';
import { App, DataResource, S3Backend, TerraformStack, Token } from 'cdktf';
import { Construct } from 'constructs';
import { ExchangeSite } from '../../constructs/exchange-site';
import type { RecordSets } from '../../constructs/record-set';
import type { Environment } from '../../constructs/site-stack';
import { SiteStack } from '../../constructs/site-stack';
import { RESOURCES } from '../../exchange/resources';
import type { ExchangeSiteProps, SiteCertificate } from '../../exchange/site';
import { makeAuthority, toPem, type KeyedCertificate } from '../../pki';
import { dag as declaredDag, server, site } from '../exchange/sites';

interface Block {
  readonly [name: string]: unknown;
}
interface Synthesized {
  readonly provider: { readonly [name: string]: readonly Block[] };
  readonly resource: { readonly [type: string]: { readonly [id: string]: Block } };
  readonly terraform: { readonly backend: Block; readonly required_providers: Block };
  readonly variable: { readonly [name: string]: Block };
  readonly import?: readonly Block[];
}

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'site-'));
});
afterEach(() => rmSync(project, { recursive: true }));

const stackFile = (name: string) => join(project, 'cdktf.out/stacks/contoso', name);

function synthesize(declaration: ExchangeSiteProps, more: Partial<Environment> = {}): Synthesized {
  const app = new App({ stackTraces: false, outdir: join(project, 'cdktf.out') });
  new SiteStack(app, 'contoso', { site: declaration, ...more }, project);
  app.synth();
  return JSON.parse(readFileSync(stackFile('cdk.tf.json'), 'utf8')) as Synthesized;
}

const right = site();

describe('the stack of a site', () => {
  test('addresses in Terraform are short and made of stable names', () => {
    const { resource } = synthesize(right);
    expect(Object.keys(resource['exchange_owa_virtual_directory']!)).toEqual(['EX01-owa', 'EX02-owa']);
    expect(Object.keys(resource['dns_a_record_set']!)).toEqual([
      'autodiscover_contoso_com-A',
      'mail_contoso_com-A',
    ]);
  });

  test('a name that begins with a digit makes an address that Terraform takes', () => {
    const { resource, provider } = synthesize(
      site({
        servers: [server(1, { name: '1EX', fqdn: '1EX.contoso.local' })],
        namespaces: { client: '365.contoso.com', autodiscover: 'autodiscover.365contoso.com' },
        certificate: { ...right.certificate, names: ['*.contoso.com', 'autodiscover.365contoso.com'] },
        dns: {
          zones: [{ name: 'contoso.com' }, { name: '365contoso.com', server: '192.0.2.53' }],
          existingRecords: ['365.contoso.com'],
        },
      }),
    );
    const names = [
      ...Object.values(resource).flatMap((ofType) => Object.keys(ofType)),
      ...provider['dns']!.flatMap(({ alias }) => (alias === undefined ? [] : [alias])),
    ];
    expect(names).toEqual(expect.arrayContaining(['_1EX-owa', '_365_contoso_com-A', '_365contoso_com']));
    // https://developer.hashicorp.com/terraform/language/syntax/configuration#identifiers
    expect(names.filter((name) => !/^[A-Za-z_][\w-]*$/.test(name as string))).toEqual([]);
  });

  test('resources carry exactly what was resolved, and every attribute is one of the schema', () => {
    const { resource } = synthesize(right);
    expect(resource['exchange_mapi_virtual_directory']!['EX01-mapi']).toMatchObject({
      server: 'EX01',
      internal_url: 'https://mail.contoso.com/mapi',
      external_url: 'https://mail.contoso.com/mapi',
      iis_authentication_methods: ['Ntlm', 'OAuth', 'Negotiate'],
    });
    const meta = ['//', 'depends_on', 'lifecycle'];
    for (const { typeName, schema } of RESOURCES) {
      for (const block of Object.values(resource[typeName] ?? {})) {
        const names = Object.keys(block).filter((name) => !meta.includes(name));
        expect(Object.keys(schema.attributes)).toEqual(expect.arrayContaining(names));
      }
    }
  });

  test('the provider is told what service connection points hand out where that is not one URL', () => {
    const urls = (declaration: ExchangeSiteProps) =>
      (synthesize(declaration).provider['exchange'] as readonly { readonly autodiscover_urls?: unknown }[])[0]
        ?.autodiscover_urls;
    const own = server(2, { namespaces: { autodiscover: 'auto.contoso.com' } });
    const certificate = { ...right.certificate, names: ['*.contoso.com'] };
    expect(urls(right)).toBeUndefined();
    const cleared = server(2, { namespaces: { autodiscover: null } });
    expect(urls({ ...right, servers: [server(1), cleared] })).toEqual([
      'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml',
    ]);
    expect(urls({ ...right, servers: [cleared] })).toBeUndefined();
    expect(urls({ ...right, certificate, servers: [server(1), own] })).toEqual([
      'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml',
      'https://auto.contoso.com/Autodiscover/Autodiscover.xml',
    ]);
  });

  test('a reference becomes one of Terraform, inside a map too', () => {
    const { resource } = synthesize(right);
    const thumbprint = '${exchange_certificate.EX02-certificate.thumbprint}';
    expect(resource['exchange_health_gate']!['EX02-health']!['triggers']).toMatchObject({
      certificate: thumbprint,
      'outlook-anywhere': 'mail.contoso.com mail.contoso.com',
    });
  });

  test('every Exchange object is created before it is destroyed, and no record set is', () => {
    const { resource } = synthesize(right);
    for (const [type, blocks] of Object.entries(resource)) {
      for (const block of Object.values(blocks)) {
        expect([type, block['lifecycle']]).toEqual([
          type,
          type.startsWith('dns_') ? undefined : { create_before_destroy: true },
        ]);
      }
    }
  });

  test('behind a virtual address the pool is described once its servers are healthy', () => {
    const { resource } = synthesize(site({ dns: { ...site().dns, publish: { virtualIp: '192.0.2.100' } } }));
    expect(resource['terraform_data']).toMatchObject({
      'load-balancer-pool': {
        input: { virtual_addresses: ['192.0.2.100'], members: { EX01: ['192.0.2.1'], EX02: ['192.0.2.2'] } },
        depends_on: ['exchange_health_gate.EX01-health', 'exchange_health_gate.EX02-health'],
      },
    });
    expect(synthesize(site()).resource['terraform_data']).toBeUndefined();
  });

  test('the provider is told the declared versions by the very names of the servers', () => {
    const { provider, terraform } = synthesize(right);
    expect(provider['exchange']).toMatchObject([{ servers: { EX01: '2013', EX02: '2013' } }]);
    expect(Object.keys(terraform.required_providers).sort()).toEqual(['dns', 'exchange']);
  });

  test('the provider is told the order of the rollout, by which removals have their places', () => {
    const rolloutOf = (declaration: ExchangeSiteProps) =>
      synthesize(declaration).provider['exchange']![0]!['rollout'];
    expect(rolloutOf(right)).toEqual(['EX01', 'EX02']);
    expect(rolloutOf(site({ rollout: [['ex02'], ['EX01']] }))).toEqual(['EX02', 'EX01']);
  });

  test('the provider is told which servers are drained, and where their messages go', () => {
    const blocksOf = (declaration: ExchangeSiteProps) =>
      synthesize(declaration).provider['exchange']![0]!['maintenance'];
    expect(blocksOf(right)).toBeUndefined();
    expect(
      blocksOf(site({ maintenance: true, servers: [server(1, { maintenance: false }), server(2)] })),
    ).toEqual([{ server: 'EX02', redirect_to: 'EX01.contoso.local' }]);
  });

  test('an endpoint stands in the provider only where it is declared', () => {
    const { provider } = synthesize(site({ connection: { endpoint: 'ssh://admin@mgmt01' } }));
    expect(provider['exchange']![0]).toMatchObject({ endpoint: 'ssh://admin@mgmt01' });
  });

  test('files and state are named from where Terraform runs, without a path of this machine', () => {
    const { resource, terraform } = synthesize(right);
    expect(resource['exchange_certificate']!['EX01-certificate']!['pfx_file']).toBe(
      '../../../certificates/mail.pfx',
    );
    expect(terraform.backend).toEqual({ local: { path: '../../../terraform.contoso.tfstate' } });
    expect(readFileSync(stackFile('cdk.tf.json'), 'utf8')).not.toContain(project);
  });

  test('an absolute PFX path stays as it is', () => {
    const pfxFile = '\\\\FS01\\ExchUtil$\\mail.pfx';
    const { resource } = synthesize(site({ certificate: { ...right.certificate, pfxFile } }));
    expect(resource['exchange_certificate']!['EX01-certificate']!['pfx_file']).toBe(pfxFile);
  });

  test('a text is data to Terraform: what would begin an expression is doubled', () => {
    const { resource } = synthesize(
      site({
        certificate: { ...right.certificate, pfxFile: '${path.root}/%{"x".pfx' },
        dag: { ...declaredDag, witness: { server: 'FS01', directory: "C:\\$`'${file('x')}" } },
      }),
    );
    expect(resource['exchange_certificate']!['EX01-certificate']!['pfx_file']).toBe(
      '../../../$${path.root}/%%{"x".pfx',
    );
    expect(resource['exchange_database_availability_group']!['dag-DAG01']!['witness_directory']).toBe(
      "C:\\$`'$${file('x')}",
    );
  });

  test('an environment can keep its state elsewhere', () => {
    const { terraform } = synthesize(right, {
      backend: (stack) => void new S3Backend(stack, { bucket: 'state', key: 'contoso', region: 'eu-west-1' }),
    });
    expect(terraform.backend).toHaveProperty('s3');
    expect(terraform.backend).not.toHaveProperty('local');
  });

  test('secrets are ephemeral variables without a value', () => {
    const zone = { name: 'contoso.com', keyName: 'exchange', keyAlgorithm: 'hmac-sha256' } as const;
    const { variable, provider } = synthesize(site({ dns: { zones: [zone] } }));
    const secret = { type: 'string', default: null, ephemeral: true, sensitive: true, nullable: true };
    expect(variable['pfx_password']).toMatchObject(secret);
    expect(variable['dns_key_secret']).toMatchObject(secret);
    const key = { key_name: 'exchange.', key_algorithm: 'hmac-sha256', key_secret: '${var.dns_key_secret}' };
    expect(provider['dns']).toEqual([{ update: [key] }]);
    expect(provider['exchange']).toMatchObject([{ dns_update: [{ zone: 'contoso.com.', ...key }] }]);
  });

  test('where updates go is left to the environment as long as nothing of it is declared', () => {
    const { provider, variable } = synthesize(right);
    expect(provider['dns']).toEqual([{}]);
    expect(provider['exchange']).toMatchObject([{ dns_update: [{ zone: 'contoso.com.' }] }]);
    expect(Object.keys(variable)).toEqual(['pfx_password']);
  });

  test('only zones that get records are asked whether they take updates', () => {
    const { provider } = synthesize(
      site({ dns: { zones: [{ name: 'fabrikam.com' }, { name: 'contoso.com' }] } }),
    );
    expect(provider['exchange']).toMatchObject([{ dns_update: [{ zone: 'contoso.com.' }] }]);
  });

  test('zones with update servers of their own get providers of their own', () => {
    const { provider, resource, variable } = synthesize(
      site({
        dns: {
          zones: [
            { name: 'contoso.com', server: '192.0.2.53', port: 5353, transport: 'tcp', timeoutSeconds: 5 },
            {
              name: 'autodiscover.contoso.com',
              server: '192.0.2.54',
              keyName: 'k.',
              keyAlgorithm: 'hmac-sha512',
            },
          ],
        },
      }),
    );
    expect(provider['dns']).toEqual([
      { update: [{ server: '192.0.2.53', port: 5353, transport: 'tcp', timeout: '5' }] },
      {
        alias: 'autodiscover_contoso_com',
        update: [
          {
            server: '192.0.2.54',
            key_name: 'k.',
            key_algorithm: 'hmac-sha512',
            key_secret: '${var.dns_key_secret_autodiscover_contoso_com}',
          },
        ],
      },
    ]);
    expect(provider['exchange']).toMatchObject([
      {
        dns_update: [
          { zone: 'contoso.com.', server: '192.0.2.53', port: 5353, transport: 'tcp', timeout: '5' },
          {
            zone: 'autodiscover.contoso.com.',
            server: '192.0.2.54',
            key_name: 'k.',
            key_algorithm: 'hmac-sha512',
            key_secret: '${var.dns_key_secret_autodiscover_contoso_com}',
          },
        ],
      },
    ]);
    expect(Object.keys(variable)).toEqual(['dns_key_secret_autodiscover_contoso_com', 'pfx_password']);
    expect(resource['dns_a_record_set']!['autodiscover_contoso_com-A']).toMatchObject({
      provider: 'dns.autodiscover_contoso_com',
      zone: 'autodiscover.contoso.com.',
    });
    expect(resource['dns_a_record_set']!['autodiscover_contoso_com-A']).not.toHaveProperty('name');
  });

  test('each datacentre has its pool, and each view its zones, with keys of their own', () => {
    const zone = (server: string, keyName: string) => ({
      name: 'contoso.com',
      server,
      keyName,
      keyAlgorithm: 'hmac-sha256' as const,
    });
    const { provider, resource, variable } = synthesize(
      site({
        servers: [server(1, { datacentre: 'lisbon' }), server(2, { datacentre: 'porto' })],
        datacentres: {
          lisbon: { publish: { internal: { virtualIp: '10.1.0.100' } } },
          porto: { publish: { internal: { virtualIp: '10.2.0.100' } } },
        },
        dag: { ...declaredDag, alternateWitness: { server: 'FS02.contoso.local', directory: 'C:\\W' } },
        dns: {
          internal: { zones: [zone('10.0.0.53', 'inside')] },
          external: { zones: [zone('203.0.113.53', 'outside')], publish: { virtualIp: '203.0.113.3' } },
        },
      }),
    );
    expect(provider['dns']).toMatchObject([
      { update: [{ server: '10.0.0.53', key_secret: '${var.dns_key_secret}' }] },
      {
        alias: 'external_contoso_com',
        update: [{ server: '203.0.113.53', key_secret: '${var.dns_key_secret_external_contoso_com}' }],
      },
    ]);
    expect(Object.keys(variable)).toContain('dns_key_secret_external_contoso_com');
    expect(provider['exchange']).toMatchObject([
      { dns_update: [{ server: '10.0.0.53' }, { server: '203.0.113.53', view: 'external' }] },
    ]);
    const records = resource['dns_a_record_set']!;
    expect(records['mail_contoso_com-A']).toMatchObject({
      addresses: ['10.1.0.100', '10.2.0.100'],
      provider: 'dns',
    });
    expect(records['mail_contoso_com-A-external']).toMatchObject({
      addresses: ['203.0.113.3'],
      provider: 'dns.external_contoso_com',
    });
    expect(resource['terraform_data']).toMatchObject({
      'load-balancer-pool-lisbon': {
        input: { virtual_addresses: ['10.1.0.100'], members: { EX01: ['192.0.2.1'] } },
      },
      'load-balancer-pool-porto': {
        input: { virtual_addresses: ['10.2.0.100'], members: { EX02: ['192.0.2.2'] } },
      },
    });
  });

  test('a load balancer of the external view alone has its pool, beside that of other servers inside', () => {
    const zones = [{ name: 'contoso.com' }];
    const { resource } = synthesize(
      site({
        servers: [server(1), server(2, { datacentre: 'lisbon' })],
        datacentres: { lisbon: { publish: { internal: { virtualIp: '10.1.0.100' } } } },
        dag: { ...declaredDag, members: ['EX01'] },
        dns: {
          internal: { zones },
          external: {
            zones: [{ name: 'contoso.com', server: '203.0.113.53' }],
            publish: {
              virtualIp: '203.0.113.3',
              virtualIps: { 'autodiscover.contoso.com': '203.0.113.4' },
            },
          },
        },
      }),
    );
    expect(resource['terraform_data']).toMatchObject({
      'load-balancer-pool_external': {
        input: { virtual_addresses: ['203.0.113.3', '203.0.113.4'], members: { EX01: ['192.0.2.1'] } },
      },
      'load-balancer-pool-lisbon': {
        input: { virtual_addresses: ['10.1.0.100'], members: { EX02: ['192.0.2.2'] } },
      },
    });
  });

  test('letter case in the names of zones, hosts and the DAG makes no other object', () => {
    const shouted = site({
      namespaces: { client: 'Mail.Contoso.com', autodiscover: 'AutoDiscover.contoso.com' },
      dag: { ...declaredDag, name: 'Dag01' },
      dns: { zones: [{ name: 'Contoso.COM.' }], existingRecords: ['MAIL.contoso.com'] },
    });
    const plain = site({ dns: { ...right.dns, existingRecords: ['mail.contoso.com'] } });
    const [one, other] = [synthesize(shouted), synthesize(plain)];
    expect(one.resource['dns_a_record_set']).toEqual(other.resource['dns_a_record_set']);
    expect(one.import).toEqual(other.import);
    const groups = 'exchange_database_availability_group';
    expect(Object.keys(one.resource[groups] ?? {})).toEqual(Object.keys(other.resource[groups] ?? {}));
  });

  test('a declared record set is imported under its full name', () => {
    const declaration = site({ dns: { ...right.dns, existingRecords: ['mail.contoso.com'] } });
    const records = ({ import: blocks = [] }: ReturnType<typeof synthesize>) =>
      blocks.filter(({ to }) => String(to).startsWith('dns_'));
    expect(records(synthesize(declaration))).toEqual([
      { to: 'dns_a_record_set.mail_contoso_com-A', id: 'mail.contoso.com.' },
    ]);
    expect(records(synthesize(right))).toEqual([]);
  });

  test('the names come after the health gates and before the record sets', () => {
    const { resource } = synthesize(site({ dns: { ...right.dns, existingRecords: ['mail.contoso.com'] } }));
    const names = resource['exchange_published_names']!['names']!;
    expect(names).toMatchObject({
      addresses: { 'mail.contoso.com': ['192.0.2.1', '192.0.2.2'] },
      existing: ['mail.contoso.com'],
    });
    const gates = ['exchange_health_gate.EX01-health', 'exchange_health_gate.EX02-health'];
    expect(names['depends_on']).toEqual(gates);
    const before = [...gates, 'exchange_published_names.names'];
    expect(resource['dns_a_record_set']).toMatchObject({
      'mail_contoso_com-A': { depends_on: before },
      'autodiscover_contoso_com-A': {
        depends_on: [...gates, 'dns_a_record_set.mail_contoso_com-A', before[2]],
      },
    });
  });

  test('the record sets of one DNS server come one after another, those of another one beside them', () => {
    const zones = [
      { name: 'contoso.com', server: 'dc1.contoso.local' },
      { name: 'contoso.net', server: 'DC1.contoso.local', port: 53, transport: 'tcp' as const },
    ];
    const { resource } = synthesize(
      site({
        namespaces: {
          ...right.namespaces,
          alsoPublished: [{ internal: 'mail.contoso.net' }, { external: 'old.contoso.com' }],
        },
        certificate: { ...right.certificate, names: ['*.contoso.com', 'mail.contoso.net'] },
        dns: {
          internal: { zones, records: { txt: { 'contoso.com': ['v=spf1 mx -all'] } } },
          external: { zones: [{ name: 'contoso.com', server: 'ns1.contoso.com' }] },
        },
      }),
    );
    const chain = Object.values(resource)
      .flatMap((blocks) => Object.entries(blocks))
      .filter(([id]) => /-(?:A|TXT)(?:-external)?$/.test(id))
      .map(([id, block]) => [
        id,
        (block['depends_on'] as readonly string[]).filter((at) => at.startsWith('dns_')).at(-1),
      ]);
    expect(Object.fromEntries(chain)).toEqual({
      'mail_contoso_com-A': undefined,
      'autodiscover_contoso_com-A': 'dns_a_record_set.mail_contoso_com-A',
      'mail_contoso_net-A': 'dns_a_record_set.autodiscover_contoso_com-A',
      'old_contoso_com-A': 'dns_a_record_set.mail_contoso_net-A',
      'mail_contoso_com-A-external': undefined,
      'autodiscover_contoso_com-A-external': 'dns_a_record_set.mail_contoso_com-A-external',
      'old_contoso_com-A-external': 'dns_a_record_set.autodiscover_contoso_com-A-external',
      'contoso_com-TXT': 'dns_a_record_set.old_contoso_com-A-external',
    });
  });

  test('updates that Kerberos signs have their account, and its password from the environment only', () => {
    const realm = 'CONTOSO.LOCAL';
    const { provider, variable } = synthesize(
      site({
        namespaces: { ...right.namespaces, alsoPublished: ['mail.contoso.net'] },
        certificate: { ...right.certificate, names: ['*.contoso.com', 'mail.contoso.net'] },
        dns: {
          zones: [
            { name: 'contoso.com', server: 'DC1.contoso.local', kerberos: { realm, user: 'svc-dns' } },
            {
              name: 'contoso.net',
              server: 'dc1.contoso.local',
              kerberos: { realm, user: 'svc-dns', keytabFile: 'secrets/dns.keytab' },
            },
          ],
        },
      }),
    );
    const account = { realm, username: 'svc-dns' };
    const password = '${var.dns_password}';
    const keytab = '../../../secrets/dns.keytab';
    const server = 'dc1.contoso.local';
    expect(provider['dns']).toEqual([
      { update: [{ server, gssapi: [{ ...account, password }] }] },
      { alias: 'contoso_net', update: [{ server, gssapi: [{ ...account, keytab }] }] },
    ]);
    expect(provider['exchange']![0]!['dns_update']).toEqual([
      { zone: 'contoso.com.', server, ...account, password },
      { zone: 'contoso.net.', server, ...account, keytab },
    ]);
    expect(variable['dns_password']).toMatchObject({ sensitive: true, ephemeral: true, default: null });
    expect(Object.keys(variable)).not.toContain('dns_password_contoso_net');
  });

  test('updates that Kerberos signs for whoever runs Terraform name the realm only', () => {
    const kerberos = { realm: 'CONTOSO.LOCAL' };
    const { provider, variable } = synthesize(
      site({ dns: { zones: [{ name: 'contoso.com', server: 'dc1.contoso.local', kerberos }] } }),
    );
    expect(provider['dns']).toEqual([{ update: [{ server: 'dc1.contoso.local', gssapi: [kerberos] }] }]);
    expect(Object.keys(variable).filter((name) => name.startsWith('dns'))).toEqual([]);
  });

  test('a zone may have its record sets made with another provider, in the same order', () => {
    const asked: unknown[] = [];
    const {
      resource,
      provider,
      import: imports = [],
    } = synthesize(
      site({
        dns: {
          internal: { zones: [{ name: 'contoso.com' }] },
          external: {
            zones: [{ name: 'contoso.com.', server: 'none.example' }],
            existingRecords: ['mail.contoso.com'],
            records: { txt: { 'contoso.com': ['${x}'] } },
          },
        },
      }),
      {
        recordSets: (zone) => {
          asked.push(zone);
          if (zone.view === 'internal') return undefined;
          return (stack, record) => new DataResource(stack, record.id, { input: record });
        },
      },
    );
    expect(asked).toContainEqual({ name: 'contoso.com', view: 'external' });
    const others = resource['terraform_data']!;
    expect(Object.keys(others).sort()).toEqual([
      'autodiscover_contoso_com-A-external',
      'contoso_com-TXT-external',
      'mail_contoso_com-A-external',
    ]);
    expect(others['mail_contoso_com-A-external']).toMatchObject({
      input: {
        id: 'mail_contoso_com-A-external',
        view: 'external',
        zone: 'contoso.com',
        name: 'mail',
        type: 'A',
        ttlSeconds: 300,
        records: ['192.0.2.1', '192.0.2.2'],
        existing: true,
      },
      depends_on: [
        'exchange_health_gate.EX01-health',
        'exchange_health_gate.EX02-health',
        'exchange_published_names.names',
      ],
    });
    expect(others['contoso_com-TXT-external']).toMatchObject({ input: { name: null, records: ['"$${x}"'] } });
    expect(Object.keys(resource['dns_a_record_set']!)).toEqual([
      'autodiscover_contoso_com-A',
      'mail_contoso_com-A',
    ]);
    expect(provider['dns']).toHaveLength(1);
    expect(provider['exchange']![0]!['dns_update']).toEqual([{ zone: 'contoso.com.' }]);
    expect(imports.filter(({ to }) => String(to).endsWith('-external'))).toEqual([]);
  });

  test('a resource of another provider keeps what it waits for of itself', () => {
    const { resource } = synthesize(right, {
      recordSets: () => (stack, record) => {
        const zone = new DataResource(stack, `zone-${record.id}`, {});
        return new DataResource(stack, record.id, { dependsOn: [zone] });
      },
    });
    expect(resource['terraform_data']!['mail_contoso_com-A']!['depends_on']).toEqual(
      expect.arrayContaining(['terraform_data.zone-mail_contoso_com-A', 'exchange_health_gate.EX01-health']),
    );
  });

  test('another provider is made with the first of its resources, and synth misses one that is not', () => {
    const made =
      (withProvider: boolean): RecordSets =>
      () =>
      (stack, { id, zone, name, records }) => {
        if (withProvider && stack.node.tryFindChild('own') === undefined) new DnsProvider(stack, 'own');
        return new ARecordSet(stack, id, { zone, name: name ?? '', addresses: [...records] });
      };
    expect(() => synthesize(right, { recordSets: made(false) })).toThrow('matching provider');
    const { provider, resource } = synthesize(right, { recordSets: made(true) });
    expect(provider['dns']).toEqual([{}]);
    expect(Object.keys(resource['dns_a_record_set']!)).toHaveLength(2);
  });

  test.each<readonly [string, unknown, string]>([
    ['is not a function', { external: 'route53' }, 'recordSets is not a function'],
    [
      'gives no function for a zone',
      () => 'route53',
      'for the zone contoso.com of the internal view recordSets returns neither undefined nor a function',
    ],
    ['makes nothing', () => () => undefined, "'mail_contoso_com-A', returned no Terraform resource"],
    [
      'makes a construct that is no resource',
      () =>
        (stack: Construct, { id }: { id: string }) =>
          new Construct(stack, id),
      "'mail_contoso_com-A', returned no Terraform resource",
    ],
    [
      'makes one resource for two sets',
      () => (stack: Construct) => stack.node.tryFindChild('one') ?? new DataResource(stack, 'one', {}),
      "'autodiscover_contoso_com-A', returned the resource that it had created for another record set",
    ],
  ])('another provider that %s is refused', (_, recordSets, problem) => {
    const wrong = recordSets as NonNullable<Environment['recordSets']>;
    expect(() => synthesize(right, { recordSets: wrong })).toThrow(problem);
  });

  test('what Setup makes is imported, with what is only read where it is declared; what the plan makes is not', () => {
    const blocks = synthesize(right).import ?? [];
    expect(blocks.filter(({ to }) => String(to).includes('.EX01-'))).toEqual([
      { to: 'exchange_service_connection_point.EX01-scp', id: 'EX01' },
      { to: 'exchange_outlook_anywhere.EX01-outlook-anywhere', id: 'EX01' },
      { to: 'exchange_owa_virtual_directory.EX01-owa', id: 'EX01' },
      { to: 'exchange_ecp_virtual_directory.EX01-ecp', id: 'EX01' },
      { to: 'exchange_activesync_virtual_directory.EX01-activesync', id: 'EX01' },
      { to: 'exchange_ews_virtual_directory.EX01-ews', id: 'EX01' },
      { to: 'exchange_oab_virtual_directory.EX01-oab', id: 'EX01' },
      { to: 'exchange_mapi_virtual_directory.EX01-mapi', id: 'EX01/iis_authentication_methods' },
    ]);
  });

  test('the plan stands beside the stack', () => {
    synthesize(right);
    const plan = JSON.parse(readFileSync(stackFile('exchange-plan.json'), 'utf8')) as { site: string };
    expect(plan.site).toBe('contoso');
    expect(readFileSync(stackFile('exchange-plan.ps1'), 'utf8')).toContain('site contoso from nothing');
  });

  test.each([
    ['certificates\\mail.pfx', '../../../certificates/mail.pfx'],
    ['./certificates/mail.pfx', '../../../certificates/mail.pfx'],
    ['D:\\certificates\\mail.pfx', 'D:\\certificates\\mail.pfx'],
  ])('the script finds the PFX %s beside it, or from where it lies', (pfxFile, found) => {
    synthesize(site({ certificate: { ...right.certificate, pfxFile } }));
    expect(readFileSync(stackFile('exchange-plan.ps1'), 'utf8')).toContain(
      `$places = @('mail.pfx', '${found}') |`,
    );
  });

  test('a second synth writes the same bytes', () => {
    const all = () =>
      ['cdk.tf.json', 'exchange-plan.json', 'exchange-plan.ps1'].map((name) =>
        readFileSync(stackFile(name), 'utf8'),
      );
    synthesize(right);
    const first = all();
    synthesize(site());
    expect(all()).toEqual(first);
  });
});

describe('several certificates', () => {
  const mail: SiteCertificate = {
    pfxFile: 'certificates\\smtp.pfx',
    names: ['smtp.contoso.com'],
    services: ['SMTP'],
    servers: ['ex02'],
  };
  const several = site({ certificate: { web: right.certificate, 'e-mail': mail } });

  test('have a password each, and none reaches the file of another', () => {
    const { resource, variable } = synthesize(several);
    expect(Object.keys(variable).sort()).toEqual(['pfx_password_e_mail', 'pfx_password_web']);
    for (const block of Object.values(variable)) {
      expect(block).toMatchObject({ sensitive: true, ephemeral: true, nullable: true, default: null });
    }
    expect(
      Object.entries(resource['exchange_certificate']!).map(([id, { pfx_file, pfx_password }]) => [
        id,
        pfx_file,
        pfx_password,
      ]),
    ).toEqual([
      ['EX01-certificate', '../../../certificates/mail.pfx', '${var.pfx_password_web}'],
      ['EX02-certificate', '../../../certificates/mail.pfx', '${var.pfx_password_web}'],
      ['EX02-certificate_e-mail', '../../../certificates/smtp.pfx', '${var.pfx_password_e_mail}'],
    ]);
  });

  test('are told to the provider, each with its servers as they are spelled there', () => {
    const { provider } = synthesize(several);
    expect(provider['exchange']![0]!['site_certificate']).toEqual([
      {
        name: 'web',
        pfx_file: '../../../certificates/mail.pfx',
        services: ['IIS'],
        servers: ['EX01', 'EX02'],
      },
      {
        name: 'e-mail',
        pfx_file: '../../../certificates/smtp.pfx',
        services: ['SMTP'],
        servers: ['EX02'],
      },
    ]);
    expect(provider['exchange']![0]!['site_certificate_names']).toEqual([
      'autodiscover.contoso.com',
      'mail.contoso.com',
    ]);
    expect(synthesize(right).provider['exchange']![0]).not.toHaveProperty('site_certificate');
  });

  test('that are there are imported as the one that clients see, or by the declared thumbprint', () => {
    const thumbprint = 'AB'.repeat(20);
    const { import: imports } = synthesize(
      site({
        certificate: {
          web: { ...right.certificate, thumbprint: 'CD'.repeat(20), existingOn: ['EX02'] },
          mail: { ...mail, thumbprint, existingOn: ['EX02'] },
        },
      }),
    );
    expect(imports?.filter(({ to }) => String(to).startsWith('exchange_certificate.'))).toEqual([
      { to: 'exchange_certificate.EX02-certificate_mail', id: `EX02/${thumbprint}` },
      { to: 'exchange_certificate.EX02-certificate', id: 'EX02' },
    ]);
  });
});

describe('a committed certificate', () => {
  const authority = makeAuthority({
    commonName: 'Contoso Root',
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2036-01-01T00:00:00Z'),
  });
  const [first, second] = ['2027', '2028'].map((year) =>
    authority.issue({
      commonName: 'mail.contoso.com',
      subjectAlternativeNames: right.certificate.names,
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date(`${year}-01-01T00:00:00Z`),
    }),
  ) as [KeyedCertificate, KeyedCertificate];
  const committing = site({
    certificate: { ...right.certificate, certificateFile: 'certificates\\mail.crt' },
  });
  const commit = (content: string | Uint8Array) => {
    mkdirSync(join(project, 'certificates'), { recursive: true });
    writeFileSync(join(project, 'certificates/mail.crt'), content);
  };
  const written = () =>
    ['cdk.tf.json', 'exchange-plan.json', 'exchange-plan.ps1'].map((name) =>
      readFileSync(stackFile(name), 'utf8'),
    );

  test('reaches the provider with the PFX that it belongs to, in its own bytes', () => {
    commit(first.certificate.der);
    const { provider } = synthesize(committing);
    expect(provider['exchange']).toMatchObject([
      {
        public_certificate: [
          {
            pfx_file: '../../../certificates/mail.pfx',
            pfx_password: '${var.pfx_password}',
            file: 'certificates\\mail.crt',
            pem: toPem(first.certificate),
          },
        ],
      },
    ]);
    expect(synthesize(right).provider['exchange']![0]).not.toHaveProperty('public_certificate');
  });

  test('of several reaches the provider with its own password, and with its servers where it has not all', () => {
    commit(first.certificate.der);
    const mail = { ...right.certificate, certificateFile: 'certificates/mail.crt', servers: ['EX02'] };
    const other = { ...mail, pfxFile: 'other.pfx', services: ['SMTP'] as const };
    const { provider } = synthesize(site({ certificate: { web: right.certificate, other } }));
    expect(provider['exchange']).toMatchObject([
      {
        public_certificate: [
          {
            pfx_file: '../../../other.pfx',
            pfx_password: '${var.pfx_password_other}',
            file: 'certificates/mail.crt',
            pem: toPem(first.certificate),
            servers: ['EX02'],
          },
        ],
      },
    ]);
  });

  test('is the same to Terraform whatever form its file has', () => {
    commit(first.certificate.der);
    synthesize(committing);
    const before = written();
    commit(`Bag Attributes\r\n${toPem(first.certificate).replaceAll('\n', '\r\n')}`);
    synthesize(committing);
    expect(written()).toEqual(before);
  });

  test('changes what is reviewed when it is renewed: thumbprint and end, and nothing else that people read', () => {
    commit(toPem(first.certificate));
    synthesize(committing);
    const before = written();
    commit(toPem(second.certificate));
    synthesize(committing);
    const [, json, script] = written().map((text, index) => {
      const old = before[index]!.split('\n');
      return text.split('\n').filter((line) => !old.includes(line));
    });
    expect(json!.map((line) => line.trim())).toEqual([
      `"thumbprint": "${second.certificate.thumbprint}",`,
      '"notAfter": "2028-01-01T00:00:00.000Z"',
    ]);
    expect(script!.map((line) => line.trim())).toEqual([
      `#   thumbprint  ${second.certificate.thumbprint}`,
      '#   ends on     2028-01-01T00:00:00.000Z',
      `if ($PfxCertificate.Thumbprint -ne '${second.certificate.thumbprint}') {`,
      expect.stringContaining(`not ' + '${second.certificate.thumbprint} as certificates`),
    ]);
  });

  test('that is not there stops the synth, with where it was looked for', () => {
    expect(() => synthesize(committing)).toThrow(
      /certificate\.certificateFile: the file 'certificates\\mail\.crt' cannot be read .*certificates\/mail\.crt/,
    );
  });

  test('with a private key in its file stops the synth, and nothing of the key is said or written', () => {
    const key = String(first.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    commit(toPem(first.certificate) + key);
    let said = '';
    try {
      synthesize(committing);
    } catch (error) {
      said = (error as Error).message;
    }
    expect(said).toContain('holds a private key');
    for (const line of key.split('\n').slice(1, -2)) expect(said).not.toContain(line);
    expect(existsSync(stackFile('cdk.tf.json'))).toBe(false);
  });
});

describe('a declaration that is wrong', () => {
  test('stops the synth with everything that is wrong, and writes nothing', () => {
    const wrong = site({
      servers: [server(1), server(2, { address: '192.0.2.1' })],
      dag: { ...declaredDag, name: 'A-NAME-TOO-LONG-FOR-A-DAG' },
    });
    expect(() => synthesize(wrong)).toThrow(
      /dag\.name: .* has 25 characters[^]*remedy: [^]*servers\[1\]\.address: the address '192\.0\.2\.1' stands at servers\[0\]\.address too[^]*remedy: /,
    );
    expect(existsSync(stackFile('cdk.tf.json'))).toBe(false);
    expect(existsSync(stackFile('exchange-plan.ps1'))).toBe(false);
  });

  test('stops the synth also where validations are switched off: an empty stack would take everything away', () => {
    const app = new App({ skipValidation: true, outdir: join(project, 'cdktf.out') });
    new SiteStack(app, 'contoso', { site: site({ servers: [] }) }, project);
    expect(() => app.synth()).toThrow('servers: the site has no server');
    expect(existsSync(stackFile('cdk.tf.json'))).toBe(false);
  });

  test.each(['my site', 'a$b', "a'b", 'x.y'])('a file named %p is refused by its name', (id) => {
    const app = new App({ outdir: join(project, 'cdktf.out') });
    expect(() => new SiteStack(app, id, { site: right }, project)).toThrow(
      `environments/${id}.ts: the name of a site holds letters`,
    );
  });

  test('stops where two servers have one name, before two constructs have it', () => {
    expect(() => synthesize(site({ servers: [server(1), server(1)] }))).toThrow(
      `servers[1].name: the name 'EX01' stands at servers[0].name too`,
    );
  });

  test('a warning does not stop the synth and is shown', () => {
    synthesize(site({ certificate: { ...right.certificate, names: [...right.certificate.names, 'EX01'] } }));
    const manifest = readFileSync(join(project, 'cdktf.out/manifest.json'), 'utf8');
    expect(manifest).toContain(`certificate.names[2]: 'EX01' is the name of the server EX01 itself`);
    expect(manifest).toContain('@cdktf/warn');
  });

  test('a value that only Terraform knows is refused by its place', () => {
    const fqdn = Token.asString({ resolve: () => 'x' });
    expect(() => synthesize(site({ servers: [server(1, { fqdn })] }))).toThrow(
      'servers[0].fqdn: this value is known only while Terraform runs',
    );
  });

  test('a file without a site says what to write', () => {
    expect(() => synthesize(undefined as unknown as ExchangeSiteProps)).toThrow(
      'environments/contoso.ts exports no site; write: export const site = defineSite(',
    );
  });

  test('under another id keeps the names of its variables', () => {
    const app = new App({ stackTraces: false, outdir: join(project, 'cdktf.out') });
    const stack = new TerraformStack(app, 'contoso');
    const zones = [
      { name: 'contoso.com', keyName: 'exchange.', keyAlgorithm: 'hmac-sha256' as const },
      { name: 'contoso.net', keyName: 'other.', keyAlgorithm: 'hmac-sha256' as const },
    ];
    new ExchangeSite(stack, 'Mail', site({ dns: { zones } }));
    app.synth();
    const text = readFileSync(stackFile('cdk.tf.json'), 'utf8');
    const { variable } = JSON.parse(text) as Synthesized;
    expect(Object.keys(variable).sort()).toEqual([
      'dns_key_secret',
      'dns_key_secret_contoso_net',
      'pfx_password',
    ]);
    expect(text).toContain('${var.dns_key_secret}');
  });

  test('is the only one of its stack', () => {
    const app = new App({ stackTraces: false, outdir: join(project, 'cdktf.out') });
    const stack = new TerraformStack(app, 'contoso');
    new ExchangeSite(stack, 'East', right);
    expect(() => new ExchangeSite(new Construct(stack, 'part'), 'West', right)).toThrow(
      "The stack contoso holds the Exchange site 'East' already, and 'West' would be a second one",
    );
    expect(() => new ExchangeSite(new TerraformStack(app, 'other'), 'West', right)).not.toThrow();
  });
});
