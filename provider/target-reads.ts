import type { Answers } from '../exchange/resources';
import { SERVER_INQUIRIES } from '../exchange/resources/certificate-holders';
import { CERTIFICATE_READ } from '../exchange/resources/installed-certificate';
import type { Invocation } from '../powershell/invocation';
import type { ObjectsOutcome, PowerShellObject } from '../powershell/outcome';
import type { Diagnostic } from '../schema';
import { certificatesUnshown, isNotOffered, outcomeProblem } from './call-problem';
import type { DeclaredVersions } from './declared-versions';
import { Readings, type Reading } from './readings';
import type { Run } from './run';
import type { RunSession } from './run-session';
import { ServerReadings } from './server-readings';
import type { ServerSession } from './server-sessions';

/** Cmdlets that show one server at a time, and cannot be asked for all servers. */
const OF_ONE_SERVER: ReadonlySet<string> = new Set([CERTIFICATE_READ, ...SERVER_INQUIRIES]);

export interface TargetReadsOptions {
  readonly versions: DeclaredVersions;
  readonly run: Run;
  /** Set where the session is that of one server; undefined for that of the organization. */
  readonly own: ServerSession | undefined;
  /** The servers that the first reads of a run show in one trip. */
  readonly servers: () => Promise<readonly string[]>;
}

/**
 * The reads of a target, either shared by all who ask for the same, or made anew. `ExchangeTarget` documents the
 * methods that have no comment here.
 */
export class TargetReads {
  readonly #readings = new Readings((invocation) => this.#readShared(invocation));
  readonly #serverReadings: ServerReadings;

  constructor(
    private readonly session: RunSession,
    private readonly options: TargetReadsOptions,
  ) {
    this.#serverReadings = new ServerReadings(options.servers, async (calls) => {
      const outcome = await session.invokeInTurn(calls);
      return 'kind' in outcome && outcome.kind === 'trip' ? outcome : undefined;
    });
    options.run.share(this.#readings);
  }

  async observe(invocation: Invocation, server: string | null): Promise<Reading> {
    const narrowed = server === null ? undefined : this.#narrowed(invocation, server);
    // The session is for this server: the others have their own.
    if (this.options.own !== undefined && narrowed !== undefined) return this.#readings.get(narrowed);
    const reading = await this.#readings.get(invocation);
    if (reading.kind === 'objects' || !reading.partial || narrowed === undefined) return reading;
    return this.#readings.get(narrowed);
  }

  /** Reads anew, and shares it with nobody. */
  async read(invocation: Invocation, server: string | null, signal?: AbortSignal): Promise<Reading> {
    const outcome = await this.session.read(invocation, signal);
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

  answersTo(inquiries: readonly Invocation[], server: string | null): Promise<Answers> {
    return this.#answers(inquiries, (inquiry) => this.observe(inquiry, server));
  }

  answersNow(inquiries: readonly Invocation[], server: string | null): Promise<Answers> {
    return this.#answers(inquiries, (inquiry) => this.read(inquiry, server));
  }

  async #answers(
    inquiries: readonly Invocation[],
    read: (inquiry: Invocation) => Promise<Reading>,
  ): Promise<Answers> {
    const answered = inquiries.map(async (inquiry): Promise<[string, readonly PowerShellObject[] | null]> => {
      const reading = await read(this.options.versions.addressed(inquiry));
      return [inquiry.cmdlet, reading.kind === 'objects' ? reading.outcome.objects : null];
    });
    return new Map(await Promise.all(answered));
  }

  /** Before the first step of a run, cmdlets that show one server at a time are called for all servers in one trip. */
  async #readShared(invocation: Invocation): Promise<Reading> {
    const outcome =
      OF_ONE_SERVER.has(invocation.cmdlet) && !this.options.run.hasRun
        ? await this.#serverReadings.get(invocation)
        : undefined;
    return outcome === undefined || unshown(invocation, null, outcome) !== undefined
      ? this.read(invocation, serverOf(invocation) ?? this.#serverOfSession(invocation))
      : { kind: 'objects', outcome };
  }

  /** The read of one server only; undefined where the read cannot be narrowed, or already is. */
  #narrowed(invocation: Invocation, server: string): Invocation | undefined {
    const { cmdlet, parameters } = invocation;
    const catalog = this.options.versions.catalogFor(server);
    const takesServer = catalog?.cmdlet(cmdlet)?.parameter('Server') !== undefined;
    if (!takesServer || 'Server' in parameters || 'Identity' in parameters) return undefined;
    return { ...invocation, parameters: { ...parameters, Server: server } };
  }

  /** Exchange 2007 shows the certificates of the server that the session runs on, and of no other. */
  #serverOfSession({ cmdlet }: Invocation): string | null {
    const { own } = this.options;
    return own !== undefined && OF_ONE_SERVER.has(cmdlet) ? own.server : null;
  }
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
