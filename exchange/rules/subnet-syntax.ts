import { declaredSubnets, isSubnet } from '../subnets';
import type { Rule } from './rule';

export const subnetSyntax: Rule = {
  id: 'subnet-syntax',
  severity: 'error',
  spelling: true,
  description: 'A subnet of a datacentre is an address with the length of its prefix.',
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
