import { path, type Path } from '../../schema';
import { answersFor, isTested } from '../connectivity';
import { MAIL_PROTOCOLS } from '../mail-protocols';
import type { ConnectivityTest } from '../resources/connectivity-tests';
import type { Placement } from '../topology';
import { unknownServer } from './health-from-runner';
import type { Finding, Rule } from './rule';

const AT = path('health', 'connectivity');

export const healthConnectivity: Rule = {
  id: 'health-connectivity',
  severity: 'error',
  description: 'What is tested after the records is something that a server answers for.',
  check: ({ site, topology: { placements: all } }) => {
    const declared = site.health?.connectivity;
    if (declared === undefined) return [];
    const { tests, mailbox, servers = [] } = declared;
    const placements = all.filter((placement) => isTested(site, placement));
    return [
      ...servers.flatMap((name, index) => unknownServer(name, [...AT, ...path('servers', index)], all)),
      ...tests.flatMap((test, index) => lackingMail([...AT, ...path('tests', index)], test, placements)),
      ...(mailbox === undefined || tests.includes('OutlookWebServices')
        ? []
        : [
            {
              path: [...AT, { attribute: 'mailbox' }],
              problem: 'no declared test asks about a mailbox by its address',
              remedy: "take it out, or test 'OutlookWebServices'",
            },
          ]),
    ];
  },
};

function lackingMail(at: Path, test: ConnectivityTest, placements: readonly Placement[]): readonly Finding[] {
  if (placements.length === 0 || placements.some((placement) => answersFor(placement, test))) return [];
  const word = MAIL_PROTOCOLS.find(({ service }) => service === test)?.protocol ?? test.toLowerCase();
  return [
    {
      path: at,
      problem: `no server that is tested has a declared name of ${test}`,
      remedy: `declare it: mailProtocols: { ${word}: { host: '${word}.contoso.com' } }; or take '${test}' out`,
    },
  ];
}
