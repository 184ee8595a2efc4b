import { formatPath } from '../../schema';
import { isFor, isLeftOut, likelyZone, namesInDns, zoneOf } from '../dns-records';
import { viewsOf } from '../dns-views';
import { isHostName } from '../resources/host';
import type { Rule } from './rule';

export const namespaceZone: Rule = {
  id: 'namespace-zone',
  severity: 'error',
  description:
    'Every namespace is in a declared zone of each view whose clients use it; otherwise it would never resolve there. Or the view says in `notPublished` why it does not hold the name.',
  check: ({ site }) => {
    // Other rules ask for the domain of a name without one.
    const names = namesInDns(site).filter(({ host }) => isHostName(host) && host.includes('.'));
    return viewsOf(site).flatMap((view) => {
      const zones = formatPath([...view.path, { attribute: 'zones' }]);
      return names
        .filter((name) => isFor(view, name) && !isLeftOut(site, view, name))
        .filter(({ host }) => zoneOf(view, host) === undefined)
        .map(({ host, path }) => ({
          path,
          problem: `'${host}' lies in none of the declared zones (${view.declared.zones.map(({ name }) => name).join(', ') || 'there are none'})${view.isOnly ? '' : ` of the ${view.side} view`}`,
          remedy: `add its zone to ${zones}, for example { name: '${likelyZone(host)}' }, or correct the name${view.isOnly ? '' : `; or say why the view does not hold it: ${formatPath(view.path)}.notPublished: { '${host}': '<reason>' }`}`,
        }));
    });
  },
};
