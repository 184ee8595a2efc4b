import { path } from '../../schema';
import { connectivityTests } from '../connectivity';
import { ExchangeVersion } from '../versions';
import { withVersion, type Rule } from './rule';

/** https://learn.microsoft.com/powershell/module/exchangepowershell/test-outlookwebservices */
export const healthConnectivityOld: Rule = {
  id: 'health-connectivity-old',
  severity: 'warning',
  description:
    'Test-OutlookWebServices is run only on the versions for which Microsoft documents it as functional.',
  check: ({ site, topology: { placements } }) => {
    const index = site.health?.connectivity?.tests.indexOf('OutlookWebServices') ?? -1;
    const newer = placements.filter(
      (placement) =>
        placement.server.version.isAtLeast(ExchangeVersion.V2013) &&
        connectivityTests(site, placement).includes('OutlookWebServices'),
    );
    const [first] = newer;
    if (first === undefined) return [];
    const others = newer.length === 1 ? '' : ` and ${newer.length - 1} more`;
    return [
      {
        path: path('health', 'connectivity', 'tests', index),
        problem: `Microsoft documents Test-OutlookWebServices as functional in Exchange 2010 only, and ${withVersion(first.server)}${others} would be tested with it`,
        remedy: `take 'OutlookWebServices' out for servers of 2013 and later, where Managed Availability tests these services itself: the gate waits for its health sets`,
      },
    ];
  },
};
