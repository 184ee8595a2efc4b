import type { OrganizationState, ServerState } from './state';
import type { Organization, Store } from './store';

/**
 * Stale reads, as from a domain controller that lags behind: after a change, a number of reads still show the state
 * before it.
 */

const LAG_FILE = 'stale-lag.json';
const COPY_FILE = 'stale-copy.json';

interface StaleCopy {
  readonly left: number;
  readonly organization: OrganizationState;
  readonly servers: readonly ServerState[];
}

/** Makes the given number of reads after each change stale; 0 ends it. */
export function setLag(store: Store, reads: number): void {
  store.locked(() => {
    store.writeJson(LAG_FILE, reads);
    if (reads === 0) store.remove(COPY_FILE);
  });
}

export function keepForStaleReads(store: Store, before: Organization): void {
  const left = (store.readJson(LAG_FILE) as number | undefined) ?? 0;
  if (left === 0) return;
  const { organization, servers } = before;
  store.writeJson(COPY_FILE, { left, organization, servers: [...servers.values()] } satisfies StaleCopy);
}

/** The state before the change; undefined where this read is not stale. */
export function readStale(store: Store): Organization | undefined {
  return store.locked(() => {
    const copy = store.readJson(COPY_FILE) as StaleCopy | undefined;
    if (copy === undefined) return undefined;
    if (copy.left > 1) store.writeJson(COPY_FILE, { ...copy, left: copy.left - 1 });
    else store.remove(COPY_FILE);
    return {
      organization: copy.organization,
      servers: new Map(copy.servers.map((server) => [server.name, server])),
    };
  });
}
