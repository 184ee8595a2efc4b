import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExchangeSiteProps, Server } from '../../exchange/site';
import { ExchangeVersion } from '../../exchange/site';
import { startSshServer, type RunningSshServer } from '../../lab/exchange/ssh-server';
import { startLab } from '../dns/lab';
import { newKey } from '../dns/rig';
import { describeEachServer } from '../dns/servers';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, DAG as dag, FIRST, firstServer, NAMES, SECOND, ZONE } from './declared-site';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 180_000;
const KEYLESS = join(__dirname, '..', 'pki', 'fixtures', 'nokey.pfx');
const KEYLESS_PASSWORD = 'open-sesame';

const both = (second: Partial<Server>): ExchangeSiteProps => ({
  ...bothServers,
  servers: [FIRST, { ...SECOND, ...second }],
});
const withClient = (client: string): ExchangeSiteProps => ({
  ...bothServers,
  namespaces: { ...bothServers.namespaces, client },
});

/** What is wrong, the declaration, and what the diagnostic must say: path, problem, remedy. */
const REFUSED_AT_SYNTH: readonly (readonly [string, ExchangeSiteProps, readonly string[]])[] = [
  [
    'a host of a URL that is not on the certificate',
    withClient(`mail.${ZONE}`),
    ['namespaces.client', `'mail.${ZONE}' is not on the certificate`, 'certificate.names'],
  ],
  [
    'two servers with one name',
    both({ name: 'bsaex01' }),
    ['servers[1].name', 'is also declared at servers[0].name', 'remedy:'],
  ],
  [
    'two servers with one address',
    both({ address: FIRST.address }),
    ['servers[1].address', 'is also declared at servers[0].address', 'remedy:'],
  ],
  [
    'a witness that is a member of the DAG',
    { ...bothServers, dag: { ...dag, witness: { ...dag.witness, server: SECOND.fqdn } } },
    ['dag.witness.server', 'is the member BsAEX02 of the same DAG', 'name a server that is no member'],
  ],
  [
    'a name of a DAG that is too long',
    { ...bothServers, dag: { ...dag, name: 'DAG-WITH-A-LONG-NAME' } },
    ['dag.name', 'has 20 characters', 'at most 15'],
  ],
  [
    'a namespace outside every zone',
    { ...bothServers, dns: { ...bothServers.dns, zones: [{ name: 'contoso.com' }] } },
    ['namespaces.client', 'lies in none of the declared zones', `add its zone to dns.zones`],
  ],
  [
    'a URL in the place of a host',
    withClient('https:///owa'),
    ['namespaces.client', "'https:///owa' is not only a host name", 'write a host name'],
  ],
  ['a host with a space', withClient(`web mail.${ZONE}`), ['namespaces.client', 'a space', 'remedy:']],
  [
    'a service that the version of a server does not have',
    {
      ...both({ version: ExchangeVersion.V2010 }),
      namespaces: { ...bothServers.namespaces, services: { mapi: NAMES[0] } },
    },
    ['namespaces.services.mapi', 'BsAEX02 (Exchange Server 2010) has no MAPI over HTTP', 'take mapi out'],
  ],
  [
    'a typographic dash in a name',
    withClient(`web\u2013mail.${ZONE}`),
    ['namespaces.client', 'a typographic dash (U+2013)', `write it as 'web-mail.${ZONE}'`],
  ],
];

