import type { Operation } from '../../remoting/transports/wsman/names';
import type { Forgery } from './sealing';

/** A failure that a test requests. It happens once. */
export interface Disturbance {
  /**
   * The number of the request that it hits, counted from when it was armed.
   *
   * @default 1
   */
  readonly at?: number;
  /** Counts only requests of this operation; `SignIn` is a ticket without a body. Left out: every request. */
  readonly operation?: Operation | 'SignIn';
  /** Counts only requests about calls of this cmdlet: those that send it, stop it or ask for its answer. */
  readonly cmdlet?: string;
  readonly effect:
    /** An HTTP answer of the web server itself, for example 503. */
    | {
        readonly kind: 'status';
        readonly status: number;
        readonly headers?: { readonly [name: string]: string };
      }
    /** The connection breaks; with `during`, after half of the answer. */
    | { readonly kind: 'reset' }
    /** No answer is sent, and the connection stays open, as while an application pool restarts. */
    | { readonly kind: 'silence' }
    /** The server ends its half of the connection without an answer. */
    | { readonly kind: 'half-close' }
    /** An answer whose head or body never ends; the body arrives a few bytes at a time. */
    | { readonly kind: 'endless'; readonly part: 'head' | 'body' }
    /** An attacker on the way replaces the encrypted answer; the request took effect. */
    | { readonly kind: 'forgery'; readonly answer: Forgery }
    /** The answer is delayed. */
    | { readonly kind: 'slow'; readonly delayMs: number }
    /** The server ends every shell. */
    | { readonly kind: 'end-shells' }
    /** An answer that does not belong to the protocol. */
    | { readonly kind: 'text'; readonly contentType: string; readonly body: string }
    /** A fault with a text for people, `reason`; left out, the text says that the fault was requested. */
    | {
        readonly kind: 'fault';
        readonly subcode: string;
        readonly windowsCode?: number;
        readonly reason?: string;
      };
  /**
   * Whether it happens before the request takes effect, during the answer, or instead of the answer. A forgery always
   * replaces the answer.
   *
   * @default 'before'
   */
  readonly when?: 'before' | 'during' | 'after';
}

export class Disturbances {
  readonly #armed: { readonly disturbance: Disturbance; seen: number }[] = [];

  arm(disturbance: Disturbance): void {
    this.#armed.push({ disturbance, seen: 0 });
  }

  /** The disturbances that have not happened yet. */
  get waiting(): readonly Disturbance[] {
    return this.#armed.map(({ disturbance }) => disturbance);
  }

  disarm(): void {
    this.#armed.length = 0;
  }

  /** Counts a request, and returns the disturbances that hit it. */
  meet(operation: string, cmdlet: string | undefined): readonly Disturbance[] {
    const met: Disturbance[] = [];
    for (const entry of [...this.#armed]) {
      const { disturbance } = entry;
      if (disturbance.operation !== undefined && disturbance.operation !== operation) continue;
      if (disturbance.cmdlet !== undefined && disturbance.cmdlet !== cmdlet) continue;
      entry.seen += 1;
      if (entry.seen < (disturbance.at ?? 1)) continue;
      this.#armed.splice(this.#armed.indexOf(entry), 1);
      met.push(disturbance);
    }
    return met;
  }
}
