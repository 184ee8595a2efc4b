import { arrayId, type DeclaredArray, declaredArrays } from '../declared-arrays';
import { databasesOf, type PlacedDatabase } from '../declared-databases';
import type { Described, ExchangeObject } from '../element';
import { exchangeObject } from '../exchange-object';
import { erase, mailboxDatabase } from '../resources';
import { existsIn, ExchangeVersion } from '../versions';
import type { Server } from '../site';
import { idOn, type Phase } from './phase';

/** The databases of the DAGs, each once all servers that hold it are members. */
export const databases: Phase = (topology) => {
  const placed = databasesOf(topology);
  const arrays = declaredArrays(topology.site);
  return [
    ...placed.map((database) => made(arrays, database)),
    ...topology.placements.flatMap(({ server }) => {
      const held = placed.filter(({ servers }) => servers.includes(server));
      return held.length > 0 && existsIn(WORKER_PROCESSES, server.version) ? [restart(server, held)] : [];
    }),
  ];
};

/**
 * From Exchange 2013 on each database has a worker process, and the memory of a server is divided among these when the
 * Information Store starts (Microsoft's page of New-MailboxDatabase;
 * https://learn.microsoft.com/exchange/managed-store-exchange-2013-help).
 */
const WORKER_PROCESSES = { since: ExchangeVersion.V2013 };

/**
 * Exchange ignores letter case in the name of a database, but for Terraform another id would be another database.
 * Characters other than letters, digits and hyphens become an underscore and their two-digit code: `DB 1` becomes
 * `DB_201`.
 */
export function databaseId(name: string): string {
  const plain = name
    .toUpperCase()
    .replace(
      /[^A-Z0-9-]/g,
      (other) => `_${other.codePointAt(0)!.toString(16).toUpperCase().padStart(2, '0')}`,
    );
  return `database-${plain}`;
}

function made(arrays: readonly DeclaredArray[], placed: PlacedDatabase): ExchangeObject {
  const { name, declared, path: at, group, servers } = placed;
  const within = (attribute: string) => [...at, { attribute }];
  const [first] = servers;
  const array = arrays.find((one) => first !== undefined && one.servers.includes(first));
  return exchangeObject({
    id: databaseId(name),
    definition: erase(mailboxDatabase),
    server: null,
    version: group.version,
    attributes: {
      name,
      copies: declared.copies,
      ...(declared.edbFile === undefined ? {} : { edb_file: declared.edbFile }),
      ...(declared.logFolder === undefined ? {} : { log_folder: declared.logFolder }),
      ...(declared.circularLogging === undefined ? {} : { circular_logging: declared.circularLogging }),
      ...(array === undefined ? {} : { rpc_client_access_server: array.array.fqdn }),
    },
    origin: {
      server: at,
      name: at,
      copies: within('copies'),
      edb_file: within('edbFile'),
      log_folder: within('logFolder'),
      circular_logging: within('circularLogging'),
    },
    dependsOn: [
      ...servers.map((server) => idOn(server, 'dag-member')),
      ...(array === undefined ? [] : [arrayId(array)]),
    ],
    existing: declared.existing ?? false,
  });
}

function restart(server: Server, held: readonly PlacedDatabase[]): Described {
  return {
    type: 'described',
    id: idOn(server, 'information-store'),
    host: server.fqdn,
    commands: ['Restart-Service MSExchangeIS'],
    reason:
      'A database or a copy that is new on the server gets its share of memory only when the Information Store starts again. That dismounts every database which is active there: move them away first, or restart at night. Nothing is to be done where no database is new.',
    dependsOn: held.map(({ name }) => databaseId(name)),
  };
}
