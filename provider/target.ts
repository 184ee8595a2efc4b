import type { Answers, Facts, Step } from '../exchange/resources';
import type { Catalog, ExchangeVersion } from '../exchange/versions';
import type { Invocation } from '../powershell/invocation';
import type { Session } from '../powershell/session';
import type { Diagnostic } from '../schema';
import { askRights, type Rights } from './account-rights';
import type { Settings } from './configuration';
import type { Installed } from './connection';
import { DeclaredVersions } from './declared-versions';
import { InstalledServers } from './installed-servers';
import type { Reading } from './readings';
import { Run } from './run';
import { RunSession } from './run-session';
import type { ServerSession } from './server-sessions';
import { SiteCertificates } from './site-certificates';
import type { StepEnd } from './step-end';
import { StepRunner } from './step-runner';
import { TargetReads } from './target-reads';
import { TargetWrites } from './target-writes';

export interface TargetOptions {
  /** Receives a sentence on every remote call. Left out: the sentences are dropped. */
  readonly note?: (message: string) => void;
  /** The certificates of the declaration, where it has several. Left out: it has one. */
  readonly site?: SiteCertificates;
  /** What the target shares with those of other sessions. Left out: there are none. */
  readonly run?: Run;
  /** The session is that of one server. Left out: it is that of the organization. */
  readonly own?: ServerSession | undefined;
}

/**
 * The Exchange organization that a run acts on, or one server of it, through one session for all its resources. The session
 * is opened by `connect` or by the first call. Reads are made once and shared, until a write changes what they show.
 */
export class ExchangeTarget {
  readonly #session: RunSession;
  readonly #versions: DeclaredVersions;
  readonly #servers: InstalledServers;
  readonly #reads: TargetReads;
  readonly #steps: StepRunner;
  readonly #site: SiteCertificates;
  readonly #run: Run;
  #rights: Promise<Rights> | null = null;

  constructor(
    readonly settings: Settings,
    open: (settings: Settings, installed: Installed) => Promise<Session>,
    { note = () => undefined, site = new SiteCertificates(), run = new Run(), own }: TargetOptions = {},
  ) {
    this.#run = run;
    this.#site = site;
    this.#versions = new DeclaredVersions(settings, own);
    this.#session = new RunSession(settings, {
      open,
      installed: () => run.shown.thumbprints,
      note,
      hasRun: () => run.hasRun,
      own,
    });
    this.#servers = new InstalledServers(this.#versions, (invocation) => this.#reads.read(invocation, null));
    this.#reads = new TargetReads(this.#session, {
      versions: this.#versions,
      run,
      own,
      servers: () => this.#servers.among(serversOfSession(settings, own)),
    });
    this.#steps = new StepRunner(this.#reads, new TargetWrites(this.#session, run), this.#versions, run);
  }

  /**
   * Begins to open the session while Terraform still prepares its first resource. Where it does not open, each call that
   * needs it reports why.
   */
  connect(): void {
    this.#session.connect();
  }

  /** The declared version of a server; for the organization, that of the oldest declared server without a session of its own. */
  versionFor(server: string | null): ExchangeVersion | undefined {
    return this.#versions.versionFor(server);
  }

  isDeclared(server: string): boolean {
    return this.#versions.isDeclared(server);
  }

  /** How the declaration spells a server that the state has in other letter case; undefined where the spelling is the same. */
  respelled(server: string): string | undefined {
    return this.#versions.respelled(server);
  }

  /** The cmdlets for a server. One that is no longer declared is read with the cmdlets of the organization. */
  catalogFor(server: string | null): Catalog | undefined {
    return this.#versions.catalogFor(server);
  }

  /** The catalogs of the servers that may run a call: of the server itself, or of each one that serves the organization. */
  catalogsFor(server: string | null): readonly Catalog[] {
    return this.#versions.catalogsFor(server);
  }

  /**
   * What definitions learn about a server: the cmdlets of its version, the certificates that it is to have, and what this
   * run did to certificates.
   */
  factsFor(server: string | null): Facts {
    const catalog = this.catalogFor(server);
    return {
      has: (...asked) => catalog?.has(...asked) === true,
      ...(catalog === undefined ? {} : { version: catalog.version }),
      isDeclared: (name) => this.isDeclared(name),
      autodiscoverUrls: this.settings.autodiscoverUrls,
      history: this.#run.history,
      ...this.#maintenanceOf(server),
      declared: server === null ? [] : this.#site.on(server),
    };
  }

  #maintenanceOf(server: string | null): Pick<Facts, 'maintenance'> {
    const maintenance = server === null ? undefined : this.settings.maintenance.get(server.toLowerCase());
    return maintenance === undefined ? {} : { maintenance };
  }

  /**
   * The call with the domain controller of the run, where the cmdlet takes one; plans show the same call that is sent. The
   * oldest version that has the cmdlet decides: 2007 has no cmdlets for a DAG, and 2010 none for MAPI over HTTP.
   */
  addressed(invocation: Invocation): Invocation {
    return this.#versions.addressed(invocation);
  }

  /**
   * A read that is shared by all who ask for the same, until something is written. Where a read of the whole organization
   * shows only a part of it, the given server is read by itself, so that another server that is down does not hinder it.
   */
  async observe(invocation: Invocation, server: string | null = null): Promise<Reading> {
    return this.#reads.observe(invocation, server);
  }

  /**
   * Where the real version of a server differs from the declared one. Only a warning while a server is on the way from one
   * to the other by a known update in place: servers are updated one after another, and deploys go on meanwhile.
   */
  async versionProblems(server: string): Promise<readonly Diagnostic[]> {
    return this.#servers.versionProblems(server);
  }

  /** Whether the organization surely has no such server: it was uninstalled, and all that was on it is gone. */
  async isUninstalled(server: string): Promise<boolean> {
    return this.#servers.isUninstalled(server);
  }

  /** What the account may run. It is asked once in a run, for the first resource that has steps. */
  rights(): Promise<Rights> {
    return (this.#rights ??= askRights(this.#session, this.settings));
  }

  /** Runs one step. Afterwards the reads that the step may have outdated are made anew. */
  async run(step: Step, signal: AbortSignal): Promise<StepEnd> {
    return this.#steps.perform(step, signal);
  }

  /** Shared reads that may fail: null stands for an answer that could not be read. */
  answersTo(inquiries: readonly Invocation[], server: string | null): Promise<Answers> {
    return this.#reads.answersTo(inquiries, server);
  }

  /** The same, read anew: somebody else may have changed what they show. */
  answersNow(inquiries: readonly Invocation[], server: string | null): Promise<Answers> {
    return this.#reads.answersNow(inquiries, server);
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}

/** The declared servers, by lower-case name, that the session reads: its own one, or those without a session of their own. */
function serversOfSession({ versions, serverSessions }: Settings, own: ServerSession | undefined): string[] {
  return [...versions.keys()].filter((server) => serverSessions.get(server) === own);
}
