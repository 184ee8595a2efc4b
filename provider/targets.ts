import { certificatesOf } from '../exchange/resources/installed-certificate';
import { needsEndpoint } from '../exchange/server-endpoint';
import type { Session } from '../powershell/session';
import type { Diagnostic } from '../schema';
import type { Settings } from './configuration';
import type { Installed } from './connection';
import type { DnsZones } from './dns-zones';
import type { PublicCertificates } from './public-certificates';
import { NoSession } from './connection-problem';
import { Run } from './run';
import { SERVER_ENDPOINTS_ENVIRONMENT, type ServerSession } from './server-sessions';
import { SiteCertificates } from './site-certificates';
import { ExchangeTarget, type TargetOptions } from './target';

type Open = (settings: Settings, installed: Installed) => Promise<Session>;

export interface TargetsOptions extends Pick<TargetOptions, 'note' | 'site'> {
  /** The certificates of PFX files that the configuration gives without their keys. Left out: none. */
  readonly certificates?: PublicCertificates;
  /** The zones that hold records of the site. Left out where the configuration names none. */
  readonly zones?: DnsZones | undefined;
}

/**
 * The sessions of a run: that of the organization, and one on each server with an endpoint of its own. The latter is
 * opened by the first call about that server.
 */
export class Targets {
  /** Runs the calls about no server, and those about servers without a session of their own. */
  readonly organization: ExchangeTarget;
  readonly run = new Run();
  readonly certificates: PublicCertificates;
  readonly site: SiteCertificates;
  readonly zones: DnsZones | undefined;
  readonly #own: ReadonlyMap<string, ExchangeTarget>;
  readonly #unreachable = new Map<string, ExchangeTarget>();
  readonly #options: TargetOptions;
  #lackingPfx: Promise<readonly Diagnostic[]> | null = null;

  constructor(
    readonly settings: Settings,
    open: Open,
    { certificates = new Map(), site = new SiteCertificates(), zones, ...options }: TargetsOptions = {},
  ) {
    this.certificates = certificates;
    this.site = site;
    this.zones = zones;
    this.#options = { ...options, site, run: this.run };
    this.#own = new Map(
      [...settings.serverSessions].map(([key, own]) => [
        key,
        new ExchangeTarget(settingsOf(own, settings), open, { ...this.#options, own }),
      ]),
    );
    const { organizationServer } = settings;
    const ofAll = organizationServer === null ? undefined : this.#own.get(organizationServer.toLowerCase());
    this.organization = ofAll ?? new ExchangeTarget(settings, open, this.#options);
  }

  /** The target for a resource or a step about this server; null where it is about none. */
  of(server: string | null): ExchangeTarget {
    if (server === null) return this.organization;
    const own = this.#own.get(server.toLowerCase());
    if (own !== undefined) return own;
    const version = this.organization.versionFor(null);
    // Its cmdlets have no parameter for the server: in the session of the organization they would act on the server of
    // that session.
    const actsOnItself = version !== undefined && needsEndpoint(version);
    return actsOnItself ? this.#unreached(server) : this.organization;
  }

  /** See `ExchangeTarget.connect`. */
  connect(): void {
    this.organization.connect();
  }

  /** A server that no session reaches can be looked up too: the session of the organization lists all servers. */
  isUninstalled(server: string): Promise<boolean> {
    const target = this.#own.get(server.toLowerCase()) ?? this.organization;
    return target.isUninstalled(server);
  }

  /** Why the run must not begin: a PFX that it needs cannot be opened. It is found out once, before the first step. */
  lackingPfx(): Promise<readonly Diagnostic[]> {
    return (this.#lackingPfx ??= this.#findLackingPfx());
  }

  async #findLackingPfx(): Promise<readonly Diagnostic[]> {
    if (this.certificates.size === 0) return [];
    const { lackingPfx } = await import('./public-certificates');
    return lackingPfx(this.certificates, [...this.settings.spellings.values()], (server) => {
      const target = this.of(server);
      return target.observe(target.addressed(certificatesOf(server, target.factsFor(server))), server);
    });
  }

  async close(): Promise<void> {
    await Promise.all([...new Set([this.organization, ...this.#own.values()])].map((each) => each.close()));
  }

  #unreached(server: string): ExchangeTarget {
    const key = server.toLowerCase();
    let target = this.#unreachable.get(key);
    if (target === undefined) {
      target = new ExchangeTarget(this.settings, () => Promise.reject(noSession(server)), this.#options);
      this.#unreachable.set(key, target);
    }
    return target;
  }
}

/** The settings of the organization, changed for a session on one server. */
function settingsOf({ endpoint, snapIn }: ServerSession, settings: Settings): Settings {
  return { ...settings, endpoint, fallbacks: [], snapIn };
}

function noSession(server: string): NoSession {
  const variable = SERVER_ENDPOINTS_ENVIRONMENT.server_endpoints;
  return new NoSession({
    severity: 'error',
    summary: `No session reaches ${server}`,
    detail: `The cmdlets of Exchange 2007 act on the server that the session runs on, and no endpoint is known for a session on ${server}. In a session on another server they would change that other server, so nothing was run for it. If ${server} still exists and something is to be removed from it, name its endpoint for this deploy: ${variable}='{"${server}":"https://<its FQDN>:5986/wsman"}'. If it is gone for good, uninstall it from Exchange: the next plan then only forgets its objects.`,
  });
}
