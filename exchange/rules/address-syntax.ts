import { recordTypeOf } from '../addresses';
import { declaredAddresses } from '../declared-names';
import type { Rule } from './rule';

export const addressSyntax: Rule = {
  id: 'address-syntax',
  severity: 'error',
  spelling: true,
  description:
    'Addresses are IPv4 or IPv6 addresses. hashicorp/dns finds a malformed one only at apply, and keeps it in the state.',
  check: ({ site }) =>
    declaredAddresses(site).flatMap(({ text, path }) =>
      recordTypeOf(text) !== undefined
        ? []
        : [
            {
              path,
              problem: `'${text}' is not an IPv4 or IPv6 address`,
              remedy: 'write it as 192.0.2.10 or 2001:db8::10, without a port, prefix length or zone',
            },
          ],
    ),
};
