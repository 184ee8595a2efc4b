import type { Invocation } from '../powershell/invocation';
import type { ObjectsOutcome } from '../powershell/outcome';
import type { Diagnostic } from '../schema';

/** What a read returned, or why it failed. */
export type Reading =
  | { readonly kind: 'objects'; readonly outcome: ObjectsOutcome }
  | {
      readonly kind: 'failed';
      readonly diagnostics: readonly Diagnostic[];
      /** Only some of the requested objects could not be read; the others were shown. */
      readonly partial: boolean;
      /** The session does not offer the cmdlet or one of its parameters. Waiting does not change that. */
      readonly notOffered: boolean;
    };

interface Entry {
  readonly cmdlet: string;
  readonly reading: Promise<Reading>;
  /** Something was written after this read began. */
  stale: boolean;
  /** The read that follows this stale one, shared by all who ask before it begins. */
  next?: Promise<Reading>;
}

/**
 * Reads that are shared by all who ask for the same. After a write they are made anew, but never twice at the same
 * time: whoever asks while an outdated read is still running gets the read that follows it. That one began after every
 * earlier write, so that it shows their effects.
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

  /** @param cmdlets that show what has changed */
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
