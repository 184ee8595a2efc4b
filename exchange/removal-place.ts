import type { StepKind } from './resources';

/**
 * What is removed of a server, in the order in which it was made: a removal goes backwards. Each has its place whether
 * or not the site has one, so that no place depends on what else is declared.
 */
const MADE_ON_A_SERVER: readonly StepKind[] = ['certificate-import', 'dag-member'];
/**
 * Of the organization: an array is made before the databases, which Exchange gives its name when they are made; a DAG before
 * its members.
 */
const MADE_FOR_ALL: readonly StepKind[] = ['client-access-array', 'dag'];
const PLACES_OF_A_SERVER = 10;
/** Databases are made once their servers are members; no site has as many servers. */
const AFTER_ALL_SERVERS: readonly StepKind[] = ['mailbox-database'];
const PLACE_AFTER_ALL_SERVERS = 1_000_000;

/**
 * Where the removal of an object stands among all removals of a site: they go from the highest place to the lowest. A
 * server that joins at the end of the rollout changes no place. Null: nobody says when its server was rolled out.
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
