import type { SimulatedOrganization } from '../lab/exchange/organization';
import { newDatabase } from '../lab/exchange/setup';
import { newOrganization } from './exchange-organization';
import { environmentFor, startLab } from './lab-endpoint';
import { SiteDeclaration } from './site-declaration';
import { SiteProject, type SynthesizedResource, type SynthesizedStack } from './site-project';
import { keepState } from './state-keeper';
import { TerraformFolder } from './terraform-folder';
import type { Workshop } from './workshop';

const FIRST = 'EX001';

/** A site that Terraform has deployed to the lab, so that a plan finds nothing to do. */
export interface DeployedSite {
  readonly declaration: SiteDeclaration;
  readonly organization: SimulatedOrganization;
  readonly terraform: TerraformFolder;
}

/** Deploys a site of each number of servers once; several benchmarks use it. */
export class SiteStock {
  readonly #made = new Map<number, Promise<DeployedSite>>();

  constructor(readonly workshop: Workshop) {}

  of(serverCount: number): Promise<DeployedSite> {
    const made = this.#made.get(serverCount) ?? deployedSite(this.workshop, serverCount);
    this.#made.set(serverCount, made);
    return made;
  }
}

async function deployedSite(workshop: Workshop, serverCount: number): Promise<DeployedSite> {
  const declaration = new SiteDeclaration(serverCount);
  const project = new SiteProject(workshop, declaration);
  await project.synth();
  const site = onlyWanted(project.configuration(), (type) => type.startsWith('exchange_'));
  const organization = newOrganization(workshop, declaration.servers);
  const environment = environmentFor(workshop, await startLab(workshop, organization, FIRST));
  const deployed = async (name: string, configuration: SynthesizedStack) => {
    const terraform = new TerraformFolder(project.stackFolder(name), environment);
    const backend = await keepState(workshop);
    terraform.write({ ...configuration, terraform: { ...configuration.terraform, backend } });
    await terraform.init();
    await terraform.apply();
    return terraform;
  };
  await deployed(
    'first-server',
    onlyWanted(
      site,
      (type, name) => type === 'exchange_database_availability_group' || name.startsWith(`${FIRST}-`),
    ),
  );
  makeAlike(organization, declaration);
  return { declaration, organization, terraform: await deployed('site', site) };
}

/**
 * Gives every other server in the lab the settings that the first one has after its deploy. Terraform then has nothing to set,
 * so that the apply takes seconds, where a deploy of a hundred servers takes minutes. The plan that is measured is the same.
 */
function makeAlike(organization: SimulatedOrganization, { groups }: SiteDeclaration): void {
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
    for (const { name, members, databases, datacenterActivation } of groups) {
      const made = whole.databaseAvailabilityGroups.find((group) => group.name === name);
      if (made === undefined) throw new Error(`the lab has no DAG ${name}`);
      made.servers = [...members];
      made.settings['DatacenterActivationMode'] = datacenterActivation ?? 'Off';
      for (const [database, { copies, edbFile = '', logFolder = '' }] of Object.entries(databases)) {
        const holders = copies.flatMap((copy) => servers.get(copy) ?? []);
        const [active] = holders;
        if (active === undefined) throw new Error(`the lab has no server for ${database}`);
        const there = newDatabase(database, active, whole, new Date());
        Object.assign(there.settings, { EdbFilePath: edbFile, LogFolderPath: logFolder });
        whole.databases.push({
          ...there,
          mounted: true,
          copies: holders.map((server, place) => ({
            server: server.name,
            activationPreference: place + 1,
            suspended: false,
            settings: {},
          })),
        });
      }
    }
  });
}

/** Only the wanted resources of a stack, without dependencies and triggers that name the others. */
function onlyWanted(
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
    // There are no record sets here, so the provider need not ask the DNS server of a zone.
    provider: { exchange: provider.exchange.map((settings) => ({ ...settings, dns_update: [] })) },
    terraform: { required_providers: { exchange: terraform.required_providers['exchange'] } },
    resource: Object.fromEntries(resources.filter(([, named]) => Object.keys(named).length > 0)),
  };
}
