import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESOURCES, resourcesOf } from '../../exchange/resources';
import type { ServerState } from '../../lab/exchange/state';
import { startLab } from '../dns/lab';
import { describeEachServer } from '../dns/servers';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, FIRST, NAMES, SECOND } from './declared-site';
import { executedCmdlets, plannedCmdlets } from './executed-cmdlets';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';

const SETUP_MS = 180_000;
const DEPLOYED = 'deployed';
const [WEBMAIL] = NAMES;
const SETUPS_URL = 'https://bsaex02.apatricio.local/owa';
const SETUPS_POINT = 'https://bsaex02.apatricio.local/Autodiscover/Autodiscover.xml';

function directory(server: ServerState, kind: string) {
  const found = server.virtualDirectories.find((candidate) => candidate.kind === kind);
  if (found === undefined) throw new Error(`${server.name} has no ${kind}`);
  return found;
}

function siteCertificate(server: ServerState) {
  const found = server.certificates.find(({ services }) => services.includes('IIS'));
  if (found === undefined) throw new Error(`no certificate of ${server.name} serves the web`);
  return found;
}

interface Drift {
  /** What somebody did by hand. */
  readonly title: string;
  readonly change: (rig: SiteRig) => void;
  /** What the plan shows of it: address, attribute, value found, cmdlets. */
  readonly shown: readonly (readonly [string, string, unknown, readonly unknown[]])[];
}

const text = (pattern: string): unknown => expect.stringMatching(pattern);

const DRIFTS: readonly Drift[] = [
  {
    title: 'a URL',
    change: ({ organization }) =>
      organization.editServer(SECOND.name, (server) => {
        directory(server, 'Owa').settings['InternalUrl'] = SETUPS_URL;
      }),
    shown: [
      [
        'exchange_owa_virtual_directory.BsAEX02-owa',
        'internal_url',
        SETUPS_URL,
        [
          `Set-OwaVirtualDirectory -Identity 'BsAEX02\\owa (Default Web Site)' -InternalUrl 'https://${WEBMAIL}/owa'`,
        ],
      ],
    ],
  },
  {
    title: 'a service connection point',
    change: ({ organization }) =>
      organization.editServer(SECOND.name, ({ services }) => {
        (services['ClientAccessServer'] ??= {})['AutoDiscoverServiceInternalUri'] = SETUPS_POINT;
      }),
    shown: [
      [
        'exchange_service_connection_point.BsAEX02-scp',
        'uri',
        SETUPS_POINT,
        [text("^Set-ClientAccessServer -Identity 'BsAEX02' -AutoDiscoverServiceInternalUri '[^']*'$")],
      ],
    ],
  },
  {
    title: "a DAG's witness",
    change: ({ organization }) =>
      organization.edit(({ organization: { databaseAvailabilityGroups } }) => {
        for (const { settings } of databaseAvailabilityGroups)
          settings['WitnessServer'] = 'other.apatricio.local';
      }),
    shown: [
      [
        'exchange_database_availability_group.dag-DAG01',
        'witness_server',
        'other.apatricio.local',
        ["Set-DatabaseAvailabilityGroup -Identity 'DAG01' -WitnessServer 'BsAFS01.apatricio.local'"],
      ],
    ],
  },
  {
    title: "a certificate's services",
    change: ({ organization }) =>
      organization.editServer(SECOND.name, (server) => {
        siteCertificate(server).services = ['SMTP'];
        server.certificates[0]?.services.push('IIS');
      }),
    shown: [
      [
        'exchange_certificate.BsAEX02-certificate',
        'services',
        ['SMTP'],
        [
          text(
            "^Enable-ExchangeCertificate -Server 'BsAEX02' -Thumbprint '[0-9A-F]{40}' -Services @\\('IIS'\\) -DoNotRequireSsl:\\$true$",
          ),
        ],
      ],
    ],
  },
  {
    title: 'a deleted certificate',
    change: ({ organization }) =>
      organization.editServer(SECOND.name, (server) => {
        const gone = siteCertificate(server);
        server.certificates = server.certificates.filter((certificate) => certificate !== gone);
      }),
    shown: [
      [
        'exchange_certificate.BsAEX02-certificate',
        'thumbprint',
        undefined,
        [text('^Import-ExchangeCertificate '), text('^Enable-ExchangeCertificate ')],
      ],
    ],
  },
];

function isAdopted(address: string): boolean {
  const type = RESOURCES.find(({ typeName }) => address.startsWith(`${typeName}.`));
  return type?.lifecycle === 'adopted';
}

