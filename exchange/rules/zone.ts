import { formatPath, path } from '../../schema';
import { viewsOf } from '../dns-views';
import { plainName } from '../further-records';
import { recordTypeOf } from '../addresses';
import { isHostName } from '../resources/host';
import type { ExchangeSiteProps, Zone } from '../site';
import type { Finding, Rule } from './rule';

export const zone: Rule = {
  id: 'zone',
  severity: 'error',
  description:
    'A zone has a valid name and is declared once in a view. Both views declare the same zone only on different DNS servers. A TSIG key has both a name and an algorithm (hashicorp/dns reports that only at apply).',
  check: ({ site }) => [
    ...sharedZones(site),
    ...viewsOf(site).flatMap(({ declared, path: view }) =>
      declared.zones.flatMap(
        ({ name, server, keyName, keyAlgorithm, kerberos, port, timeoutSeconds }, index, zones) => {
          const at = (attribute: string) => [...view, ...path('zones', index, attribute)];
          const earlier = zones.findIndex((other) => plainName(other.name) === plainName(name));
          return [
            ...(isHostName(plainName(name))
              ? []
              : [
                  {
                    path: at('name'),
                    problem: `'${name}' is not the name of a zone`,
                    remedy: 'write it as contoso.com',
                  },
                ]),
            ...(earlier < index
              ? [
                  {
                    path: at('name'),
                    problem: `the zone '${name}' is declared at ${formatPath([...view, ...path('zones', earlier)])} already`,
                    remedy: 'declare it once',
                  },
                ]
              : []),
            // Where Kerberos is declared, no key is to be (`zone-kerberos`).
            ...(kerberos !== undefined || (keyName === undefined) === (keyAlgorithm === undefined)
              ? []
              : [
                  {
                    path: at(keyName === undefined ? 'keyAlgorithm' : 'keyName'),
                    problem: 'the TSIG key is declared with only one of its name and its algorithm',
                    remedy: 'declare keyName and keyAlgorithm, or neither',
                  },
                ]),
            ...(server === undefined || isHostName(server) || recordTypeOf(server) !== undefined
              ? []
              : [
                  {
                    path: at('server'),
                    problem: `'${server}' is neither a host name nor an address`,
                    remedy: 'give the DNS server that takes the updates of the zone, without a port',
                  },
                ]),
            ...(keyName === undefined || isHostName(plainName(keyName))
              ? []
              : [
                  {
                    path: at('keyName'),
                    // The text is not shown, because it may be the secret of the key.
                    problem: 'this is not the name of a TSIG key, which has the form of a host name',
                    remedy:
                      'write it as it is named on the DNS server, for example exchange-key; never its secret',
                  },
                ]),
            ...(port === undefined || (Number.isInteger(port) && port > 0 && port < 65536)
              ? []
              : [
                  {
                    path: at('port'),
                    problem: `${port} is not a port`,
                    remedy: 'give a number from 1 to 65535',
                  },
                ]),
            ...(timeoutSeconds === undefined || (Number.isInteger(timeoutSeconds) && timeoutSeconds > 0)
              ? []
              : [
                  {
                    path: at('timeoutSeconds'),
                    problem: `${timeoutSeconds} is not a number of seconds`,
                    remedy: 'give a whole number of seconds, at least 1',
                  },
                ]),
          ];
        },
      ),
    ),
  ],
};

/** Finds zones into which both views would write their records. */
function sharedZones(site: ExchangeSiteProps): readonly Finding[] {
  const [internal, external] = viewsOf(site);
  if (external === undefined) return [];
  return external.declared.zones.flatMap((zone, index) => {
    const twin = internal.declared.zones.findIndex((other) => isSamePlace(other, zone));
    if (twin === -1) return [];
    return [
      {
        path: [...external.path, ...path('zones', index)],
        problem: `the zone '${zone.name}' is that of ${formatPath([...internal.path, ...path('zones', twin)])}: both views would write into it`,
        remedy: 'declare for each view a DNS server of its own: server, or port',
      },
    ];
  });
}

function isSamePlace(one: Zone, other: Zone): boolean {
  const place = ({ name, server = '', port = 53 }: Zone) =>
    [name.replace(/\.$/, ''), server, port].join(' ').toLowerCase();
  const isByKey =
    one.keyName !== undefined &&
    other.keyName !== undefined &&
    plainName(one.keyName) !== plainName(other.keyName);
  // A DNS server may choose the view by the TSIG key (BIND: match-clients).
  return place(one) === place(other) && !isByKey;
}
