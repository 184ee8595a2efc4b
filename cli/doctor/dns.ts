import type { Environment } from '../../provider/environment';
import { DnsZones } from '../../provider/dns-zones';
import { formatPath, path } from '../../schema';
import { failed, ok, warned, type Verdict } from './check';
import type { Stack } from './stack-file';

/**
 * Whether the DNS server of each zone with records of the site takes updates. Asks as a deploy does: by an update that
 * changes nothing.
 */
export async function dnsVerdicts(
  { dnsUpdates }: Stack,
  environment: Environment,
): Promise<readonly Verdict[]> {
  const problems = await new DnsZones(dnsUpdates, environment).problems('error');
  return dnsUpdates.map((update, index): Verdict => {
    const place = formatPath(path('dns_update', index));
    const problem = problems.find((each) => formatPath(each.path ?? []) === place);
    if (problem === undefined) {
      const side = update['view'] === 'external' ? ' of the external view' : '';
      return ok(`the server of the zone ${update['zone'] as string}${side} takes updates`);
    }
    const verdict = problem.severity === 'error' ? failed : warned;
    return verdict(problem.summary, problem.detail);
  });
}
