import type { ExchangeVersion } from '../../exchange/versions';
import type { Session } from '../../powershell/session';
import type { Endpoint, Environment, Settings } from '../../provider/configuration';
import { connect } from '../../provider/connection';
import type { Plan } from './plan-file';

export type Opening =
  { readonly kind: 'open'; readonly session: Session } | { readonly kind: 'failed'; readonly error: unknown };

/** One endpoint under examination: what the checks share. */
export class Checkup {
  #opening: Promise<Opening> | null = null;
  /** Versions of the servers, as the check of the servers found them. */
  versions: ReadonlySet<ExchangeVersion> = new Set();
  /** Their names, as the same check found them. */
  servers: readonly string[] = [];

  /** @param plan left out: none was given */
  constructor(
    readonly endpoint: Endpoint,
    readonly settings: Settings,
    readonly environment: Environment,
    readonly plan?: Plan,
  ) {}

  /** Opens the session as the provider does; once, for all checks that look at how far it got. */
  opening(): Promise<Opening> {
    this.#opening ??= connect(
      { ...this.settings, endpoint: this.endpoint, fallbacks: [] },
      this.environment,
    ).then(
      (session): Opening => ({ kind: 'open', session }),
      (error: unknown): Opening => ({ kind: 'failed', error }),
    );
    return this.#opening;
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
