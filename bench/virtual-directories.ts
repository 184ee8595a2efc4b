import { PROVIDER_SOURCE, PROVIDER_VERSION } from '../exchange/provider-address';
import { SERVICES } from '../exchange/services';
import { existsIn, ExchangeVersion } from '../exchange/versions';
import { DOMAIN, newOrganization, serversNamed } from './exchange-organization';
import { environmentFor, startLab } from './lab-endpoint';
import { peakOfProvider } from './provider-memory';
import { TerraformFolder } from './terraform-folder';
import type { Workshop } from './workshop';

/** Virtual directories that Terraform has deployed to the lab, so that a plan finds nothing to do. */
export interface VirtualDirectories {
  readonly terraform: TerraformFolder;
  /** The provider's peak memory in the apply that set all of them. */
  readonly applyPeakMegabytes: number | undefined;
}

/** Services with URLs that the version of the lab's servers here has. */
const WITH_URLS = SERVICES.filter(
  ({ hasUrls, lifespan }) => hasUrls && existsIn(lifespan, ExchangeVersion.V2019),
);

/** Deploys each number of virtual directories once; several benchmarks use them. */
export class VirtualDirectoryStock {
  readonly #made = new Map<number, Promise<VirtualDirectories>>();

  constructor(readonly workshop: Workshop) {}

  of(count: number): Promise<VirtualDirectories> {
    const made = this.#made.get(count) ?? this.#make(count);
    this.#made.set(count, made);
    return made;
  }

  async #make(count: number): Promise<VirtualDirectories> {
    const servers = serversNamed(Math.ceil(count / WITH_URLS.length));
    const organization = newOrganization(this.workshop, servers);
    const lab = await startLab(this.workshop, organization, servers[0]?.name ?? '');
    const terraform = new TerraformFolder(
      this.workshop.folder('directories'),
      environmentFor(this.workshop, lab),
    );
    const resource: { [type: string]: { [name: string]: object } } = {};
    const kinds = servers.flatMap(({ name }) => WITH_URLS.map((row) => ({ name, row })));
    for (const { name, row } of kinds.slice(0, count)) {
      const url = `https://mail.${DOMAIN}${row.path}`;
      (resource[`exchange_${row.service}_virtual_directory`] ??= {})[`${name}-${row.service}`] = {
        server: name,
        internal_url: url,
        external_url: url,
      };
    }
    terraform.write({
      terraform: { required_providers: { exchange: { source: PROVIDER_SOURCE, version: PROVIDER_VERSION } } },
      provider: {
        exchange: { servers: Object.fromEntries(servers.map(({ name, version }) => [name, version.label])) },
      },
      resource,
    });
    await terraform.init();
    const peak = peakOfProvider();
    await terraform.apply(peak.watch);
    return { terraform, applyPeakMegabytes: peak.megabytes() };
  }
}
