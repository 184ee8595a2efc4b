import { path, type Path } from '../../schema';
import { answersFor, hasAutodiscoverTest, isTested } from '../connectivity';
import type { ConnectivityTest } from '../resources/connectivity-test-names';
import type { Placement } from '../topology';
import type { Connectivity } from '../site';
import { lackingWeb, unknownServer } from './health-from-runner';
import type { Finding, Rule } from './rule';

const AT = path('health', 'connectivity');

export const healthConnectivity: Rule = {
  id: 'health-connectivity',
  severity: 'error',
  description:
    'Each connectivity test has servers that offer what it tests, and the mailbox and account that it needs.',
  check: ({ site, topology: { placements: all } }) => {
    const declared = site.health?.connectivity;
    if (declared === undefined) return [];
    const { tests, mailbox, servers = [] } = declared;
    const placements = all.filter((placement) => isTested(site, placement));
    return [
      ...servers.flatMap((name, index) => unknownServer(name, [...AT, ...path('servers', index)], all)),
      ...tests.flatMap((test, index) => {
        const at = [...AT, ...path('tests', index)];
        return test === 'Autodiscover'
          ? [
              ...withoutOwner(at, declared),
              ...lackingWeb(
                at,
                placements.filter((placement) => hasAutodiscoverTest(site, placement)),
              ),
            ]
          : lackingMail(at, test, placements);
      }),
      ...(mailbox === undefined || tests.includes('OutlookWebServices') || tests.includes('Autodiscover')
        ? []
        : [
            {
              path: [...AT, { attribute: 'mailbox' }],
              problem: 'no declared test asks about a mailbox by its address',
              remedy: "take it out, or test 'OutlookWebServices' or 'Autodiscover'",
            },
          ]),
    ];
  },
};

/** Autodiscover answers only the owner of a mailbox. */
function withoutOwner(at: Path, { mailbox, account }: Connectivity): readonly Finding[] {
  if (mailbox !== undefined && account !== undefined) return [];
  return [
    {
      path: at,
      problem: 'the Autodiscover test signs in to a mailbox, but mailbox and account are not both declared',
      remedy:
        "declare both: mailbox: 'probe@contoso.com', account: 'CONTOSO\\probe'; the password is TF_VAR_mailbox_password",
    },
  ];
}

function lackingMail(at: Path, test: ConnectivityTest, placements: readonly Placement[]): readonly Finding[] {
  if (placements.length === 0 || placements.some((placement) => answersFor(placement, test))) return [];
  const word = test.toLowerCase();
  return [
    {
      path: at,
      problem: `no server that is tested has a declared name of ${test}`,
      remedy: `declare it: mailProtocols: { ${word}: { host: '${word}.contoso.com' } }; or take '${test}' out`,
    },
  ];
}
