import type { Invocation } from '../powershell/invocation';
import type { Interruption, Outcome } from '../powershell/outcome';
import type { InvokeOptions, Session, TripOutcome } from '../powershell/session';
import type { Diagnostic } from '../schema';
import { callNote } from './call-note';
import type { Settings } from './configuration';
import type { Installed } from './connection';
import { connectionProblem } from './connection-problem';
import { proveServer } from './proven-server';
import type { ServerSession } from './server-sessions';

/** Why a call was not made: there is no session. */
export interface NoCall {
  readonly diagnostics: readonly Diagnostic[];
}

export interface RunSessionOptions {
  readonly open: (settings: Settings, installed: Installed) => Promise<Session>;
  readonly installed: Installed;
  /** Receives a sentence on every remote call. */
  readonly note: (message: string) => void;
  /** Whether the run may have changed something already, in whichever session. */
  readonly hasRun: () => boolean;
  /** Set where the session is that of one server; undefined for that of the organization. */
  readonly own: ServerSession | undefined;
}

/** A read that was interrupted like this would end in the same way again. */
const NOT_WORTH_REPEATING: ReadonlySet<Interruption | undefined> = new Set([
  'too-large',
  'stopped',
  'prompt',
]);

/** One PowerShell session, opened when it is first needed and opened anew after it was lost. */
export class RunSession {
  #session: Promise<Session> | null = null;

  constructor(
    private readonly settings: Settings,
    private readonly options: RunSessionOptions,
  ) {}

  connect(): void {
    // Each call that needs the session reports why it did not open.
    this.#opening().catch(() => undefined);
  }

  /** Repeats a read whose connection was lost: reading twice changes nothing. */
  async read(invocation: Invocation, signal?: AbortSignal): Promise<Outcome | NoCall> {
    const first = await this.invoke(invocation, signal);
    const isLost =
      'kind' in first && first.kind === 'unknown' && !NOT_WORTH_REPEATING.has(first.interruption);
    return isLost ? this.invoke(invocation, signal) : first;
  }

  /** Repeats only a call that never left this machine, over a new session: it certainly had no effect. */
  async invoke(invocation: Invocation, signal?: AbortSignal): Promise<Outcome | NoCall> {
    const run = (session: Session, options: InvokeOptions) => session.invoke(invocation, options);
    const first = await this.#call([invocation], run, signal);
    const again = 'kind' in first && first.kind === 'failed' && first.notSent === 'closed';
    return again ? this.#call([invocation], run, signal) : first;
  }

  invokeInTurn(calls: readonly [Invocation, ...Invocation[]]): Promise<TripOutcome | NoCall> {
    return this.#call(calls, (session, options) => session.invokeInTurn(calls, options));
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    if (session === null) return;
    await session.then(
      (open) => open.close(),
      () => undefined, // It never opened; the calls that needed it have reported why.
    );
  }

  #opening(): Promise<Session> {
    return (this.#session ??= this.#open());
  }

  async #open(): Promise<Session> {
    const { open, installed, own, note } = this.options;
    const begin = performance.now();
    const session = await open(this.settings, installed);
    if (own !== undefined) await proveServer(session, own);
    const where = own === undefined ? '' : ` on ${own.server}`;
    note(`A session is open${where}, ${Math.round(performance.now() - begin)} ms`);
    return session;
  }

  async #call<Returned extends Outcome | TripOutcome>(
    calls: readonly [Invocation, ...Invocation[]],
    run: (session: Session, options: InvokeOptions) => Promise<Returned>,
    signal?: AbortSignal,
  ): Promise<Returned | NoCall> {
    let session: Session;
    const opening = this.#opening();
    try {
      session = await opening;
    } catch (error) {
      // The failed opening is kept, so that a thousand resources do not each wait for a server that is down.
      const { hasRun, own } = this.options;
      return { diagnostics: [connectionProblem(this.settings, error, hasRun(), own?.server)] };
    }
    const begin = performance.now();
    const outcome = await run(session, {
      timeoutMs: this.settings.callTimeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
    this.options.note(callNote(calls, outcome, performance.now() - begin));
    if (endsSession(outcome) && this.#session === opening) {
      this.#session = null;
      await session.close();
    }
    return outcome;
  }
}

/** Whether the session cannot be used any more. A call that exceeds its own time limit leaves the session usable. */
function endsSession(outcome: Outcome | TripOutcome): boolean {
  if (outcome.kind !== 'unknown' && outcome.kind !== 'failed') return false;
  const { bound } = outcome;
  const lost = outcome.kind === 'unknown' ? outcome.interruption : outcome.notSent;
  if (lost === 'timeout') return bound !== undefined && bound.name !== 'callTimeoutMs';
  return lost === 'closed' || lost === 'protocol';
}
