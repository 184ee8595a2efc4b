import { formatPath } from '../../schema';
import { type DeclaredSubnet, declaredSubnets, isSubnet, overlap } from '../subnets';
import type { Rule } from './rule';

export const subnetOverlap: Rule = {
  id: 'subnet-overlap',
  severity: 'warning',
  description:
    'No two subnets of datacentres overlap: an address in both would be checked against the wrong one. A subnet that spans several datacentres is written identically in each.',
  check: ({ site }) => {
    const subnets = declaredSubnets(site).filter(({ text }) => isSubnet(text));
    return subnets.flatMap((subnet, position) => {
      const first = subnets.slice(0, position).find((other) => isWrong(subnet, other));
      return first === undefined
        ? []
        : [
            {
              path: subnet.path,
              problem: `'${subnet.text}' has addresses of '${first.text}', which is declared at ${formatPath(first.path)}`,
              remedy:
                'correct one of them or take it out; a subnet that reaches across datacentres is written alike in each',
            },
          ];
    });
  },
};

function isWrong(one: DeclaredSubnet, other: DeclaredSubnet): boolean {
  const isStretched = one.text === other.text && one.datacentre !== other.datacentre;
  return overlap(one.text, other.text) && !isStretched;
}
