import type { Store } from './store';

/** A failure that a test requests. Calls are counted from the moment the fault is set; each fault happens once. */
export interface Fault {
  /** The number of the call that it hits; 1 is the next call. */
  readonly at: number;
  /** Counts only calls of this cmdlet, in any letter case. Left out: every call. */
  readonly cmdlet?: string;
  /** `fail`: the call fails. `drop`: the connection breaks. `delay`: the call takes longer. */
  readonly effect: 'fail' | 'drop' | 'delay';
  /**
   * Whether it happens before or after the call took effect.
   *
   * @default 'before'
   */
  readonly when?: 'before' | 'after';
  /**
   * Whether the error is terminating. Most errors of Exchange are not: they are an error record, and the pipeline
   * completes.
   *
   * @default false
   */
  readonly terminating?: boolean;
  /**
   * Milliseconds that a delay lasts.
   *
   * @default 1000
   */
  readonly delayMs?: number;
}

interface Armed extends Fault {
  readonly seen: number;
}

const FILE = 'faults.json';

export function arm(store: Store, fault: Fault): void {
  store.locked(() => store.writeJson(FILE, [...armed(store), { ...fault, seen: 0 }]));
}

export function disarm(store: Store): void {
  store.locked(() => store.writeJson(FILE, []));
}

/** Whether a fault is set and has not happened yet. */
export function isArmed(store: Store): boolean {
  return armed(store).length > 0;
}

/** Counts a call, and returns the faults that hit it. They are used up. */
export function faultsOf(store: Store, cmdlet: string): readonly Fault[] {
  return store.locked(() => {
    const counted = armed(store).map((fault) =>
      fault.cmdlet === undefined || fault.cmdlet.toLowerCase() === cmdlet.toLowerCase()
        ? { ...fault, seen: fault.seen + 1 }
        : fault,
    );
    if (counted.length === 0) return [];
    const due = (fault: Armed) => fault.seen >= fault.at;
    store.writeJson(
      FILE,
      counted.filter((fault) => !due(fault)),
    );
    return counted.filter(due);
  });
}

function armed(store: Store): readonly Armed[] {
  return (store.readJson(FILE) as readonly Armed[] | undefined) ?? [];
}
