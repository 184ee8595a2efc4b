import { setTimeout as sleep } from 'node:timers/promises';
import { ALWAYS_READ, neededCmdlets } from '../exchange/needed-cmdlets';
import { clearingCall, layingCalls } from '../exchange/resources/laid-file';
import { MAINTENANCE_CMDLETS, type Maintenance } from '../exchange/resources/maintenance';
import type { Answers, Facts, FileCall, Guard, LaidFile, Step, StepKind } from '../exchange/resources';
import { objectWith } from '../exchange/resources/object-with';
import { CERTIFICATE_READ } from '../exchange/resources/installed-certificate';
import { SERVER_INQUIRIES } from '../exchange/resources/certificate-holders';
import { textOf } from '../exchange/resources/property';
import { catalogOf, ExchangeVersion } from '../exchange/versions';
import type { Catalog } from '../exchange/versions';
import type { Invocation } from '../powershell/invocation';
import type { Interruption, ObjectsOutcome, Outcome, PowerShellObject } from '../powershell/outcome';
import type { InvokeOptions, Session, TripOutcome } from '../powershell/session';
import type { Diagnostic } from '../schema';
import type { Settings } from './configuration';
import { offerOf, offerQuestion, type OfferedCommands } from './offered-commands';
import { callNote } from './call-note';
import type { Installed } from './connection';
import { proveServer } from './proven-server';
import { waitUntilWell } from './patience';
import { Readings, type Reading } from './readings';
import { certificatesUnshown, isNotOffered, outcomeProblem, uncheckedRights, warnings } from './call-problem';
import { connectionProblem } from './connection-problem';
import { checkUnread, fileLeft, guardUnread, omissionWarning, timeoutProblem } from './step-problem';
import { Run } from './run';
import type { Awaited, StepEnd, Written } from './step-end';
import { ServerReadings } from './server-readings';
import type { ServerSession } from './server-sessions';
import { SiteCertificates } from './site-certificates';
import { Turns } from './turns';

/** What the session lets the account run; left out where it does not say. */
export interface Rights {
  readonly commands?: OfferedCommands;
  readonly diagnostics: readonly Diagnostic[];
}

export interface TargetOptions {
  /** Takes a sentence on every remote call. Left out: nobody listens. */
  readonly note?: (message: string) => void;
  /** What the declaration has, where it has several certificates. Left out: it has one. */
  readonly site?: SiteCertificates;
  /** What it shares with other sessions. Left out: there are none. */
  readonly run?: Run;
  /** The session is that of one server. Left out: it is that of the organization. */
  readonly own?: ServerSession | undefined;
}

/** What is wrong by a look, or why it shows nothing. */
type Unwell = string | Extract<Reading, { kind: 'failed' }>;

/** What would keep the same read from its end once more. */
const NO_USE_AGAIN: ReadonlySet<Interruption | undefined> = new Set(['too-large', 'stopped', 'prompt']);
/** Reads that have no way to ask for all servers. */
const OF_ONE_SERVER: ReadonlySet<string> = new Set([CERTIFICATE_READ, ...SERVER_INQUIRIES]);
/** Between looks at what a step before has changed: another domain controller may hear of it later. */
const GUARD_PAUSES_MS = [500, 1_500, 4_000];
/** Between attempts to remove a file that a call whose connection was lost may still have open. */
const CLEARING_PAUSES_MS = [500, 1_500];
const OF_CERTIFICATES: ReadonlySet<StepKind> = new Set(['certificate-import', 'certificate-services']);

/**
 * The Exchange organization that a run acts on, or one server of it, through one session for all their resources, opened
 * when it is configured or first used. Reads are made once and shared, until a write changes what they show.
 */
