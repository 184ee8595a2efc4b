import type { PowerShellObject } from '../../powershell/outcome';
import { shortened, textMap, textSet, visible, type Known, type Problem } from '../../schema';
import { ExchangeVersion } from '../versions/version';
import { defineResource } from './definition';
import { notAmong, sameName, sameNames } from './equality';
import { DEFAULT_HEALTH_SECONDS, timeoutSeconds } from './health-checks';
import { textOf } from './property';
import { serverAttribute } from './server-attribute';

/**
 * The checks of Test-ReplicationHealth by subject, as far as every version since 2010 has them. Two kinds are not used:
 * the check of the witness, since a DAG with an odd number of members does not use it; and the checks of database
 * redundancy and availability, since they fail for databases with a single copy, such as the one that Setup creates on
 * every server. https://learn.microsoft.com/exchange/high-availability/manage-ha/monitor-dags
 */
export const REPLICATION_CHECKS = {
  membership: [
    'ClusterService',
    'ReplayService',
    'ActiveManager',
    'TasksRpcListener',
    'TcpListener',
    'DagMembersUp',
    'ClusterNetwork',
    'QuorumGroup',
  ],
  copies: [
    'DBCopySuspended',
    'DBCopyFailed',
    'DBInitializing',
    'DBDisconnected',
    'DBLogCopyKeepingUp',
    'DBLogReplayKeepingUp',
  ],
} as const;

const ALL: readonly string[] = [...REPLICATION_CHECKS.membership, ...REPLICATION_CHECKS.copies];

/** Limits the message of a failed check, which may have many lines. */
const MOST_CHARACTERS = 300;
const PASSED = 'Passed';

function failing(
  server: string,
  checks: readonly string[],
  objects: readonly PowerShellObject[],
): string | undefined {
  const problems = checks.flatMap((check) => {
    const found = objects.find((object) => sameName(textOf(object, 'Check') ?? '', check));
    const result = found === undefined ? 'not reported' : (textOf(found, 'Result') ?? 'unknown');
    if (sameName(result, PASSED)) return [];
    const error = found === undefined ? '' : (textOf(found, 'Error') ?? '').replace(/\s+/g, ' ').trim();
    return [
      `${check} is ${visible(result)}${error === '' ? '' : ` (${visible(shortened(error, MOST_CHARACTERS))})`}`,
    ];
  });
  return problems.length === 0 ? undefined : `on ${server} ${problems.join(', ')}`;
}

/**
 * A replication check of a member of a DAG, which later objects wait for. It runs when it is created and whenever its
 * triggers change.
 */
export const replicationGate = defineResource({
  typeName: 'exchange_replication_gate',
  kind: 'health',
  lifecycle: 'check',
  lifespan: { since: ExchangeVersion.V2010 },
  description:
    'A check by Test-ReplicationHealth that a member of a DAG takes its part, or keeps its copies.',
  attributes: {
    server: serverAttribute('Member that is checked.'),
    checks: textSet('required', `Checks that must have passed, of ${ALL.join(', ')}.`, {
      equals: sameNames,
      problem: (value: Known): Problem | undefined => notAmong(ALL, value as readonly string[]),
    }),
    timeout_seconds: timeoutSeconds('they have'),
    triggers: textMap(
      'optional',
      'Values whose change runs the check again. Left out: it runs again only when its checks change.',
    ),
  },
  importId: ['server'],
  steps: ({ prior, planned }) => {
    if (planned === null) return [];
    const [server, checks] = [planned.server ?? '', planned.checks ?? []];
    const triggers = (of: typeof planned) => JSON.stringify(Object.entries(of.triggers ?? {}).sort());
    if (prior !== null && sameNames(prior.checks ?? [], checks) && triggers(prior) === triggers(planned)) {
      return [];
    }
    return [
      {
        kind: 'health',
        server,
        reason: checks.some((check) => (REPLICATION_CHECKS.copies as readonly string[]).includes(check))
          ? 'The copies of the databases on the server must be in step before anybody relies on them.'
          : 'The server must take its part in the DAG before the next one joins.',
        invocation: { cmdlet: 'Test-ReplicationHealth', parameters: { Identity: server } },
        until: {
          seconds: planned.timeout_seconds ?? DEFAULT_HEALTH_SECONDS,
          problem: (objects) => failing(server, checks, objects),
          expected: {
            among: { property: 'Check', values: checks },
            property: 'Result',
            equals: PASSED,
          },
        },
      },
    ];
  },
  forgets: 'A check keeps nothing on the server.',
});
