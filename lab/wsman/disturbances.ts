import type { Operation } from '../../remoting/transports/wsman/names';
import type { Forgery } from './sealing';

/** Something that goes wrong on request, once. */
export interface Disturbance {
  /**
   * Which request it hits, counted from when it was armed.
   *
   * @default 1
   */
  readonly at?: number;
  /** Counts only requests of this operation, `SignIn` being a ticket with no body. Left out: every one. */
  readonly operation?: Operation | 'SignIn';
  /** Counts only requests of calls of this cmdlet: those that send it, stop it or ask for its answer. */
  readonly cmdlet?: string;
  readonly effect:
    /** An answer of HTTP alone, for example 503. */
    | {
        readonly kind: 'status';
        readonly status: number;
        readonly headers?: { readonly [name: string]: string };
      }
    /** The connection breaks; `during` after half of the answer. */
    | { readonly kind: 'reset' }
    /** Nothing is ever answered, and the connection stays, as while an application pool restarts. */
    | { readonly kind: 'silence' }
    /** The server ends its half of the connection, and says nothing. */
    | { readonly kind: 'half-close' }
    /** Heads of an answer that never end; in the body, bytes that never end, few at a time. */
    | { readonly kind: 'endless'; readonly part: 'head' | 'body' }
    /** What somebody between puts in the place of an answer that is sealed; the request took effect. */
    | { readonly kind: 'forgery'; readonly answer: Forgery }
    /** The answer takes longer. */
    | { readonly kind: 'slow'; readonly delayMs: number }
    /** The server has ended every shell. */
    | { readonly kind: 'end-shells' }
    /** An answer that is none of the protocol. */
    | { readonly kind: 'text'; readonly contentType: string; readonly body: string }
    /** A refusal with a text for people, `reason`; left out, it says that it was asked for. */
    | {
        readonly kind: 'fault';
        readonly subcode: string;
        readonly windowsCode?: number;
        readonly reason?: string;
      };
  /**
   * Before the request took effect, while it is answered, or when it is answered. A forgery is always of the answer.
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

  /** Those that have not happened yet. */
  get waiting(): readonly Disturbance[] {
    return this.#armed.map(({ disturbance }) => disturbance);
  }

  disarm(): void {
    this.#armed.length = 0;
  }

  /** Counts a request; gives what it meets. */
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
