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
  /** The certificates of PFX files, as far as they are given without their keys. Left out: none. */
  readonly certificates?: PublicCertificates;
  /** Those that hold records of the site; left out where the configuration names none. */
  readonly zones?: DnsZones | undefined;
}

/**
 * The sessions of a run: that of the organization, and one on each server that has an endpoint of its own, which is opened
 * when something of that server is read or done.
 */
export class Targets {
  /** Where everything runs that is of no server, or of one without a session of its own. */
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

  /** By the server that a resource or a step is about; null: about none. */
  of(server: string | null): ExchangeTarget {
    if (server === null) return this.organization;
    const own = this.#own.get(server.toLowerCase());
    if (own !== undefined) return own;
    const version = this.organization.versionFor(null);
    // Its cmdlets without a parameter for the server would act on that of the session, which is another one.
    const actsOnItself = version !== undefined && needsEndpoint(version);
    return actsOnItself ? this.#unreached(server) : this.organization;
  }

  /** Begins to open the session of the organization, see `ExchangeTarget`. */
  connect(): void {
    this.organization.connect();
  }

  /** Of a server that no session is for, the organization may know: a session on another server lists them all. */
  isUninstalled(server: string): Promise<boolean> {
    const target = this.#own.get(server.toLowerCase()) ?? this.organization;
    return target.isUninstalled(server);
  }

  /** Why the run must not begin, found once before its first step: a PFX that it needs does not open. */
  lackingPfx(): Promise<readonly Diagnostic[]> {
    return (this.#lackingPfx ??= this.#whyNoPfx());
  }

  async #whyNoPfx(): Promise<readonly Diagnostic[]> {
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

/** As those of the organization, for a session on one server. */
function settingsOf({ endpoint, snapIn }: ServerSession, settings: Settings): Settings {
  return { ...settings, endpoint, fallbacks: [], snapIn };
}

function noSession(server: string): NoSession {
  const variable = SERVER_ENDPOINTS_ENVIRONMENT.server_endpoints;
  return new NoSession({
    severity: 'error',
    summary: `No session reaches ${server}`,
    detail: `Each is on another server and would act there, so that nothing was run. To have something removed from ${server} while the server is still there, name its endpoint in ${variable} for that deploy.`,
  });
}
