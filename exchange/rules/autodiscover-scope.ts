import { formatPath } from '../../schema';
import type { Rule } from './rule';

export const autodiscoverScope: Rule = {
  id: 'autodiscover-scope',
  severity: 'error',
  description: 'Where `autodiscoverSiteScope` is `own`, the datacentre declares its Active Directory sites.',
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
        problem: `it is 'own', but no Active Directory sites are declared for ${datacentre === undefined ? name : `the datacentre of ${name}`}`,
        remedy:
          datacentre === undefined
            ? `declare the datacentre of ${name}, and for that datacentre activeDirectorySites: ['…']; or name the Active Directory sites here`
            : `declare datacentres.${datacentre}.activeDirectorySites: ['…'], or name the Active Directory sites here`,
      }));
  },
};
