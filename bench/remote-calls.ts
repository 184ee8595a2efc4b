import type { SimulatedOrganization } from '../lab/exchange/organization';
import { environmentFor, newOrganization, serversNamed } from './exchange-organization';
import type { Figure } from './measurement';
import { SiteProject, type SynthesizedResource, type SynthesizedStack } from './site-project';
import { TerraformFolder } from './terraform-folder';
import type { Workshop } from './workshop';

const SIZES = [2, 20, 100];
const FIRST = 'EX001';
const CERTIFICATE_READ = 'Get-ExchangeCertificate';

/** How many cmdlets a plan runs that finds nothing to do: the lab's journal has every one. */
export async function remoteCalls(workshop: Workshop): Promise<readonly Figure[]> {
  const sites: Site[] = [];
  for (const count of SIZES) sites.push(await deployedSite(workshop, count));
  const kinds: readonly { readonly name: string; readonly calls: (site: Site) => number }[] = [
    {
      name: `all but ${CERTIFICATE_READ}`,
      calls: ({ cmdlets }) => without(cmdlets, CERTIFICATE_READ).length,
    },
    { name: 'all', calls: ({ cmdlets }) => cmdlets.length },
  ];
  return kinds.flatMap(({ name, calls }) => sites.map((site) => figure(name, site, calls, sites[0] ?? site)));
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
  return { count, cmdlets: organization.journal().map(({ cmdlet }) => cmdlet) };
}

function without(cmdlets: readonly string[], name: string): readonly string[] {
  return cmdlets.filter((cmdlet) => cmdlet !== name);
}

interface Site {
  readonly count: number;
  /** Those that the plan ran, in order. */
  readonly cmdlets: readonly string[];
}

function figure(name: string, site: Site, calls: (site: Site) => number, smallest: Site): Figure {
  return {
    benchmark: 'remote-calls',
    measured: `remote calls of a no-op plan, ${name}, servers: ${site.count}`,
    value: calls(site),
    unit: 'calls',
    rounds: 1,
    ...(site === smallest
      ? {}
      : {
          peer: { measured: `servers: ${smallest.count}`, value: calls(smallest) },
          ratio: calls(site) / calls(smallest),
          target: { of: 'ratio', atMost: 1 },
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
    provider: { exchange: provider['exchange'] },
    terraform: { required_providers: { exchange: terraform.required_providers['exchange'] } },
    resource: Object.fromEntries(resources.filter(([, named]) => Object.keys(named).length > 0)),
  };
}
