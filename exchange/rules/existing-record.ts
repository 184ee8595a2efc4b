import { namesInDns } from '../dns-records';
import { viewsOf } from '../dns-views';
import { declaredRecords, hostOf } from '../further-records';
import { includesName, sameName } from '../resources/equality';
import { unheldName } from '../unheld-name';
import type { Rule } from './rule';

export const existingRecord: Rule = {
  id: 'existing-record',
  severity: 'error',
  description:
    'A name in `existingRecords` is a published name of the site that this view of DNS holds.',
  check: ({ site, recordSets }) => {
    const names = namesInDns(site);
    const further = declaredRecords(site);
    return viewsOf(site).flatMap((view) => {
      const held = names
        .map(({ host }) => host)
        .filter((host) => recordSets.some((record) => record.view === view.side && record.host === host));
      const known = [
        ...held,
        ...further.flatMap(({ view: of, key }) => (of.side === view.side ? [key] : [])),
      ];
      return (view.declared.existingRecords ?? []).flatMap((name, index) => {
        const isFurther = further.some(
          (one) => one.view.side === view.side && one.host === hostOf(one.content.recordType, name),
        );
        if (includesName(held, name) || isFurther) return [];
        const published = names.find(({ host }) => sameName(host, name));
        const { problem, remedy } = (published && unheldName(site, view, published)) ?? {
          problem: `'${name}' is not a published name of the site`,
          remedy: known.length === 0 ? 'leave it out' : `name one of ${known.join(', ')}, or leave it out`,
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
