import { path } from '../../schema';
import { publishedHosts } from '../namespaces';
import type { Rule } from './rule';

export const existingRecord: Rule = {
  id: 'existing-record',
  severity: 'error',
  description: 'An existing record set to import is that of a published name of the site.',
  check: ({ site }) =>
    (site.dns.existingRecords ?? []).flatMap((name, index) =>
      publishedHosts(site).some(({ host }) => host.toLowerCase() === name.toLowerCase())
        ? []
        : [
            {
              path: path('dns', 'existingRecords', index),
              problem: `'${name}' is not a published name of the site, so that no record set is made for it`,
              remedy: `name one of ${publishedHosts(site)
                .map(({ host }) => host)
                .join(', ')}, or leave it out`,
            },
          ],
    ),
};
