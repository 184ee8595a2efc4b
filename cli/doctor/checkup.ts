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

/** A server that the later checks take into account. */
export interface FoundServer {
  readonly name: string;
  /** `undefined` where the server reports no version that is known. */
  readonly version: ExchangeVersion | undefined;
}

/** The examination of one endpoint: what its checks share. */
export class Checkup {
  #opening: Promise<Opening> | null = null;
  /** The servers that the check `servers` found. */
  servers: readonly FoundServer[] = [];

  /** @param plan left out: none was given */
  constructor(
    readonly endpoint: Endpoint,
    readonly settings: Settings,
    readonly environment: Environment,
    readonly plan?: Plan,
    /** The server whose own session this is. Left out: it is the session of the organization. */
    readonly own?: ServerSession,
  ) {}

  /** Opens the session as the provider does. It is opened once, and several checks report how far that came. */
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

  /** The open session, as the provider uses it. */
  async target(): Promise<ExchangeTarget> {
    const session = await this.session();
    return new ExchangeTarget(this.settings, async () => session, { own: this.own });
  }

  /** The versions of the servers, each once. */
  get versions(): ReadonlySet<ExchangeVersion> {
    return new Set(this.servers.flatMap(({ version }) => version ?? []));
  }

  /** @throws Error where the session could not be opened; the check `session` reports that before */
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
