import { formatPath } from '../../schema';
import { isFurther } from '../name-place';
import { SiteNames } from '../namespaces';
import type { Rule } from './rule';

export const alsoPublished: Rule = {
  id: 'also-published',
  severity: 'error',
  description:
    'A name in `alsoPublished` is not used for clients of the same servers on the same side of the firewall. A name in use is published anyway; in both places it would look as if it were being introduced or retired.',
  check: ({ site }) => {
    const published = new SiteNames(site).published();
    return published.flatMap(({ host, path, place, servers, sides }, position) => {
      if (!isFurther(place)) return [];
      // The names in use come first in the list.
      const first = published
        .slice(0, position)
        .find(
          (other) =>
            other.host.toLowerCase() === host.toLowerCase() &&
            other.servers.some((server) => servers.includes(server)) &&
            [...sides].some((side) => other.sides.has(side)),
        );
      return first === undefined
        ? []
        : [
            {
              path,
              problem: `'${host}' is published already, as ${formatPath(first.path)}`,
              remedy: 'leave it out here',
            },
          ];
    });
  },
};
