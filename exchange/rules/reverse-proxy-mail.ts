import { declaredProtocols } from '../mail-protocols';
import { includesName } from '../resources/equality';
import { namesBehindProxy } from '../reverse-proxy';
import type { Rule } from './rule';

export const reverseProxyMail: Rule = {
  id: 'reverse-proxy-mail',
  severity: 'error',
  description:
    'No external name of POP or IMAP leads to a reverse proxy of kind `arr`, which forwards HTTPS only.',
  check: ({ site }) => {
    const proxy = site.reverseProxy;
    if (proxy?.kind !== 'arr') return [];
    const hosts = namesBehindProxy(site).map(({ host }) => host);
    return declaredProtocols(site)
      .filter(({ host, servers }) => servers.length > 0 && includesName(hosts, host))
      .map(({ row, host, path }) => ({
        path,
        problem: `'${host}' is for ${row.title}, and leads clients outside to the reverse proxy ${proxy.host}, which passes on HTTPS only`,
        remedy: `give ${row.title} a name of its own and declare the machine that passes on its ports ${row.ports.tls} and ${row.ports.startTls}, dns.external.elsewhere: { '${host}': '<address>' }; or do not publish it outside, dns.external.notPublished`,
      }));
  },
};
