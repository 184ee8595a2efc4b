import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { SecureText } from '../../powershell/invocation';
import type { Bound } from './binding';
import { BoundCredential, isListChange, type BoundValue } from './argument';
import type { Json } from './state';
import type { Store } from './store';

/** A call of a cmdlet that reached a server. Entries are in the order in which the calls ran. */
export interface JournalEntry {
  /** Counts from 1. */
  readonly sequence: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** The same for all calls of one trip over the connection. */
  readonly trip: string;
  /** The name of the server that the session runs on. */
  readonly session: string;
  /** Spelled as in the catalog; as it was sent where no version has the cmdlet. */
  readonly cmdlet: string;
  /**
   * By full name of the parameter; secrets as `<secure>`, bytes as `<n bytes>`. Empty for a call that could not be
   * bound.
   */
  readonly parameters: { readonly [name: string]: Json };
  /** The questions that it asked, with their answers. Left out: it asked none. */
  readonly answers?: readonly Answer[];
  /** `dropped`: the client never learned how the call ended. */
  readonly outcome: 'completed' | 'failed' | 'dropped';
  /** Whether the call took effect. */
  readonly applied: boolean;
  readonly errorId?: string;
}

export interface Answer {
  readonly question: string;
  readonly yes: boolean;
}

const FILE = 'journal.jsonl';

export class Journal {
  constructor(private readonly store: Store) {}

  record(entry: Omit<JournalEntry, 'sequence'>): void {
    const line = `${JSON.stringify(entry)}\n`;
    this.store.locked(() => appendFileSync(this.store.path(FILE), line, { mode: 0o600 }));
  }

  entries(): readonly JournalEntry[] {
    const path = this.store.path(FILE);
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
    return lines.map((line, index) => ({
      sequence: index + 1,
      ...(JSON.parse(line) as Omit<JournalEntry, 'sequence'>),
    }));
  }

  clear(): void {
    this.store.remove(FILE);
  }
}

/** Arguments as the journal shows them. */
export function shownArguments(bound: Bound): { readonly [name: string]: Json } {
  return Object.fromEntries([...bound].map(([name, value]) => [name, shownValue(value)]));
}

function shownValue(value: BoundValue): Json {
  if (value instanceof SecureText) return '<secure>';
  if (value instanceof BoundCredential) return `<${value.user}, secure>`;
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  if (isListChange(value)) return { add: value.add, remove: value.remove };
  return value;
}
