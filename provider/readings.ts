import type { Invocation } from '../powershell/invocation';
import type { ObjectsOutcome } from '../powershell/outcome';
import type { Diagnostic } from '../schema';

/** What a read brought: what it returned, or why there is nothing. */
export type Reading =
  | { readonly kind: 'objects'; readonly outcome: ObjectsOutcome }
  | {
      readonly kind: 'failed';
      readonly diagnostics: readonly Diagnostic[];
      /** It showed what it could: only some of the objects it was asked for could not be read. */
      readonly partial: boolean;
      /** The session does not offer the cmdlet or a parameter of it: that does not change by waiting. */
      readonly notOffered: boolean;
    };

interface Entry {
  readonly cmdlet: string;
  readonly reading: Promise<Reading>;
  /** Something was written since it began. */
  stale: boolean;
  /** The read that follows a stale one, for all who ask before it begins. */
  next?: Promise<Reading>;
}

/**
 * Reads that are shared by all who ask for the same. After a write they are made anew, at most one at a time: whoever
 * asks while an outdated one is under way shares the one that follows it, which began after every write before it.
 */
export class Readings {
  readonly #entries = new Map<string, Entry>();

  constructor(private readonly read: (invocation: Invocation) => Promise<Reading>) {}

  get(invocation: Invocation): Promise<Reading> {
    const key = JSON.stringify(invocation);
    const entry = this.#entries.get(key);
    if (entry === undefined) return this.#begin(key, invocation);
    if (!entry.stale) return entry.reading;
    entry.next ??= entry.reading.then(() => this.#begin(key, invocation));
    return entry.next;
  }

  /** @param cmdlets those that show what has changed */
  forget(cmdlets: readonly string[]): void {
    for (const entry of this.#entries.values()) if (cmdlets.includes(entry.cmdlet)) entry.stale = true;
  }

  forgetAll(): void {
    for (const entry of this.#entries.values()) entry.stale = true;
  }

  #begin(key: string, invocation: Invocation): Promise<Reading> {
    const entry: Entry = { cmdlet: invocation.cmdlet, reading: this.read(invocation), stale: false };
    this.#entries.set(key, entry);
    return entry.reading;
  }
}
