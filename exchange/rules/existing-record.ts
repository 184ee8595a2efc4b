import { namesInDns } from '../dns-records';
import { viewsOf } from '../dns-views';
import { declaredRecords } from '../further-records';
import type { Side } from '../given-names';
import { includesName, sameName } from '../resources/equality';
import { unheldName } from '../unheld-name';
import type { Rule } from './rule';

export const existingRecord: Rule = {
  id: 'existing-record',
  severity: 'error',
  description:
    'An existing record set to import is that of a published name of the site that its view of DNS holds.',
  check: ({ site, recordSets }) => {
    const names = namesInDns(site);
    const further = new Map<Side, string[]>();
    for (const { view, key } of declaredRecords(site)) {
      further.set(view.side, [...(further.get(view.side) ?? []), key]);
    }
    return viewsOf(site).flatMap((view) => {
      const held = names
        .map(({ host }) => host)
        .filter((host) => recordSets.some((record) => record.view === view.side && record.host === host));
      return (view.declared.existingRecords ?? []).flatMap((name, index) => {
        if (includesName(held, name) || includesName(further.get(view.side), name)) return [];
        const published = names.find(({ host }) => sameName(host, name));
        const { problem, remedy } = (published && unheldName(site, view, published)) ?? {
          problem: `'${name}' is not a published name of the site`,
          remedy: held.length === 0 ? 'leave it out' : `name one of ${held.join(', ')}, or leave it out`,
        };
        return [
          {
            path: [...view.path, { attribute: 'existingRecords' }, { index }],
            problem: `${problem}, so that no record set is made for it`,
            remedy,
          },
        ];
      });
    });
  },
};
