import type { ExchangeVersion } from '../../exchange/versions';
import type { Session } from '../../powershell/session';
import type { Settings } from '../../provider/configuration';
import type { Endpoint } from '../../provider/endpoint';
import type { Environment } from '../../provider/environment';
import { connect } from '../../provider/connection';
import { proveServer } from '../../provider/proven-server';
import type { ServerSession } from '../../provider/server-sessions';
import { ExchangeTarget } from '../../provider/target';
import type { Plan } from './plan-file';

export type Opening =
  { readonly kind: 'open'; readonly session: Session } | { readonly kind: 'failed'; readonly error: unknown };

/** A server that counts for what is checked after it. */
export interface FoundServer {
  readonly name: string;
  /** Undefined: it reports none that is known. */
  readonly version: ExchangeVersion | undefined;
}

/** One endpoint under examination: what the checks share. */
export class Checkup {
  #opening: Promise<Opening> | null = null;
  /** As the check of the servers found them. */
  servers: readonly FoundServer[] = [];

  /** @param plan left out: none was given */
  constructor(
    readonly endpoint: Endpoint,
    readonly settings: Settings,
    readonly environment: Environment,
    readonly plan?: Plan,
    /** Whose session it is; left out: that of the organization. */
    readonly own?: ServerSession,
  ) {}

  /** Opens the session as the provider does; once, for all checks that look at how far it got. */
  opening(): Promise<Opening> {
    this.#opening ??= this.#open().then(
      (session): Opening => ({ kind: 'open', session }),
      (error: unknown): Opening => ({ kind: 'failed', error }),
    );
    return this.#opening;
  }

  async #open(): Promise<Session> {
    const session = await connect(
      { ...this.settings, endpoint: this.endpoint, fallbacks: [] },
      this.environment,
    );
    if (this.own !== undefined) await proveServer(session, this.own);
    return session;
  }

  /** The session as the provider uses it, opened already. */
  async target(): Promise<ExchangeTarget> {
    const session = await this.session();
    return new ExchangeTarget(this.settings, async () => session, { own: this.own });
  }

  /** Versions of the servers, each once. */
  get versions(): ReadonlySet<ExchangeVersion> {
    return new Set(this.servers.flatMap(({ version }) => version ?? []));
  }

  /** @throws Error where no session came about; checks that use one come after the one that says so */
  async session(): Promise<Session> {
    const opening = await this.opening();
    if (opening.kind === 'failed') throw opening.error;
    return opening.session;
  }

  async close(): Promise<void> {
    const opening = await this.#opening;
    if (opening?.kind === 'open') await opening.session.close();
  }
}
