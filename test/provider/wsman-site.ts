import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { elementsOf, type ExchangeObject } from '../../exchange/element';
import { resolveSite } from '../../exchange/resolve-site';
import { certificate } from '../../exchange/resources';
import type { ExchangeSiteProps } from '../../exchange/site';
import { SimulatedOrganization } from '../../lab/exchange/organization';
import { makePfx } from '../../pki';
import { CONFIGURATION_SCHEMA } from '../../provider/configuration';
import type { Environment } from '../../provider/environment';
import { exchangeProvider } from '../../provider/definition';
import type { Targets } from '../../provider/targets';
import { hasErrors, withEveryAttribute } from '../../schema';
import { bothServers, FIRST, firstServer, SECOND } from '../integration/declared-site';
import { startSiteEndpoint, type SiteEndpoint } from '../integration/site-endpoint';
import { validCertificate } from '../integration/valid-certificate';
import { Deployment, type State } from './deployment';

export const USER = 'contoso\\deploy';
export const PASSWORD = 'canary-81d3';
const PFX_PASSWORD = 'canary-pfx-2b6e';

/**
 * Starts an endpoint of the organization that it is given.
 *
 * @param folder for certificates; one endpoint after another may use it
 */
export type StartEndpoint = (
  folder: string,
  organization: () => SimulatedOrganization,
) => Promise<SiteEndpoint>;

/** With Basic. */
export const overHttps: StartEndpoint = (folder, organization) =>
  startSiteEndpoint({ folder, user: USER, password: PASSWORD, organization });

/** What every site of a test file starts from. */
interface Origin {
  readonly folder: string;
  readonly pfxFile: string;
  readonly start: StartEndpoint;
}

/** The sample environment behind a WSMan endpoint of its own, deployed by the provider in this process. */
export class WsmanSite {
  readonly #origin: Origin;
  readonly #folder: string;
  #organization: SimulatedOrganization;
  #endpoint: SiteEndpoint | undefined;
  /** What the deploy of the first server left. */
  #before: State = new Map();

  private constructor(origin: Origin, folder: string, organization: SimulatedOrganization) {
    this.#origin = origin;
    this.#folder = folder;
    this.#organization = organization;
  }

  /** One whose first server is deployed and whose second is installed, in a folder that is there. */
  static async create(folder: string, start: StartEndpoint): Promise<WsmanSite> {
    const pfxFile = join(folder, 'webmail.pfx');
    // The least iterations: every deploy reads the file several times.
    const pfx = makePfx(validCertificate(), { password: PFX_PASSWORD, iterations: 1 });
    writeFileSync(pfxFile, pfx, { mode: 0o600 });
    const origin = { folder, pfxFile, start };
    const own = join(folder, 'first');
    mkdirSync(own);
    const organization = SimulatedOrganization.create(join(own, 'now'), { domain: 'apatricio.local' });
    organization.addServer(FIRST);
    const site = new WsmanSite(origin, own, organization);
    await site.#open();
    const deployment = site.deployment();
    const said = await deployment.apply(site.resources(firstServer));
    if (hasErrors(said)) throw new Error(JSON.stringify(said));
    organization.addServer(SECOND);
    organization.clearJournal();
    cpSync(organization.folder, join(own, 'before'), { recursive: true });
    site.#before = deployment.state;
    return site;
  }

  /** Another one that stands where this one stood before the second server was deployed. */
  async copy(name: string): Promise<WsmanSite> {
    const folder = join(this.#origin.folder, name);
    cpSync(join(this.#folder, 'before'), join(folder, 'before'), { recursive: true });
    cpSync(join(this.#folder, 'before'), join(folder, 'now'), { recursive: true });
    const copy = new WsmanSite(this.#origin, folder, SimulatedOrganization.open(join(folder, 'now')));
    copy.#before = this.#before;
    await copy.#open();
    return copy;
  }

  async #open(): Promise<void> {
    const { folder, start } = this.#origin;
    this.#endpoint = await start(folder, () => this.#organization);
  }

  close(): Promise<void> {
    return this.endpoint.close();
  }

  get endpoint(): SiteEndpoint {
    if (this.#endpoint === undefined) throw new Error('the endpoint was not started');
    return this.#endpoint;
  }

  get organization(): SimulatedOrganization {
    return this.#organization;
  }

  get url(): string {
    return this.endpoint.url;
  }

  /** What the provider is given. */
  get environment(): Environment {
    return this.endpoint.environment;
  }

  /** Goes back to before the second server was deployed. */
  async reset(): Promise<void> {
    const { folder } = this.#organization;
    this.endpoint.disturbances.disarm();
    await this.endpoint.service.endShells();
    rmSync(folder, { recursive: true });
    cpSync(join(this.#folder, 'before'), folder, { recursive: true });
    this.#organization = SimulatedOrganization.open(folder);
  }

  /** Deploys from where the first server left the state. */
  deployment(environment: Environment = {}, concurrent = false): Deployment<Targets> {
    const servers = Object.fromEntries([FIRST, SECOND].map(({ name, version }) => [name, version.label]));
    return new Deployment(
      {
        provider: () => exchangeProvider({ ...this.environment, ...environment }),
        config: withEveryAttribute(CONFIGURATION_SCHEMA, { servers }),
        extras: { [certificate.typeName]: { pfx_file: this.#origin.pfxFile, pfx_password: PFX_PASSWORD } },
        concurrent,
      },
      this.#before,
    );
  }

  resources(site: ExchangeSiteProps = bothServers): readonly ExchangeObject[] {
    return elementsOf(resolveSite(site).elements, 'exchange-object');
  }
}
