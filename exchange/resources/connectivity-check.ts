import { text, textMap, textSet, visible, type Known, type Problem } from '../../schema';
import { ALWAYS_GIVEN, AUTODISCOVER_SERVICES, parseUrlKey } from './autodiscover-urls';
import { CONNECTIVITY_TESTS } from './connectivity-test-names';
import {
  accountRemedy,
  expectedOf,
  failedTests,
  TEST_MAILBOX_REMEDY,
  TEST_REASONS,
  testCall,
} from './connectivity-tests';
import { defineResource } from './definition';
import { includesName, notAmong, sameName, sameNames } from './equality';
import { DEFAULT_HEALTH_SECONDS, timeoutSeconds } from './health-checks';
import { shownProblem } from './health-gate';
import { parseProbeAddress, type Probe } from './probe';
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

/**
 * A user principal name, or `DOMAIN\user` with a NetBIOS domain name. Neither has a colon: in Basic authentication, which
 * Autodiscover is asked with, it ends the user name (RFC 7617, section 2), and the server would try another account with
 * another password.
 */
const ACCOUNT = /^([^\s@\\:]{1,64}@[^\s@\\:]+|[A-Za-z0-9.-]{1,255}\\[^\s@\\/:]{1,64})$/;

export function accountProblem(value: Known): Problem | undefined {
  return ACCOUNT.test(value as string)
    ? undefined
    : {
        problem: `'${visible(value as string)}' is not the name of an account`,
        remedy: "write it as 'probe@contoso.com', or as 'CONTOSO\\probe'",
      };
}

function urlsProblem(value: Known): Problem | undefined {
  const wrong = Object.keys(value as Triggers).find((key) => parseUrlKey(key) === undefined);
  return wrong === undefined
    ? undefined
    : { problem: `'${visible(wrong)}' is not a service and side`, remedy: "write it as 'ews internal'" };
}

type Triggers = { readonly [name: string]: string };

interface CheckAttributes {
  readonly tests: readonly string[] | null;
  readonly mailbox: string | null;
  readonly account: string | null;
  readonly autodiscover_certificate: Triggers | null;
  readonly autodiscover_urls: Triggers | null;
  readonly triggers: Triggers | null;
}

/** Whether the tests must run: for the first time, or because something that they test has changed. */
function mustRun(prior: CheckAttributes | null, planned: CheckAttributes): boolean {
  const maps = ({ triggers, autodiscover_certificate, autodiscover_urls }: CheckAttributes) =>
    JSON.stringify(
      [triggers, autodiscover_certificate, autodiscover_urls].map((map) => Object.entries(map ?? {}).sort()),
    );
  return (
    prior === null ||
    !sameNames(prior.tests ?? [], planned.tests ?? []) ||
    !sameName(prior.mailbox ?? '', planned.mailbox ?? '') ||
    !sameName(prior.account ?? '', planned.account ?? '') ||
    maps(prior) !== maps(planned)
  );
}

/** Tests that sign in run once, because a wrong password that is sent repeatedly locks the account. */
const ONCE_SECONDS = 0;

const PUBLISHED =
  'The DNS records are published already, so that clients already use the server: correct the problem that the test shows.';

/**
 * Connectivity tests of a server, which connect as clients do, through the names in DNS. They therefore come after the
 * DNS records. They change nothing except in the test mailbox, and a destroy runs nothing.
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
      `Tests that must succeed, of ${CONNECTIVITY_TESTS.join(', ')}: Test-ActiveSyncConnectivity, Test-OutlookWebServices, Test-PopConnectivity and Test-ImapConnectivity. Without an account they sign in as the test mailbox that New-TestCasConnectivityUser.ps1 makes.`,
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
    account: text(
      'optional',
      "Who signs in to test: probe@contoso.com or CONTOSO\\probe. Before Exchange 2013, Test-OutlookWebServices takes no account. Left out: Exchange's own test mailbox.",
      { equals: sameName, problem: accountProblem },
    ),
    mailbox_password: text(
      'optional',
      'Password of the account. Write-only: give it from an ephemeral variable; it is kept in neither state nor plan.',
      { writeOnly: true, sensitive: true },
    ),
    autodiscover_certificate: textMap(
      'optional',
      'Thumbprint of the certificate behind which Autodiscover of the server is asked about the mailbox, from the machine that runs Terraform, by where and for which name: tls://EX01.contoso.com:443/autodiscover.contoso.com. The account and its password are sent by Basic authentication, and to no server that shows another certificate. Left out: it is not asked.',
      { problem: shownProblem },
    ),
    autodiscover_urls: textMap(
      'optional',
      `URLs that its answer may give, by service and side, such as "ews internal": several with spaces between, of which any is right. It must give those of ${ALWAYS_GIVEN.join(', ')}; of the others only a wrong one counts, and that of owa is right for ecp as well. Services: ${AUTODISCOVER_SERVICES.join(', ')}. Left out: any are right.`,
      { problem: urlsProblem },
    ),
    timeout_seconds: timeoutSeconds('they do'),
    triggers: textMap(
      'optional',
      'Values whose change runs the tests again. Left out: they run again only when another attribute that they use changes.',
    ),
  },
  importId: ['server'],
  steps: ({ prior, planned }, facts) => {
    if (planned === null || !mustRun(prior, planned)) return [];
    const { server, tests, mailbox, account, timeout_seconds } = planned;
    const asked = CONNECTIVITY_TESTS.filter((test) => includesName(tests ?? [], test));
    return asked.map((test): Step => {
      const invocation = testCall(test, server ?? '', { mailbox }, facts);
      return {
        kind: 'connectivity',
        server,
        reason: TEST_REASONS[test],
        invocation,
        until: {
          seconds: account === null ? (timeout_seconds ?? DEFAULT_HEALTH_SECONDS) : ONCE_SECONDS,
          problem: (objects) => failedTests(invocation.cmdlet, server ?? '', objects),
          expected: expectedOf(test, facts),
          told: {
            summary: `Clients do not reach ${server ?? ''} as they should`,
            remedy: `${account === null ? TEST_MAILBOX_REMEDY : accountRemedy(account)} ${PUBLISHED}`,
          },
        },
      };
    });
  },
  probes: ({ prior, planned }, { mailbox: credential }) => {
    if (planned === null || !mustRun(prior, planned)) return [];
    const { server, mailbox, autodiscover_certificate, autodiscover_urls, timeout_seconds } = planned;
    return Object.entries(autodiscover_certificate ?? {}).flatMap(([at, thumbprint]): Probe[] => {
      const address = parseProbeAddress(at);
      if (address === undefined || mailbox === null) return [];
      const { host, port, name } = address;
      return [
        {
          kind: 'autodiscover',
          server: server ?? '',
          host,
          port,
          name,
          thumbprint,
          mailbox,
          ...(credential === undefined ? {} : { mailboxCredential: credential }),
          urls: Object.fromEntries(
            Object.entries(autodiscover_urls ?? {}).map(([key, urls]) => [key, urls.split(' ')]),
          ),
          seconds: timeout_seconds ?? DEFAULT_HEALTH_SECONDS,
          reason: 'Outlook must be given the declared URLs, and no others.',
        },
      ];
    });
  },
  validate: ({ autodiscover_certificate, mailbox, account }) =>
    (autodiscover_certificate ?? null) === null || (mailbox !== null && account !== null)
      ? []
      : [
          {
            severity: 'error',
            summary: 'Autodiscover is asked about a mailbox as its owner',
            detail: 'Give the check mailbox and account, or take autodiscover_certificate out.',
          },
        ],
  forgets: 'A check keeps nothing on the server.',
});
