import { isForClients, recordTypeOf } from '../addresses';
import { declaredAddresses } from '../declared-names';
import type { Rule } from './rule';

export const addressSyntax: Rule = {
  id: 'address-syntax',
  severity: 'error',
  spelling: true,
  description:
    'Addresses are IPv4 or IPv6 addresses that clients can reach: not loopback, link-local, multicast or reserved addresses. hashicorp/dns reports a malformed address only at apply, and keeps it in the state.',
  check: ({ site }) =>
    declaredAddresses(site).flatMap(({ text, path }) => {
      if (recordTypeOf(text) === undefined) {
        return [
          {
            path,
            problem: `'${text}' is not an IPv4 or IPv6 address`,
            remedy: 'write it as 192.0.2.10 or 2001:db8::10, without a port, prefix length or zone',
          },
        ];
      }
      return isForClients(text)
        ? []
        : [
            {
              path,
              problem: `'${text}' is not an address at which clients could reach a server`,
              remedy: 'give the address that the clients of the site connect to',
            },
          ];
    }),
};
