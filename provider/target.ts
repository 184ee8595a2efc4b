import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from '../exchange/resources';
import { textOf } from '../exchange/resources/property';
import { catalogOf, ExchangeVersion } from '../exchange/versions';
import type { Catalog } from '../exchange/versions';
import type { Invocation } from '../powershell/invocation';
import type { ObjectsOutcome, Outcome } from '../powershell/outcome';
import type { Session } from '../powershell/session';
import type { Diagnostic } from '../schema';
import type { Settings } from './configuration';
import { Readings } from './readings';
import { connectionProblem, guardProblem, outcomeProblem, timeoutProblem, warnings } from './problem';

/** What a read brought: what it returned, or why there is nothing. */
export type Reading =
  | { readonly kind: 'objects'; readonly outcome: ObjectsOutcome }
  | { readonly kind: 'failed'; readonly diagnostics: readonly Diagnostic[] };

/** How a step ended. `uncertain`: it may or may not have taken effect; only a look at the object tells. */
export interface StepEnd {
  readonly kind: 'done' | 'failed' | 'uncertain';
  readonly diagnostics: readonly Diagnostic[];
}

/** Why no session came about. */
interface NoSession {
  readonly diagnostics: readonly Diagnostic[];
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/**
 * The Exchange organization that a run acts on: one session for all resources, opened at the first call. Reads are
 * made once and shared; any write forgets them.
 */
export class ExchangeTarget {
  readonly #readings = new Readings((invocation) => this.#read(invocation));
  #session: Promise<Session> | null = null;
  #servers: Promise<Reading> | null = null;
  #offered: Promise<ReadonlySet<string> | null> | null = null;
  /** There was a session. */
  #opened = false;

  constructor(
    readonly settings: Settings,
    private readonly open: (settings: Settings) => Promise<Session>,
  ) {}

  /** The declared version of a server; for the organization, that of the oldest declared server. */
  versionFor(server: string | null): ExchangeVersion | undefined {
    if (server !== null) return this.settings.versions.get(server.toLowerCase());
    return [...this.settings.versions.values()].sort((left, right) => (left.isAtLeast(right) ? 1 : -1))[0];
  }

  isDeclared(server: string): boolean {
    return this.versionFor(server) !== undefined;
  }

  /** A server that is on its way out is no longer declared: it is read with the cmdlets of the others. */
  catalogFor(server: string | null): Catalog | undefined {
    const version = this.versionFor(server) ?? this.versionFor(null);
    return version === undefined ? undefined : catalogOf(version);
  }

  /** With the domain controller of the run, where the cmdlet takes one: shown in plans and sent alike. */
  addressed(invocation: Invocation): Invocation {
    const controller = this.settings.domainController;
    const catalog = this.catalogFor(null);
    if (
      controller === null ||
      catalog?.cmdlet(invocation.cmdlet)?.parameter('DomainController') === undefined
    ) {
      return invocation;
    }
    return { ...invocation, parameters: { ...invocation.parameters, DomainController: controller } };
  }

  /** A read, shared by all that ask for the same until something is written. */
  observe(invocation: Invocation): Promise<Reading> {
    return this.#readings.get(invocation);
  }

  /** Makes the next reads anew. */
  forgetReadings(): void {
    this.#readings.forgetAll();
  }

  /** What is wrong between the declared and the real version of a server, found by one read for all servers. */
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
    return [
      {
        severity: 'error',
        summary: `${server} is not ${declared.toString()}`,
        detail: `It reports '${display}'${real === undefined ? '' : `, which is ${real.toString()}`}. Correct the server's version in the declaration.`,
      },
    ];
  }

  /** Whether the organization surely has no such server: it was uninstalled, and all that was on it is gone. */
  async isUninstalled(server: string): Promise<boolean> {
    const reading = await this.#readServers();
    return reading.kind === 'objects' && named(server, reading.outcome) === undefined;
  }

  /**
   * Which of these cmdlets the session does not offer: Exchange puts those alone into a session that a role of the
   * account holds. None where the session does not tell.
   */
  async notOffered(cmdlets: readonly string[]): Promise<readonly string[]> {
    const offered = await (this.#offered ??= this.#readOffered());
    return offered === null ? [] : cmdlets.filter((cmdlet) => !offered.has(cmdlet.toLowerCase()));
  }

  /** One question for all cmdlets that the declared versions have. Null where the answer is not about Exchange. */
  async #readOffered(): Promise<ReadonlySet<string> | null> {
    const versions = [...new Set(this.settings.versions.values())];
    const names = versions.flatMap((version) => catalogOf(version).cmdlets.map(({ name }) => name));
    const outcome = await this.#look({ cmdlet: 'Get-Command', parameters: { Name: [...new Set(names)] } });
    // An error beside the answer is a name that is not there.
    if ('diagnostics' in outcome || outcome.kind !== 'objects') return null;
    const offered = new Set(outcome.objects.map((object) => textOf(object, 'Name')?.toLowerCase() ?? ''));
    return offered.has('get-exchangeserver') ? offered : null;
  }