describeWithTerraform('what is wrong is said, with its remedy, and nothing is changed', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({ tools, startDns: startLab });
    await rig.declare(firstServer);
  }, SETUP_MS);
  afterAll(async () => {
    await rig.remove();
    tools.remove();
  });
  beforeEach(() => rig.forget());

  /** A plan that is refused for a reason, in these words. */
  async function refused(words: readonly string[], environment = {}): Promise<void> {
    const { exit, said } = await rig.plan({ environment });
    expect(exit).toBe(1);
    for (const word of words) expect(said).toContain(word);
    expect(said).not.toContain(rig.pfxPassword);
    expect(rig.organization.journal().filter(({ cmdlet }) => !cmdlet.startsWith('Get-'))).toEqual([]);
    expect(rig.updates).toEqual([]);
  }

  test.each(REFUSED_AT_SYNTH)('synth refuses %s', (_title, site, words) => {
    const before = rig.files();
    const synth = () => rig.synth(site);
    for (const word of words) expect(synth).toThrow(word);
    expect(rig.files()).toEqual(before);
  });

  describe('a PFX', () => {
    afterEach(() => rig.writePfx(validCertificate()));

    test(
      'that is not there',
      async () => {
        rmSync(rig.pfxFile);
        await refused(['certificates/webmail.pfx', 'cannot be read', 'correct certificate.pfxFile']);
      },
      SETUP_MS,
    );

    test(
      'whose password is wrong, or missing',
      async () => {
        await refused(['The password of', 'is wrong', 'TF_VAR_pfx_password'], {
          TF_VAR_pfx_password: 'other',
        });
        await refused(['The password of', 'is missing', 'TF_VAR_pfx_password'], {
          TF_VAR_pfx_password: undefined,
        });
      },
      SETUP_MS,
    );

    test(
      'without a private key',
      async () => {
        copyFileSync(KEYLESS, rig.pfxFile);
        await refused(['has no private key', 'Export the certificate again'], {
          TF_VAR_pfx_password: KEYLESS_PASSWORD,
        });
      },
      SETUP_MS,
    );

    test.each([
      ['that has expired', validCertificate(NAMES, -30, -1), ['has expired', 'Get a new one']],
      ['that is not valid yet', validCertificate(NAMES, 5, 30), ['is not valid yet', 'Wait until then']],
      [
        'that lacks a name',
        validCertificate([NAMES[0]]),
        [`${NAMES[1]} is not on the certificate`, 'get a certificate with these'],
      ],
    ])(
      '%s',
      async (_title, certificate, words) => {
        rig.writePfx(certificate);
        await refused([...words, 'BsAEX01']);
      },
      SETUP_MS,
    );
  });

  describe('a server', () => {
    test(
      'of another version than declared',
      async () => {
        await rig.declare({ ...firstServer, servers: [{ ...FIRST, version: ExchangeVersion.V2016 }] });
        try {
          await refused(['BsAEX01 is not Exchange Server 2016', '15.0', "Correct the server's version"]);
        } finally {
          await rig.declare(firstServer);
        }
      },
      SETUP_MS,
    );

    test(
      'that is not in the organization',
      async () => {
        await rig.declare(bothServers);
        try {
          await refused(['There is no Exchange server BsAEX02', 'BSAEX01', 'install the server first']);
        } finally {
          await rig.declare(firstServer);
        }
      },
      SETUP_MS,
    );
  });

  test(
    'a server that is in a DAG of which nobody told stops the plan; one that the declaration moves leaves first',
    async () => {
      const own = await SiteRig.create({ tools, startDns: startLab });
      try {
        await own.deploy(firstServer);
        own.forget();
        await own.declare({ ...firstServer, dag: { ...dag, name: 'DAG02' } });
        const shared = await own.plan();
        expect(shared).toMatchObject({ exit: 1 });
        expect(shared.said).toContain('The witness folder of DAG02 is that of DAG01 already');
        const witness = { ...dag.witness, directory: 'C:\\DAGFileShareWitnesses\\DAG02' };
        const moved = { ...firstServer, dag: { ...dag, name: 'DAG02', witness } };
        await own.deploy(moved);
        const made = 'New-DatabaseAvailabilityGroup';
        const member = 'DatabaseAvailabilityGroupServer';
        const removed = 'Remove-DatabaseAvailabilityGroup';
        const ran = own.writes().map(({ cmdlet }) => cmdlet);
        expect(ran).toEqual([made, `Remove-${member}`, `Add-${member}`, removed]);
        expect(await own.plan()).toMatchObject({ exit: 0 });

        const member02 = `exchange_database_availability_group_member.${FIRST.name}-dag-member`;
        expect(await own.terraform(['state', 'rm', member02])).toMatchObject({ exit: 0 });
        own.forget();
        await own.declare(firstServer);
        const { exit, said } = await own.plan();
        expect(exit).toBe(1);
        expect(said).toContain('BsAEX01 is a member of the DAG DAG02');
        expect(said).toContain('name it in its existingMembers');
        expect(own.writes()).toEqual([]);
      } finally {
        await own.remove();
      }
    },
    SETUP_MS,
  );

  describe('the way through SSH', () => {
    let server: RunningSshServer;
    let environment: { readonly [name: string]: string };
    beforeAll(async () => {
      rig.organization.ssh.add('admin', { password: 'right' });
      server = await startSshServer(rig.organization, { server: FIRST.name });
      environment = {
        EXCHANGE_ENDPOINT: `ssh://admin@127.0.0.1:${server.port}`,
        EXCHANGE_SSH_HOST_KEY: rig.organization.ssh.hostFingerprint(),
        EXCHANGE_SSH_PASSWORD: 'right',
      };
    });
    afterAll(() => server.close());

    test(
      'is taken, and makes the same plan',
      async () => {
        const local = await rig.plan();
        const remote = await rig.plan({ environment });
        expect(remote.exit).toBe(2);
        expect(remote.changes).toEqual(local.changes);
      },
      SETUP_MS,
    );

    test(
      'with an account that may not run a cmdlet of the plan',
      async () => {
        rig.organization.ssh.add('viewer', {
          password: 'right',
          deniedCmdlets: ['Import-ExchangeCertificate'],
        });
        await refused(
          [
            'The account may not run Import-ExchangeCertificate for BsAEX01',
            'Get-ManagementRole -Cmdlet Import-ExchangeCertificate`',
            'Exchange Server Certificates',
          ],
          { ...environment, EXCHANGE_ENDPOINT: `ssh://viewer@127.0.0.1:${server.port}` },
        );
      },
      SETUP_MS,
    );

    test(
      'with a refused password',
      async () => {
        await refused(
          [
            'No session with Exchange at 127.0.0.1',
            'refused the credentials of admin',
            'EXCHANGE_SSH_PASSWORD',
          ],
          {
            ...environment,
            EXCHANGE_SSH_PASSWORD: 'wrong',
          },
        );
      },
      SETUP_MS,
    );

    test(
      'with no way to sign in',
      async () => {
        await refused(['there is no way to sign in as admin: set', 'EXCHANGE_SSH_PRIVATE_KEY_FILE'], {
          ...environment,
          EXCHANGE_SSH_PASSWORD: undefined,
        });
      },
      SETUP_MS,
    );

    test(
      'to a host whose key has changed, or is not known',
      async () => {
        const known = join(rig.folder, 'known_hosts');
        const other = 'AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ';
        writeFileSync(known, `[127.0.0.1]:${server.port} ssh-ed25519 ${other}\n`);
        const filed = { ...environment, EXCHANGE_SSH_HOST_KEY: undefined, EXCHANGE_SSH_KNOWN_HOSTS: known };
        await refused(
          [
            'No session with Exchange',
            rig.organization.ssh.hostFingerprint(),
            'Find out which before you accept the new key',
          ],
          filed,
        );
        writeFileSync(known, '');
        await refused(
          ['No session with Exchange', rig.organization.ssh.hostFingerprint(), 'ssh-keygen -lf'],
          filed,
        );
        await refused(['No session with Exchange', rig.organization.ssh.hostFingerprint()], {
          ...environment,
          EXCHANGE_SSH_HOST_KEY: `SHA256:${'A'.repeat(43)}`,
        });
      },
      SETUP_MS,
    );

    test(
      'to a host where nobody listens',
      async () => {
        const gone = await startSshServer(rig.organization, { server: FIRST.name });
        await gone.close();
        await refused(['No session with Exchange', 'cannot be reached', 'Check that the server runs'], {
          ...environment,
          EXCHANGE_ENDPOINT: `ssh://admin@127.0.0.1:${gone.port}`,
        });
      },
      SETUP_MS,
    );
  });

  test(
    'hostile text reaches Exchange as it was declared, and is not run on the way',
    async () => {
      // All that Windows takes in the name of a folder.
      const directory = `C:\\DAG's $(Get-Date) \`whoami\` ; Remove-Item & \${path.module} %{ if true } $PWD #`;
      // Terraform's own language is a way for what a declaration refuses: characters that do not show.
      const further =
        'site "q" * $env:x | line\nbreak \u2019 \u201c \u2013 \u2028 </S> &amp; _x000A_ \u{1F600}';
      const site: ExchangeSiteProps = {
        ...firstServer,
        dag: { ...dag, witness: { ...dag.witness, directory } },
      };
      await rig.declare(site);
      const stack = join(rig.stackFolder, 'cdk.tf.json');
      const declared = JSON.parse(readFileSync(stack, 'utf8')) as {
        resource: { exchange_service_connection_point: { 'BsAEX01-scp': { [name: string]: unknown } } };
      };
      declared.resource.exchange_service_connection_point['BsAEX01-scp']['site_scope'] = [further];
      writeFileSync(stack, JSON.stringify(declared));
      expect(await rig.apply()).toMatchObject({ exit: 0 });
      const { organization, servers } = rig.organization.read();
      const [group] = organization.databaseAvailabilityGroups;
      expect(group?.settings['WitnessDirectory']).toBe(directory);
      const first = servers.get(FIRST.name.toUpperCase());
      expect(first?.services['ClientAccessServer']).toMatchObject({ AutoDiscoverSiteScope: [further] });
      expect(await rig.plan()).toMatchObject({ exit: 0 });
    },
    SETUP_MS,
  );

  describeEachServer('a DNS server that refuses the key', (startDns) => {
    const wrong = { environment: { DNS_UPDATE_KEYSECRET: newKey().secret } };

    test(
      'is found by the plan, before anything is changed',
      async () => {
        const own = await SiteRig.create({ tools, startDns });
        try {
          await own.declare(firstServer);
          const before = own.organization.read();
          const { exit, said } = await own.plan(wrong);
          expect(exit).toBe(1);
          expect(said).toContain(`DNS does not take updates of the zone ${ZONE}.`);
          expect(said).toContain(
            `signed with the key ${own.key.name.replace(/\.$/, '')}, failed: the server does not accept`,
          );
          expect(said).toContain('(BADSIG)');
          expect(said).toContain('dns.zones of the declaration');
          expect(await own.apply(wrong)).toMatchObject({ exit: 1 });
          expect(own.organization.read()).toEqual(before);
          expect(own.writes()).toEqual([]);
          expect(own.updates).toEqual([]);
        } finally {
          await own.remove();
        }
      },
      SETUP_MS,
    );

    test(
      'only at the end of a deploy leaves the records alone, and the next deploy finishes',
      async () => {
        const own = await SiteRig.create({ tools, startDns });
        try {
          await own.declare(firstServer);
          own.spoilsUpdates = true;
          const { exit, said } = await own.apply();
          expect(exit).toBe(1);
          expect(said).toMatch(/Error: .+ with dns_a_record_set\.webmail/);
          for (const name of NAMES) expect(await own.addresses(name)).toEqual([]);
          own.spoilsUpdates = false;
          const writes = own.writes();
          expect(await own.apply()).toMatchObject({ exit: 0 });
          expect(own.writes()).toEqual(writes);
          for (const name of NAMES) expect(await own.addresses(name)).toEqual([FIRST.address]);
        } finally {
          await own.remove();
        }
      },
      SETUP_MS,
    );
  });
});
