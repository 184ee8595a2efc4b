import type { SimulatedOrganization } from '../lab/exchange/organization';
import { environmentFor, newOrganization, serversNamed } from './exchange-organization';
import type { Figure } from './measurement';
import { SiteProject, type SynthesizedResource, type SynthesizedStack } from './site-project';
import { TerraformFolder } from './terraform-folder';
import type { Workshop } from './workshop';

const SIZES = [2, 20, 100];
const FIRST = 'EX001';

/**
 * Remote calls of a plan that finds nothing to do, out of the lab's journal: the trips over the connection, each of
 * which waits for an answer, and beside them the cmdlets that these carried.
 */
export async function remoteCalls(workshop: Workshop): Promise<readonly Figure[]> {
  const sites: Site[] = [];
  for (const count of SIZES) sites.push(await deployedSite(workshop, count));
  const smallest = sites[0];
  if (smallest === undefined) return [];
  return [
    ...sites.map((site) =>
      figure('remote calls', site, smallest, ({ trips }) => trips, { of: 'ratio', atMost: 1 }),
    ),
    ...sites.map((site) => figure('cmdlets', site, smallest, ({ cmdlets }) => cmdlets)),
  ];
}

async function deployedSite(workshop: Workshop, count: number): Promise<Site> {
  const project = new SiteProject(workshop, count);
  await project.synth();
  const site = kept(project.configuration(), (type) => type.startsWith('exchange_'));
  const organization = newOrganization(workshop, serversNamed(count));
  const environment = environmentFor(workshop, organization, serversNamed(count));
  const deployed = async (name: string, configuration: SynthesizedStack) => {
    const terraform = new TerraformFolder(project.stackFolder(name), environment);
    terraform.write(configuration);
    await terraform.init();
    await terraform.apply();
    return terraform;
  };
  await deployed(
    'first-server',
    kept(site, (_type, name) => name.startsWith(`${FIRST}-`) || name.startsWith('dag-')),
  );
  makeAlike(organization, project.dagMembers);
  const terraform = await deployed('site', site);
  organization.clearJournal();
  await terraform.noOpPlan();
  const journal = organization.journal();
  return { count, trips: new Set(journal.map(({ trip }) => trip)).size, cmdlets: journal.length };
}

interface Site {
  readonly count: number;
  readonly trips: number;
  readonly cmdlets: number;
}

function figure(
  what: string,
  site: Site,
  smallest: Site,
  value: (site: Site) => number,
  target?: NonNullable<Figure['target']>,
): Figure {
  return {
    benchmark: 'remote-calls',
    measured: `${what} of a no-op plan, servers: ${site.count}`,
    value: value(site),
    unit: 'calls',
    rounds: 1,
    ...(site === smallest
      ? {}
      : {
          peer: { measured: `servers: ${smallest.count}`, value: value(smallest) },
          ratio: value(site) / value(smallest),
          ...(target === undefined ? {} : { target }),
        }),
  };
}

/**
 * Every other server as the first one was deployed. Terraform then finds nothing to set, so that it is done in
 * seconds where a deploy of a hundred servers takes minutes; the plan that is counted is the same.
 */
function makeAlike(organization: SimulatedOrganization, dagMembers: readonly string[]): void {
  organization.edit(({ servers, organization: whole }) => {
    const first = servers.get(FIRST);
    if (first === undefined) throw new Error(`the lab has no server ${FIRST}`);
    for (const server of servers.values()) {
      if (server === first) continue;
      for (const directory of server.virtualDirectories) {
        const model = first.virtualDirectories.find(({ kind }) => kind === directory.kind);
        Object.assign(directory.settings, model?.settings);
      }
      Object.assign(server.services, structuredClone(first.services));
      const names = new Set(server.certificates.map(({ thumbprint }) => thumbprint));
      const own = new Set(server.certificates.map(({ friendlyName }) => friendlyName));
      server.certificates.push(
        ...structuredClone(first.certificates).filter(
          ({ thumbprint, friendlyName }) => !names.has(thumbprint) && !own.has(friendlyName),
        ),
      );
    }
    for (const group of whole.databaseAvailabilityGroups) group.servers = [...dagMembers];
  });
}

/** The part of a stack that is wanted, and no order or trigger that names the rest. */
function kept(
  { provider, terraform, variable, resource }: SynthesizedStack,
  isWanted: (type: string, name: string) => boolean,
): SynthesizedStack {
  const isWantedAddress = (address: string) => {
    const [type = '', name = ''] = address.split('.');
    return isWanted(type, name);
  };
  const resources = Object.entries(resource).map(
    ([type, named]): [string, SynthesizedStack['resource'][string]] => [
      type,
      Object.fromEntries(
        Object.entries(named)
          .filter(([name]) => isWanted(type, name))
          .map(([name, one]): [string, SynthesizedResource] => [
            name,
            {
              ...one,
              depends_on: (one.depends_on ?? []).filter(isWantedAddress),
              ...(one.triggers === undefined
                ? {}
                : {
                    triggers: Object.fromEntries(
                      Object.entries(one.triggers).filter(([, value]) =>
                        isWantedAddress(value.replace(/^\$\{/, '')),
                      ),
                    ),
                  }),
            },
          ]),
      ),
    ],
  );
  return {
    variable,
    // Without record sets there is no zone to ask for.
    provider: { exchange: provider.exchange.map((settings) => ({ ...settings, dns_update: [] })) },
    terraform: { required_providers: { exchange: terraform.required_providers['exchange'] } },
    resource: Object.fromEntries(resources.filter(([, named]) => Object.keys(named).length > 0)),
  };
}