  /** Which servers there are, and their versions, no step changes: read once in a run. */
  #readServers(): Promise<Reading> {
    return (this.#servers ??= this.#read({ cmdlet: 'Get-ExchangeServer', parameters: {} }));
  }

  /** Runs one step. What it may have changed is read anew afterwards. */
  async run(step: Step, signal: AbortSignal): Promise<StepEnd> {
    if (step.guard !== undefined) {
      const reading = await this.#read(this.addressed(step.guard.invocation));
      if (reading.kind === 'failed') return { kind: 'failed', diagnostics: reading.diagnostics };
      const problem = step.guard.problem(reading.outcome.objects);
      if (problem !== undefined) return { kind: 'failed', diagnostics: [guardProblem(step, problem)] };
    }
    if (step.until !== undefined) return this.#await(step, step.until, signal);
    const outcome = await this.#invoke(step.invocation, signal);
    const problem =
      'diagnostics' in outcome ? undefined : outcomeProblem(step.invocation, step.server, outcome);
    if ('diagnostics' in outcome || problem !== undefined) this.#readings.forgetAll();
    else this.#readings.forgetAbout(step.invocation.cmdlet);
    if ('diagnostics' in outcome) return { kind: 'failed', diagnostics: outcome.diagnostics };
    if (problem === undefined) return { kind: 'done', diagnostics: warnings(step.invocation, outcome) };
    return { kind: outcome.kind === 'unknown' ? 'uncertain' : 'failed', diagnostics: [problem] };
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

  async #await(step: Step, until: NonNullable<Step['until']>, signal: AbortSignal): Promise<StepEnd> {
    const deadline = Date.now() + until.seconds * 1000;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const reading = await this.#read(step.invocation, signal);
      const problem = reading.kind === 'objects' ? until.problem(reading.outcome.objects) : undefined;
      if (reading.kind === 'objects' && problem === undefined) return { kind: 'done', diagnostics: [] };
      if (signal.aborted || Date.now() + pause > deadline) {
        return {
          kind: 'failed',
          diagnostics:
            reading.kind === 'failed'
              ? reading.diagnostics
              : [timeoutProblem(step, until.seconds, problem ?? '')],
        };
      }
      await sleep(pause, undefined, { signal }).catch(() => undefined); // Aborted: the next round ends it.
    }
  }

  /** A read whose connection was lost is made once more: reading twice changes nothing. */
  async #look(invocation: Invocation, signal?: AbortSignal): Promise<Outcome | NoSession> {
    const first = await this.#invoke(invocation, signal);
    return 'kind' in first && first.kind === 'unknown' ? this.#invoke(invocation, signal) : first;
  }

  async #read(invocation: Invocation, signal?: AbortSignal): Promise<Reading> {
    const outcome = await this.#look(invocation, signal);
    if ('diagnostics' in outcome) return { kind: 'failed', diagnostics: outcome.diagnostics };
    const problem = outcomeProblem(invocation, null, outcome);
    if (outcome.kind !== 'objects' || problem !== undefined) {
      return { kind: 'failed', diagnostics: problem === undefined ? [] : [problem] };
    }
    return { kind: 'objects', outcome };
  }

  /** A call that never left is sent once more over a new session: it certainly had no effect. */
  async #invoke(invocation: Invocation, signal?: AbortSignal): Promise<Outcome | NoSession> {
    const first = await this.#call(invocation, signal);
    const again = 'kind' in first && first.kind === 'failed' && first.notSent === 'closed';
    return again ? this.#call(invocation, signal) : first;
  }

  async #call(invocation: Invocation, signal?: AbortSignal): Promise<Outcome | NoSession> {
    let session: Session;
    const opening = (this.#session ??= this.open(this.settings));
    try {
      session = await opening;
    } catch (error) {
      // Kept, so that a thousand resources do not each wait for a server that is not there.
      return { diagnostics: [connectionProblem(this.settings, error, this.#opened)] };
    }
    this.#opened = true;
    const outcome = await session.invoke(invocation, {
      timeoutMs: this.settings.callTimeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
    const lost =
      outcome.kind === 'unknown'
        ? outcome.interruption
        : outcome.kind === 'failed'
          ? outcome.notSent
          : undefined;
    if ((lost === 'closed' || lost === 'protocol') && this.#session === opening) {
      this.#session = null;
      await session.close();
    }
    return outcome;
  }
}

function named(server: string, { objects }: ObjectsOutcome) {
  return objects.find((object) => textOf(object, 'Name')?.toLowerCase() === server.toLowerCase());
}
