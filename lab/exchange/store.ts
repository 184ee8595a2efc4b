import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OrganizationState, ServerState } from './state';

/** The whole organization at one moment. */
export interface Organization {
  readonly organization: OrganizationState;
  /** By name as stored, in alphabetical order. */
  readonly servers: ReadonlyMap<string, ServerState>;
}

/** The organization while a change works on it. Servers may be added and removed. */
export interface OrganizationDraft extends Organization {
  readonly servers: Map<string, ServerState>;
}

interface Cached {
  readonly stamp: string;
  readonly text: string;
  /** Shared by all readers, who must not change it. */
  readonly value: unknown;
}

const LOCK_WAIT_MS = 60_000;

/**
 * Holds another text after each change of the organization, so that a reader need not look at the file of each of
 * hundreds of servers to learn that nothing changed.
 */
const GENERATION_FILE = 'generation';

/**
 * The folder of the organization. Several processes may have it open at the same time: files are replaced by renaming,
 * and a writer holds the lock of the folder, so that no reader sees half a change and no writer overwrites the change
 * of another.
 */
export class Store {
  readonly #cache = new Map<string, Cached>();
  /** The organization as this process read it last, and the text of the generation file at that time. */
  #last: { readonly generation: string; readonly organization: Organization } | undefined;
  #depth = 0;

  constructor(readonly folder: string) {}

  path(name: string): string {
    return join(this.folder, name);
  }

  /** The present organization. The object is shared and must not be changed. */
  read(): Organization {
    return this.locked(() => {
      const generation = readIfThere(this.path(GENERATION_FILE));
      if (generation !== '' && generation === this.#last?.generation) return this.#last.organization;
      const organization = this.#load((name) => this.readJson(name));
      this.#last = { generation, organization };
      return organization;
    });
  }

  /** Stores the changes of the function, unless it throws. */
  change<T>(change: (draft: OrganizationDraft) => T): T {
    return this.locked(() => {
      const draft = this.#load((name) => this.#readOwn(name));
      const result = change(draft);
      this.#save(draft);
      return result;
    });
  }

  /** Runs the function on a draft whose changes are dropped. */
  rehearse(change: (draft: OrganizationDraft) => void): void {
    this.locked(() => change(this.#load((name) => this.#readOwn(name))));
  }

  create(organization: OrganizationState): void {
    mkdirSync(this.path('servers'), { recursive: true });
    this.locked(() => {
      this.#beginGeneration();
      this.writeJson('organization.json', organization);
    });
  }

  /** Runs the action while holding the lock of the folder. It may be nested. */
  locked<T>(action: () => T): T {
    if (this.#depth === 0) this.#lock();
    this.#depth += 1;
    try {
      return action();
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0) rmSync(this.path('lock'), { force: true });
    }
  }

  /** Undefined where there is no such file. The value is shared and must not be changed. */
  readJson(name: string): unknown {
    return this.#read(name)?.value;
  }

  writeJson(name: string, value: unknown): void {
    const text = `${JSON.stringify(value, null, 1)}\n`;
    if (this.#read(name)?.text === text) return;
    const temporary = this.path(`.${randomUUID()}`);
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, this.path(name));
  }

  remove(name: string): void {
    rmSync(this.path(name), { force: true });
  }

  #load(read: (name: string) => unknown): OrganizationDraft {
    const organization = read('organization.json') as OrganizationState | undefined;
    if (organization === undefined) throw new Error(`there is no simulated organization in ${this.folder}`);
    const files = readdirSync(this.path('servers')).sort();
    const states = files.map((file) => read(join('servers', file)) as ServerState);
    return { organization, servers: new Map(states.map((state) => [state.name, state])) };
  }

  #save(draft: OrganizationDraft): void {
    this.#beginGeneration();
    for (const [name, state] of draft.servers) this.writeJson(serverFile(name), state);
    const kept = new Set([...draft.servers.keys()].map(serverFile));
    for (const file of readdirSync(this.path('servers'))) {
      if (!kept.has(join('servers', file))) this.remove(join('servers', file));
    }
    this.writeJson('organization.json', draft.organization);
  }

  /** Written before the files change: a process that is killed in between leaves a generation that nobody has read. */
  #beginGeneration(): void {
    writeFileSync(this.path(GENERATION_FILE), randomUUID(), { mode: 0o600 });
  }

  /** A copy that may be changed. */
  #readOwn(name: string): unknown {
    const text = this.#read(name)?.text;
    return text === undefined ? undefined : JSON.parse(text);
  }

  #read(name: string): Cached | undefined {
    const path = this.path(name);
    const found = statSync(path, { throwIfNoEntry: false, bigint: true });
    if (found === undefined) return undefined;
    // A replaced file has another inode.
    const stamp = `${found.ino} ${found.mtimeNs} ${found.size}`;
    const cached = this.#cache.get(name);
    if (cached?.stamp === stamp) return cached;
    const text = readFileSync(path, 'utf8');
    const read = { stamp, text, value: JSON.parse(text) as unknown };
    this.#cache.set(name, read);
    return read;
  }

  #lock(): void {
    const path = this.path('lock');
    const patience = Date.now() + LOCK_WAIT_MS;
    for (;;) {
      try {
        writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 });
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      if (isAbandoned(path)) rmSync(path, { force: true });
      if (Date.now() > patience) throw new Error(`${path} has been held for too long`);
      // A lock is held for milliseconds, and the lab has nothing else to do meanwhile.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}

/** Whether the process that holds the lock died: a test may kill a lab in the middle of a call. */
function isAbandoned(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return false;
  const holder = Number(readIfThere(path));
  if (holder === 0) return Date.now() - found.mtimeMs > LOCK_WAIT_MS / 2;
  try {
    return !process.kill(holder, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function serverFile(name: string): string {
  return join('servers', `${name.toUpperCase()}.json`);
}
