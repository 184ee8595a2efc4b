import type { StepKind } from './resources';

/**
 * Objects of a server that are removed, in the order of their creation; removals run in the reverse order. Each kind
 * has a fixed place, so that a place does not depend on what else is declared.
 */
const MADE_ON_A_SERVER: readonly StepKind[] = ['certificate-import', 'dag-member'];
/**
 * Objects of the organization. A client access array is created before databases, because Exchange writes its name into
 * each new database; a DAG is created before its members.
 */
const MADE_FOR_ALL: readonly StepKind[] = ['client-access-array', 'dag'];
const PLACES_OF_A_SERVER = 10;
/** Databases are created after all servers have become members. The place is larger than that of any server. */
const AFTER_ALL_SERVERS: readonly StepKind[] = ['mailbox-database'];
const PLACE_AFTER_ALL_SERVERS = 1_000_000;

/**
 * The place of an object in the order of removals, which run from the highest place to the lowest. A server that is
 * added at the end of the rollout changes no place. Null where the place of its server in the rollout is not known.
 *
 * @param rollout names of the servers in the order of the rollout
 */
export function removalPlace(
  kind: StepKind,
  server: string | null,
  rollout: readonly string[],
): number | null {
  if (AFTER_ALL_SERVERS.includes(kind)) return PLACE_AFTER_ALL_SERVERS + AFTER_ALL_SERVERS.indexOf(kind);
  if (server === null) return MADE_FOR_ALL.indexOf(kind);
  const turn = rollout.findIndex((name) => name.toLowerCase() === server.toLowerCase());
  return turn === -1 ? null : PLACES_OF_A_SERVER * (turn + 1) + MADE_ON_A_SERVER.indexOf(kind) + 1;
}
