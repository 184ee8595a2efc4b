import { formatPath } from '../../schema';
import { isFor, isLeftOut, namesInDns, zoneOf } from '../dns-records';
import { viewsOf } from '../dns-views';
import { isHostName } from '../resources/host';
import type { Rule } from './rule';

export const namespaceZone: Rule = {
  id: 'namespace-zone',
  severity: 'error',
  description:
    'Every namespace is in a declared zone of each view whose clients use it; otherwise it would never resolve there. Or the view says in `notPublished` why it does not hold the name.',
  check: ({ site }) =>
    viewsOf(site).flatMap((view) => {
      const zones = formatPath([...view.path, { attribute: 'zones' }]);
      return (
        namesInDns(site)
          // Other rules ask for the domain of a name without one.
          .filter(({ host }) => isHostName(host) && host.includes('.'))
          .filter((name) => isFor(view, name) && !isLeftOut(site, view, name))
          .flatMap(({ host, path }) =>
            zoneOf(view, host) !== undefined
              ? []
              : [
                  {
                    path,
                    problem: `'${host}' lies in none of the declared zones (${view.declared.zones.map(({ name }) => name).join(', ') || 'there are none'})${view.isOnly ? '' : ` of the ${view.side} view`}`,
                    remedy: `add its zone to ${zones}, for example { name: '${host.split('.').slice(1).join('.')}' }, or correct the name${view.isOnly ? '' : `; or say why the view does not hold it: ${formatPath(view.path)}.notPublished: { '${host}': '<reason>' }`}`,
                  },
                ],
          )
      );
    }),
};
