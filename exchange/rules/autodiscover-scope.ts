import { formatPath } from '../../schema';
import type { Rule } from './rule';

export const autodiscoverScope: Rule = {
  id: 'autodiscover-scope',
  severity: 'error',
  description:
    'Where `autodiscoverSiteScope` is `own`, the datacentre declares its Active Directory sites.',
  check: ({ topology: { placements } }) => {
    const unsaid = placements.flatMap(({ autodiscoverScope: scope, server }) =>
      scope === undefined || scope.sites.length > 0 ? [] : [{ path: scope.path, server }],
    );
    return unsaid
      .filter(
        ({ path }, index) => unsaid.findIndex((one) => formatPath(one.path) === formatPath(path)) === index,
      )
      .map(({ path, server: { name, datacentre } }) => ({
        path,
        problem: `it is not said which Active Directory sites are those of ${name}`,
        remedy:
          datacentre === undefined
            ? `say in which datacentre ${name} stands, and of that: activeDirectorySites: ['…']; or name the sites here`
            : `say it of the datacentre, datacentres.${datacentre}.activeDirectorySites: ['…'], or name the sites here`,
      }));
  },
};
