import { formatPath } from '../../schema';
import { alsoPublishedHosts, publishedHosts } from '../namespaces';
import type { Rule } from './rule';

export const alsoPublished: Rule = {
  id: 'also-published',
  severity: 'error',
  description:
    'A name in namespaces.alsoPublished is given to no client. One that is given to clients is published anyway: in both places it would look retired, or new, and is neither.',
  check: ({ site }) => {
    const first = new Map(
      publishedHosts(site).map(({ host, path }) => [host.toLowerCase(), formatPath(path)]),
    );
    return alsoPublishedHosts(site).flatMap(({ host, path }) => {
      const published = first.get(host.toLowerCase());
      return published === undefined || published === formatPath(path)
        ? []
        : [{ path, problem: `'${host}' is published already, as ${published}`, remedy: 'leave it out here' }];
    });
  },
};