describeWithTerraform('somebody changes the site by hand', () => {
  let tools: SiteTools;
  beforeAll(async () => {
    tools = await siteTools();
  }, SETUP_MS);
  afterAll(() => tools.remove());

  async function deployed(startDns: Parameters<typeof SiteRig.create>[0]['startDns']): Promise<SiteRig> {
    const rig = await SiteRig.create({ tools, startDns });
    rig.install(SECOND.name);
    await rig.deploy(bothServers);
    rig.save(DEPLOYED);
    rig.forget();
    return rig;
  }

  describe('in Exchange', () => {
    let rig: SiteRig;
    beforeAll(async () => {
      rig = await deployed(startLab);
    }, SETUP_MS);
    afterAll(() => rig.remove());
    beforeEach(() => {
      rig.restore(DEPLOYED);
      rig.forget();
    });

    test.each(DRIFTS.map((drift) => [drift.title, drift] as const))(
      'the plan shows %s, and nothing else',
      async (_title, { change, shown }) => {
        change(rig);
        const plan = await rig.plan();
        expect(
          plan.changes.map(({ address, change: { before, after } }) => {
            const [, attribute = ''] = shown.find(([expected]) => expected === address) ?? [];
            return [address, attribute, before?.[attribute], after?.['cmdlets']];
          }),
        ).toEqual(shown);
        expect(rig.writes()).toEqual([]);
      },
      SETUP_MS,
    );

    test(
      'a deploy repairs all of it with the cmdlets that the plan showed, and then there is nothing to do',
      async () => {
        // The services are those of the certificate that is deleted.
        for (const { title, change } of DRIFTS) if (title !== "a certificate's services") change(rig);
        const plan = await rig.plan();
        const planned = plannedCmdlets(plan);
        expect(planned).toHaveLength(5);
        expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
        expect(executedCmdlets(rig.organization.journal(), planned)).toEqual(planned);
        expect(await rig.plan()).toMatchObject({ exit: 0 });
      },
      SETUP_MS,
    );

    test(
      'other letter case and a slash at the end of a URL are no drift',
      async () => {
        const shout = (value: unknown): string =>
          String(value).toUpperCase() + (/^https:/i.test(String(value)) ? '/' : '');
        rig.organization.editServer(SECOND.name, (server) => {
          for (const { kind, settings } of server.virtualDirectories) {
            // Remote PowerShell is not managed, and Autodiscover has no URLs.
            if (['PowerShell', 'Autodiscover'].includes(kind)) continue;
            for (const name of ['InternalUrl', 'ExternalUrl', 'InternalHostname', 'ExternalHostname']) {
              if (typeof settings[name] === 'string') settings[name] = shout(settings[name]);
            }
          }
          const point = (server.services['ClientAccessServer'] ??= {});
          point['AutoDiscoverServiceInternalUri'] = shout(point['AutoDiscoverServiceInternalUri']);
        });
        rig.organization.edit(({ organization: { databaseAvailabilityGroups } }) => {
          for (const { settings } of databaseAvailabilityGroups) {
            settings['WitnessServer'] = shout(settings['WitnessServer']);
          }
        });
        expect(JSON.stringify(rig.organization.read().servers.get('BSAEX02'))).toContain('/OWA/');
        expect(await rig.plan()).toMatchObject({ exit: 0 });
      },
      SETUP_MS,
    );

    test(
      'every type of object can be imported as it is, and nothing is set again',
      async () => {
        const before = rig.stateValues();
        // The names are a memory of deploys, which nothing else has.
        const objects = Object.entries(before).filter(([at]) => !at.startsWith('exchange_published_names.'));
        const identities = objects.map(([address, values]): [string, string] => {
          const type = RESOURCES.find(({ typeName }) => address.startsWith(`${typeName}.`));
          const names = type?.importId ?? ['id'];
          return [address, names.map((name) => String(values[name])).join('/')];
        });
        const types = new Set(identities.map(([address]) => address.replace(/\..*$/, '')));
        const unmanaged = resourcesOf(SECOND.version)
          .map(({ typeName }) => typeName)
          .filter((typeName) => !types.has(typeName));
        // What the sample declares nothing of.
        expect(unmanaged).toEqual([
          'exchange_powershell_virtual_directory',
          'exchange_autodiscover_virtual_directory',
          'exchange_pop_settings',
          'exchange_imap_settings',
          'exchange_outlook_provider',
          'exchange_datacenter_activation',
          'exchange_mailbox_database',
          'exchange_replication_gate',
          'exchange_connectivity_check',
        ]);
        writeFileSync(
          join(rig.stackFolder, 'import.tf.json'),
          // What Setup makes the stack imports itself.
          JSON.stringify({
            import: identities.filter(([to]) => !isAdopted(to)).map(([to, id]) => ({ to, id })),
          }),
        );
        rig.forgetState();
        const plan = await rig.plan();
        expect(plan.said).toContain(`${identities.length} to import, 1 to add`);
        expect(plan.said).toContain('0 to destroy');
        expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
        expect(rig.writes()).toEqual([]);
        expect(rig.updates).toEqual([]);
        // An import keeps Exchange's spelling; and a certificate that is imported counts as one that was there before.
        const asImported = (values: object) => ({
          ...values,
          ...('imported' in values ? { imported: [], removal_cmdlets: undefined } : {}),
          ...('iis_authentication_methods' in values
            ? {
                iis_authentication_methods: String(values.iis_authentication_methods)
                  .toLowerCase()
                  .split(',')
                  .sort(),
              }
            : {}),
        });
        const spelled = (all: typeof before) =>
          Object.fromEntries(Object.entries(all).map(([address, values]) => [address, asImported(values)]));
        expect(spelled(rig.stateValues())).toEqual(spelled(before));
        for (const values of Object.values(rig.stateValues())) {
          if ('imported' in values) expect(values['imported']).toEqual([]);
        }
        expect(await rig.plan()).toMatchObject({ exit: 0 });
        await rig.declare(bothServers);
      },
      SETUP_MS,
    );
  });

  describeEachServer('in DNS', (startDns) => {
    test(
      'the plan shows a record that lost an address, the deploy adds it, and nothing else is done',
      async () => {
        const rig = await deployed(startDns);
        try {
          await rig.setAddresses(WEBMAIL, [FIRST.address as string]);
          const plan = await rig.plan();
          expect(plan.changes.map(({ address, change }) => [address, change.before?.['addresses']])).toEqual([
            [expect.stringMatching('^dns_a_record_set.webmail'), [FIRST.address]],
          ]);
          rig.forget();
          expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
          expect(await rig.addresses(WEBMAIL)).toEqual([FIRST.address, SECOND.address]);
          expect(rig.updates).toHaveLength(1);
          expect(rig.writes()).toEqual([]);
          expect(await rig.plan()).toMatchObject({ exit: 0 });
        } finally {
          await rig.remove();
        }
      },
      SETUP_MS,
    );
  });
});
