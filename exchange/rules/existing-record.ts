import { namesInDns } from '../dns-records';
import { viewsOf } from '../dns-views';
import type { Rule } from './rule';

export const existingRecord: Rule = {
  id: 'existing-record',
  severity: 'error',
  description: 'An existing record set to import is that of a published name of the site.',
  check: ({ site, recordSets }) => {
    const hosts = namesInDns(site);
    return viewsOf(site).flatMap(({ side, declared: { existingRecords = [] }, path: at }) => {
      const published = hosts.filter(({ host }) =>
        recordSets.some((record) => record.view === side && record.host === host),
      );
      return existingRecords.flatMap((name, index) =>
        published.some(({ host }) => host.toLowerCase() === name.toLowerCase())
          ? []
          : [
              {
                path: [...at, { attribute: 'existingRecords' }, { index }],
                problem: `'${name}' is not a published name of the site, so that no record set is made for it`,
                remedy: `name one of ${published.map(({ host }) => host).join(', ')}, or leave it out`,
              },
            ],
      );
    });
  },
};
