import { text, textMap, textSet, visible, type Known, type Problem } from '../../schema';
import {
  CONNECTIVITY_TESTS,
  expectedOf,
  failedTests,
  TEST_MAILBOX_REMEDY,
  TEST_REASONS,
  testCall,
} from './connectivity-tests';
import { defineResource } from './definition';
import { includesName, notAmong, sameName, sameNames } from './equality';
import { DEFAULT_HEALTH_SECONDS, timeoutSeconds } from './health-checks';
import { serverAttribute } from './server-attribute';
import type { Step } from './step';

/** An address of a mailbox, without a display name: `probe@contoso.com`. */
const ADDRESS = /^[^\s@<>"',;:()[\]\\]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/;

export function mailboxProblem(value: Known): Problem | undefined {
  return ADDRESS.test(value as string)
    ? undefined
    : {
        problem: `'${visible(value as string)}' is no address of a mailbox`,
        remedy: "write it as 'probe@contoso.com'",
      };
}

type Triggers = { readonly [name: string]: string };

interface Asked {
  readonly tests: readonly string[] | null;
  readonly mailbox: string | null;
  readonly triggers: Triggers | null;
}

/** Whether the tests are to run: the first time, or since something of what they test changed. */
function isAsked(prior: Asked | null, planned: Asked): boolean {
  const triggers = ({ triggers: of }: Asked) => JSON.stringify(Object.entries(of ?? {}).sort());
  return (
    prior === null ||
    !sameNames(prior.tests ?? [], planned.tests ?? []) ||
    !sameName(prior.mailbox ?? '', planned.mailbox ?? '') ||
    triggers(prior) !== triggers(planned)
  );
}

const PUBLISHED =
  'The DNS records are published already, and clients come to the server by them: correct what the test tells of.';

/**
 * Tests of a server as its clients use it, by the names that DNS holds: they come after the records. They change nothing
 * but in the test mailbox, keep nothing, and destroying it runs nothing.
 */
export const connectivityCheck = defineResource({
  typeName: 'exchange_connectivity_check',
  kind: 'connectivity',
  lifecycle: 'check',
  description: 'Tests of a server as its clients use it, once the DNS records are published.',
  attributes: {
    server: serverAttribute('Server that is tested.'),
    tests: textSet(
      'required',
      `Tests that must succeed, of ${CONNECTIVITY_TESTS.join(', ')}: Test-ActiveSyncConnectivity, Test-OutlookWebServices, Test-PopConnectivity and Test-ImapConnectivity. They sign in as the test mailbox that New-TestCasConnectivityUser.ps1 makes.`,
      {
        equals: sameNames,
        problem: (value: Known): Problem | undefined =>
          notAmong(CONNECTIVITY_TESTS, value as readonly string[]),
        words: CONNECTIVITY_TESTS,
      },
    ),
    mailbox: text(
      'optional',
      "Address of the mailbox that Test-OutlookWebServices asks about. Left out: the cmdlet's own choice.",
      { equals: sameName, problem: mailboxProblem },
    ),
    timeout_seconds: timeoutSeconds('they do'),
    triggers: textMap('optional', 'Values whose change runs the tests again. Left out: they run once.'),
  },
  importId: ['server'],
  steps: ({ prior, planned }, facts) => {
    if (planned === null || !isAsked(prior, planned)) return [];
    const { server, tests, mailbox, timeout_seconds } = planned;
    const asked = CONNECTIVITY_TESTS.filter((test) => includesName(tests ?? [], test));
    return asked.map((test): Step => {
      const invocation = testCall(test, server ?? '', { mailbox }, facts);
      return {
        kind: 'connectivity',
        server,
        reason: TEST_REASONS[test],
        invocation,
        until: {
          seconds: timeout_seconds ?? DEFAULT_HEALTH_SECONDS,
          problem: (objects) => failedTests(invocation.cmdlet, server ?? '', objects),
          expected: expectedOf(test, facts),
          told: {
            summary: `Clients do not reach ${server ?? ''} as they should`,
            remedy: `${TEST_MAILBOX_REMEDY} ${PUBLISHED}`,
          },
        },
      };
    });
  },
  forgets: 'A check keeps nothing on the server.',
});
