import { path } from '../../schema';
import { databasesOf } from '../declared-databases';
import type { ExchangeObject } from '../element';
import { exchangeObject } from '../exchange-object';
import { erase, replicationGate } from '../resources';
import { REPLICATION_CHECKS } from '../resources/replication-gate';
import type { Placement } from '../topology';
import { databaseId } from './databases';
import { idOn, type Phase } from './phase';

interface Gate {
  readonly part: string;
  readonly checks: readonly string[];
  readonly triggers: { readonly [name: string]: string };
  readonly after: readonly string[];
}

/**
 * Checks each member of a DAG once it has joined. The health gate of the server depends on this check, and so does the
 * next server.
 */
export const membership: Phase = ({ site, placements }) =>
  site.health?.replication === true
    ? placements.flatMap((placement) =>
        placement.dag === undefined
          ? []
          : [
              gateOf(placement, {
                part: 'replication',
                checks: REPLICATION_CHECKS.membership,
                triggers: { dag: placement.dag.group.name },
                after: [idOn(placement.server, 'dag-member')],
              }),
            ],
      )
    : [];

/**
 * Checks each member with copies of declared databases once these are created. No server depends on this check, because
 * seeding may take long.
 */
export const copies: Phase = (topology) => {
  if (topology.site.health?.replication !== true) return [];
  const databases = databasesOf(topology);
  return topology.placements.flatMap((placement) => {
    const held = databases.filter(({ servers }) => servers.includes(placement.server));
    if (held.length === 0) return [];
    return [
      gateOf(placement, {
        part: 'copies',
        checks: REPLICATION_CHECKS.copies,
        triggers: Object.fromEntries(
          held.map(({ name, servers }) => [name, servers.map((server) => server.name).join(' ')]),
        ),
        after: held.map(({ name }) => databaseId(name)),
      }),
    ];
  });
};

function gateOf({ server, path: at, checks: gate }: Placement, wanted: Gate): ExchangeObject {
  const { timeout_seconds } = gate;
  return exchangeObject({
    id: idOn(server, wanted.part),
    definition: erase(replicationGate),
    server: server.name,
    version: server.version,
    attributes: {
      server: server.name,
      checks: [...wanted.checks].sort(),
      ...(timeout_seconds === undefined ? {} : { timeout_seconds }),
      triggers: wanted.triggers,
    },
    origin: {
      server: [...at, { attribute: 'name' }],
      checks: path('health', 'replication'),
      timeout_seconds: path('health', 'timeoutSeconds'),
    },
    dependsOn: wanted.after,
  });
}