export class ExchangeTarget {
  readonly #readings = new Readings((invocation) => this.#readShared(invocation));
  readonly #serverReadings = new ServerReadings(
    () => this.#declaredServers(),
    async (calls) => {
      const outcome = await this.#call(calls, (session, options) => session.invokeInTurn(calls, options));
      return 'kind' in outcome && outcome.kind === 'trip' ? outcome : undefined;
    },
  );
  readonly #certificateTurns = new Turns();
  readonly #groupTurns = new Turns();
  readonly #maintenanceTurns = new Turns();
  readonly #site: SiteCertificates;
  private readonly note: (message: string) => void;
  readonly #run: Run;
  readonly #own: ServerSession | undefined;
  readonly #versions: readonly ExchangeVersion[];
  #session: Promise<Session> | null = null;
  /** There was a session. */
  #opened = false;
  #servers: Promise<Reading> | null = null;
  #rights: Promise<Rights> | null = null;

  constructor(
    readonly settings: Settings,
    private readonly open: (settings: Settings, installed: Installed) => Promise<Session>,
    { note = () => undefined, site = new SiteCertificates(), run = new Run(), own }: TargetOptions = {},
  ) {
    this.#run = run;
    this.#own = own;
    this.#versions = own === undefined ? versionsReached(settings) : [own.version];
    run.share(this.#readings);
    this.note = note;
    this.#site = site;
  }

  /**
   * Begins to open the session, while Terraform goes on to its first resource, whose state it has brought up to date
   * before it asks for a read. Why it does not open is told to whoever needs it.
   */
  connect(): void {
    this.#opening().catch(() => undefined);
  }

  #opening(): Promise<Session> {
    return (this.#session ??= this.#open());
  }

  async #open(): Promise<Session> {
    const begin = performance.now();
    const session = await this.open(this.settings, () => this.#run.shown.thumbprints);
    if (this.#own !== undefined) await proveServer(session, this.#own);
    const where = this.#own === undefined ? '' : ` on ${this.#own.server}`;
    this.note(`A session is open${where}, ${Math.round(performance.now() - begin)} ms`);
    return session;
  }

  /** The declared version of a server; for the organization, that of the oldest declared server without a session of its own. */
  versionFor(server: string | null): ExchangeVersion | undefined {
    if (server !== null) return this.settings.versions.get(server.toLowerCase());
    return this.#versions[0];
  }

  isDeclared(server: string): boolean {
    return this.versionFor(server) !== undefined;
  }

  /** How the declaration spells a server that is known here by other letter case; undefined where it does not. */
  respelled(server: string): string | undefined {
    const declared = this.settings.spellings.get(server.toLowerCase());
    return declared === server ? undefined : declared;
  }

  /** A server that is on its way out is no longer declared: it is read with the cmdlets of the others. */
  catalogFor(server: string | null): Catalog | undefined {
    const version = this.versionFor(server) ?? this.versionFor(null);
    return version === undefined ? undefined : catalogOf(version);
  }

  /** Of whom a call may be made: of the server, or for the organization of one of its servers. */
  catalogsFor(server: string | null): readonly Catalog[] {
    if (server === null) return this.#versions.map(catalogOf);
    const catalog = this.catalogFor(server);
    return catalog === undefined ? [] : [catalog];
  }

  /**
   * What definitions are told of a server: which cmdlets its version has, which certificates it is to have, and what the
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
   * With the domain controller of the run, where the cmdlet takes one: shown in plans and sent alike. The oldest version
   * that has the cmdlet says so: 2007 knows of no DAG, and 2010 of no MAPI over HTTP.
   */
  addressed(invocation: Invocation): Invocation {
    const controller = this.settings.domainController;
    if (controller === null) return invocation;
    const catalog = this.catalogsFor(null).find((each) => each.has(invocation.cmdlet));
    if (catalog?.has(invocation.cmdlet, 'DomainController') !== true) return invocation;
    return { ...invocation, parameters: { ...invocation.parameters, DomainController: controller } };
  }

  /**
   * A read, shared by all that ask for the same until something is written. Where only a part of the organization could
   * be read, the given server is read alone: another one that is down must not stand in its way, nor be blamed on it.
   */
  async observe(invocation: Invocation, server: string | null = null): Promise<Reading> {
    const alone = server === null ? undefined : this.#ofServerAlone(invocation, server);
    // The session is for this server: the others have theirs.
    if (this.#own !== undefined && alone !== undefined) return this.#readings.get(alone);
    const reading = await this.#readings.get(invocation);
    if (reading.kind === 'objects' || !reading.partial || alone === undefined) return reading;
    return this.#readings.get(alone);
  }

  /** Undefined where the read cannot be narrowed, or is so already. */
  #ofServerAlone(invocation: Invocation, server: string): Invocation | undefined {
    const { cmdlet, parameters } = invocation;
    const takesServer = this.catalogFor(server)?.cmdlet(cmdlet)?.parameter('Server') !== undefined;
    if (!takesServer || 'Server' in parameters || 'Identity' in parameters) return undefined;
    return { ...invocation, parameters: { ...parameters, Server: server } };
  }

  /**
   * What is wrong between the declared and the real version of a server, found by one read for all servers. A warning
   * where a known update in place leads from the one to the other: nothing stops while servers are updated in turn.
   */
  async versionProblems(server: string): Promise<readonly Diagnostic[]> {
    const declared = this.versionFor(server);
    if (declared === undefined) {
      return [
        {
          severity: 'error',
          summary: `The version of ${server} is not declared`,
          detail: `Name ${server} with its Exchange version in servers of the provider block; a site's declaration does so by itself.`,
        },
      ];
    }
    const reading = await this.#readServers();
    if (reading.kind === 'failed') return reading.diagnostics;
    const found = named(server, reading.outcome);
    if (found === undefined) {
      const names = reading.outcome.objects.map((object) => textOf(object, 'Name')).sort();
      return [
        {
          severity: 'error',
          summary: `There is no Exchange server ${server}`,
          detail: `The organization has ${names.join(', ')}. Correct the server's name in the declaration, or install the server first.`,
        },
      ];
    }
    const display = textOf(found, 'AdminDisplayVersion') ?? '';
    const real = ExchangeVersion.ofBuild(display);
    if (real === declared) return [];
    if (real !== undefined && real.goesWith(declared)) return [betweenVersions(server, declared, real)];
    return [
      {
        severity: 'error',
        summary: `${server} is not ${declared.toString()}`,
        detail: `It reports '${display}'${real === undefined ? '' : `, which is ${real.toString()}`}. Correct the server's version in the declaration.`,
      },
    ];
  }

  /**
   * Whether the organization surely has no such server: it was uninstalled, and all that was on it is gone. There is one
   * at least, that of the session: an answer that shows none, or not the name of each, does not tell.
   */
  async isUninstalled(server: string): Promise<boolean> {
    const reading = await this.#readServers();
    if (reading.kind === 'failed' || named(server, reading.outcome) !== undefined) return false;
    const names = reading.outcome.objects.map((object) => textOf(object, 'Name') || null);
    return names.length > 0 && !names.includes(null);
  }

  /** Which servers there are, and their versions, no step changes: read once in a run. */
  #readServers(): Promise<Reading> {
    const servers = {
      cmdlet: 'Get-ExchangeServer',
      parameters: {},
      properties: ['Name', 'AdminDisplayVersion'],
    };
    return (this.#servers ??= this.#read(servers, null));
  }

  /** What the account may run, for all that a run may need: asked once, by whoever has steps first. */
  rights(): Promise<Rights> {
    return (this.#rights ??= this.#askRights());
  }

  async #askRights(): Promise<Rights> {
    // Role-based access control does not apply to a snap-in: every cmdlet is there.
    if (this.settings.snapIn !== null) return { diagnostics: [] };
    const drains = this.settings.maintenance.size === 0 ? [] : MAINTENANCE_CMDLETS;
    const question = offerQuestion([...new Set([...neededCmdlets(ExchangeVersion.ALL), ...drains])]);
    const outcome = await this.#twice(question);
    if ('diagnostics' in outcome) return { diagnostics: outcome.diagnostics };
    const offer = offerOf(outcome);
    if (offer === undefined) return { diagnostics: [uncheckedRights(outcome)] };
    // A plan does not stop by an answer that leaves out what everybody has who reads: it is not about Exchange.
    return offer.kind === 'told' && offer.commands.has(ALWAYS_READ)
      ? { commands: offer.commands, diagnostics: [] }
      : { diagnostics: [] };
  }

  /**
   * Runs one step. What it may have changed is read anew afterwards. Terraform works on objects that do not wait for each
   * other at once; the certificates of one server, of which a step may take a service from another, have a turn each, and so
   * have the members of a DAG, where servers are rolled out at once: joined at the same time, they may form two clusters.
   */
  async run(step: Step, signal: AbortSignal): Promise<StepEnd> {
    this.#run.hasRun = true;
    const { server, kind, invocation } = step;
    const perform = () => this.#perform(step, signal);
    const { Identity: group } = invocation.parameters;
    if (kind === 'dag-member' && typeof group === 'string') return this.#groupTurns.take(group, perform);
    if (server === null || !OF_CERTIFICATES.has(kind)) return perform();
    return this.#certificateTurns.take(server, perform);
  }

  async #perform(step: Step, signal: AbortSignal): Promise<StepEnd> {
    const end = step.guard === undefined ? undefined : await this.#guarded(step, step.guard, signal);
    if (end !== undefined) return end;
    if (step.maintenance !== undefined) return this.#drained(step, step.maintenance, signal);
    return this.#act(step, signal);
  }

  /** Objects of one server have a turn each, so that none brings it back under the step of another. */
  async #drained(step: Step, maintenance: Maintenance, signal: AbortSignal): Promise<StepEnd> {
    const { server } = maintenance;
    return this.#maintenanceTurns.take(server, async () => {
      // Late, since few steps are drained for.
      const { drained } = await import('./drain');
      const session = {
        read: (look: Invocation) => this.#read(look, server, signal),
        write: (call: Written) => this.#write(call, signal),
        insist: (call: Written, pausesMs: readonly number[]) => this.#insist(call, pausesMs),
        wait: (awaited: Awaited) => this.#await(awaited, signal),
      };
      return drained(maintenance, session, () => this.#act(step, signal), signal);
    });
  }

  async #act(step: Step, signal: AbortSignal): Promise<StepEnd> {
    if (step.until !== undefined) return this.#await({ ...step, until: step.until }, signal);
    return step.file === undefined ? this.#write(step, signal) : this.#withFile(step, step.file, signal);
  }

  async #write({ invocation, server, outdates }: Written, signal?: AbortSignal): Promise<StepEnd> {
    this.#run.shown.note(invocation);
    const outcome = await this.#invoke(invocation, signal);
    const problem = 'diagnostics' in outcome ? undefined : outcomeProblem(invocation, server, outcome);
    const isDone = !('diagnostics' in outcome) && problem === undefined;
    if (isDone && outdates !== undefined) this.#run.forget(outdates);
    else this.#run.forgetReadings();
    if ('diagnostics' in outcome) return { kind: 'failed', diagnostics: outcome.diagnostics };
    const warned = warnings(invocation, outcome);
    if (problem === undefined) return { kind: 'done', diagnostics: warned };
    // A call that completed beside its error may have done a part of its work.
    return { kind: outcome.kind === 'failed' ? 'failed' : 'uncertain', diagnostics: [problem, ...warned] };
  }

  /** Also where the run is stopped; again after each pause, while it fails. */
  async #insist(call: Written, pausesMs: readonly number[]): Promise<StepEnd> {
    let end = await this.#write(call);
    for (const pause of pausesMs) {
      if (end.kind === 'done') break;
      await sleep(pause);
      end = await this.#write(call);
    }
    return end;
  }

  /** Whatever becomes of the step, its file goes: also where the run is stopped, and over a new session where that is lost. */
  async #withFile(step: Step, file: LaidFile, signal: AbortSignal): Promise<StepEnd> {
    let end: StepEnd = { kind: 'done', diagnostics: [] };
    // No read shows a file.
    const ofFile = ({ invocation }: FileCall) => ({ invocation, server: step.server, outdates: [] });
    for (const [index, call] of [...layingCalls(file).map(ofFile), step].entries()) {
      end = await this.#write(call, signal);
      if (end.kind === 'done') continue;
      if (index === 0 && file.content !== undefined) return end; // Nothing was laid yet.
      break;
    }
    const clearing = ofFile(clearingCall(file));
    const cleared = await this.#insist(clearing, CLEARING_PAUSES_MS);
    const left =
      cleared.kind === 'done'
        ? []
        : [fileLeft(file.path, step.server, clearing.invocation, cleared.diagnostics)];
    return { ...end, diagnostics: [...end.diagnostics, ...left] };
  }

  /**
   * Why a step is not run; undefined where nothing stands against it.
   *
   * @param pauses in milliseconds, each before another look where that may show otherwise
   */
  async #guarded(
    step: Step,
    guard: Guard,
    signal: AbortSignal,
    [pause, ...pauses]: readonly number[] = GUARD_PAUSES_MS,
  ): Promise<StepEnd | undefined> {
    const reading = await this.#read(this.addressed(guard.invocation), step.server);
    if (reading.kind === 'failed') {
      return { kind: 'failed', diagnostics: reading.diagnostics.map((unread) => guardUnread(step, unread)) };
    }
    const answers = await this.answersNow(guard.inquiries, step.server);
    const omission = guard.omission(reading.outcome.objects, answers);
    if (omission === undefined) return undefined;
    if (!omission.mayPass || pause === undefined || signal.aborted) {
      return { kind: 'omitted', diagnostics: [omissionWarning(step, omission)] };
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined); // Aborted: the next look is the last.
    return this.#guarded(step, guard, signal, pauses);
  }

  /** Reads that may fail, shared like all others: what could not be read is null. */
  answersTo(inquiries: readonly Invocation[], server: string | null): Promise<Answers> {
    return this.#answers(inquiries, (inquiry) => this.observe(inquiry, server));
  }

  /** The same, read anew: somebody else may have changed what they show. */
  answersNow(inquiries: readonly Invocation[], server: string | null): Promise<Answers> {
    return this.#answers(inquiries, (inquiry) => this.#read(inquiry, server));
  }

  async #answers(
    inquiries: readonly Invocation[],
    read: (inquiry: Invocation) => Promise<Reading>,
  ): Promise<Answers> {
    const answered = inquiries.map(async (inquiry): Promise<[string, readonly PowerShellObject[] | null]> => {
      const reading = await read(this.addressed(inquiry));
      return [inquiry.cmdlet, reading.kind === 'objects' ? reading.outcome.objects : null];
    });
    return new Map(await Promise.all(answered));
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    if (session === null) return;
    await session.then(
      (open) => open.close(),
      () => undefined, // It never opened, and whoever asked for it was told why.
    );
  }

  async #await(step: Awaited, signal: AbortSignal): Promise<StepEnd> {
    const { until } = step;
    const problem = await waitUntilWell<Unwell>(
      until.seconds,
      signal,
      async () => {
        const reading = await this.#read(step.invocation, step.server, signal);
        return reading.kind === 'failed' ? reading : until.problem(reading.outcome.objects);
      },
      (unwell) => typeof unwell !== 'string' && unwell.notOffered,
    );
    if (problem === undefined) return { kind: 'done', diagnostics: [] };
    if (typeof problem === 'string') {
      return { kind: 'failed', diagnostics: [timeoutProblem(step, until.seconds, problem, until.told)] };
    }
    const seconds = problem.notOffered ? 0 : until.seconds;
    const diagnostics = problem.diagnostics.map((unread) => checkUnread(seconds, unread, until.told));
    return { kind: 'failed', diagnostics };
  }

  /** The first reads of a run that would be one for each server are one for all. */
  async #readShared(invocation: Invocation): Promise<Reading> {
    const outcome =
      OF_ONE_SERVER.has(invocation.cmdlet) && !this.#run.hasRun
        ? await this.#serverReadings.get(invocation)
        : undefined;
    return outcome === undefined || unshown(invocation, null, outcome) !== undefined
      ? this.#read(invocation, serverOf(invocation) ?? this.#serverIn(invocation))
      : { kind: 'objects', outcome };
  }

  async #declaredServers(): Promise<readonly string[]> {
    const reading = await this.#readServers();
    if (reading.kind === 'failed') return [];
    return [...this.settings.versions.keys()].filter(
      (server) =>
        this.settings.serverSessions.get(server) === this.#own &&
        named(server, reading.outcome) !== undefined,
    );
  }

  /** Exchange 2007 shows certificates of the server of the session, and takes no other one. */
  #serverIn({ cmdlet }: Invocation): string | null {
    return this.#own !== undefined && OF_ONE_SERVER.has(cmdlet) ? this.#own.server : null;
  }

  /** A read whose connection was lost is made once more: reading twice changes nothing. */
  async #read(invocation: Invocation, server: string | null, signal?: AbortSignal): Promise<Reading> {
    const outcome = await this.#twice(invocation, signal);
    if ('diagnostics' in outcome) {
      return { kind: 'failed', diagnostics: outcome.diagnostics, partial: false, notOffered: false };
    }
    const problem = outcomeProblem(invocation, server, outcome);
    if (outcome.kind !== 'objects' || problem !== undefined) {
      const diagnostics = problem === undefined ? [] : [problem];
      const partial = outcome.kind === 'objects';
      return { kind: 'failed', diagnostics, partial, notOffered: isNotOffered(outcome) };
    }
    const lacking = unshown(invocation, server, outcome);
    return lacking === undefined
      ? { kind: 'objects', outcome }
      : { kind: 'failed', diagnostics: [lacking], partial: false, notOffered: false };
  }

  async #twice(invocation: Invocation, signal?: AbortSignal) {
    const first = await this.#invoke(invocation, signal);
    const isLost = 'kind' in first && first.kind === 'unknown' && !NO_USE_AGAIN.has(first.interruption);
    return isLost ? this.#invoke(invocation, signal) : first;
  }

  /** A call that never left is sent once more over a new session: it certainly had no effect. */
  async #invoke(
    invocation: Invocation,
    signal?: AbortSignal,
  ): Promise<Outcome | { readonly diagnostics: readonly Diagnostic[] }> {
    const run = (session: Session, options: InvokeOptions) => session.invoke(invocation, options);
    const first = await this.#call([invocation], run, signal);
    const again = 'kind' in first && first.kind === 'failed' && first.notSent === 'closed';
    return again ? this.#call([invocation], run, signal) : first;
  }

  async #call<Brought extends Outcome | TripOutcome>(
    calls: readonly [Invocation, ...Invocation[]],
    run: (session: Session, options: InvokeOptions) => Promise<Brought>,
    signal?: AbortSignal,
  ): Promise<Brought | { readonly diagnostics: readonly Diagnostic[] }> {
    let session: Session;
    const opening = this.#opening();
    try {
      session = await opening;
    } catch (error) {
      // Kept, so that a thousand resources do not each wait for a server that is not there.
      return { diagnostics: [connectionProblem(this.settings, error, this.#opened, this.#own?.server)] };
    }
    this.#opened = true;
    const begin = performance.now();
    const outcome = await run(session, {
      timeoutMs: this.settings.callTimeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
    this.note(callNote(calls, outcome, performance.now() - begin));
    if (endsSession(outcome) && this.#session === opening) {
      this.#session = null;
      await session.close();
    }
    return outcome;
  }
}

/** Versions of the servers without a session of their own, else of all, each once, the oldest first. */
function versionsReached({ versions, serverSessions }: Settings): readonly ExchangeVersion[] {
  const reached = [...versions].filter(([server]) => !serverSessions.has(server));
  const declared = new Set((reached.length === 0 ? [...versions] : reached).map(([, version]) => version));
  return ExchangeVersion.ALL.filter((version) => declared.has(version));
}

/** True where the session is of no use any more. A call that took too long ends alone. */
function endsSession(outcome: Outcome | TripOutcome): boolean {
  if (outcome.kind !== 'unknown' && outcome.kind !== 'failed') return false;
  const { bound } = outcome;
  const lost = outcome.kind === 'unknown' ? outcome.interruption : outcome.notSent;
  if (lost === 'timeout') return bound !== undefined && bound.name !== 'callTimeoutMs';
  return lost === 'closed' || lost === 'protocol';
}

function unshown(
  { cmdlet }: Invocation,
  server: string | null,
  outcome: ObjectsOutcome,
): Diagnostic | undefined {
  return cmdlet === CERTIFICATE_READ ? certificatesUnshown(server, outcome) : undefined;
}

function serverOf({ parameters: { Server: server } }: Invocation): string | null {
  return typeof server === 'string' ? server : null;
}

/** Nothing is told to be declared otherwise before the update is done: the other members of its DAG are to follow. */
function betweenVersions(server: string, declared: ExchangeVersion, real: ExchangeVersion): Diagnostic {
  return {
    severity: 'warning',
    summary: `${server} is ${real.toString()}, and declared as ${declared.toString()}`,
    detail: real.isUpdatedTo(declared)
      ? `It is managed as it is until it was updated in place. Members of a DAG are updated one after another; none is taken out for it.`
      : `It was updated in place: declare it as ${real.declaredAs}. The other members of its DAG may follow later; none is taken out for it.`,
  };
}

function named(server: string, { objects }: ObjectsOutcome) {
  return objectWith(objects, { Name: server });
}
