import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { SecureText } from '../../powershell/invocation';
import type { Bound } from './binding';
import { BoundCredential, isListChange, type BoundValue } from './argument';
import type { Json } from './state';
import type { Store } from './store';

/** A call of a cmdlet that reached a server, in the order in which they ran. */
export interface JournalEntry {
  /** From 1. */
  readonly sequence: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** The same for all calls that came in one trip over the connection. */
  readonly trip: string;
  /** Name of the server where the session lives. */
  readonly session: string;
  /** As the catalog spells it; as it was sent where no version has it. */
  readonly cmdlet: string;
  /** Full names; secrets as `<secure>`, bytes as `<n bytes>`. Of a call that could not be bound: none. */
  readonly parameters: { readonly [name: string]: Json };
  /** What it asked, and was answered. Left out: nothing. */
  readonly answers?: readonly Answer[];
  /** `dropped`: the client never heard how it ended. */
  readonly outcome: 'completed' | 'failed' | 'dropped';
  /** Whether what it was to change has been changed. */
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
