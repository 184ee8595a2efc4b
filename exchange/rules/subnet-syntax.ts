import { declaredSubnets, isSubnet } from '../subnets';
import type { Rule } from './rule';

export const subnetSyntax: Rule = {
  id: 'subnet-syntax',
  severity: 'error',
  spelling: true,
  description:
    'A subnet is written as an address with a prefix length: 10.1.0.0/24.',
  check: ({ site }) =>
    declaredSubnets(site).flatMap(({ text, path }) =>
      isSubnet(text)
        ? []
        : [
            {
              path,
              problem: `'${text}' is not a subnet`,
              remedy: 'write it as 10.1.0.0/24 or 2001:db8:1::/64',
            },
          ],
    ),
};
