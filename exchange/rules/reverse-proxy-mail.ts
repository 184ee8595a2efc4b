import { declaredProtocols, mailNames } from '../mail-protocols';
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
    const proxied = namesBehindProxy(site);
    const hosts = proxied.map(({ host }) => host);
    const ofMail = mailNames(site).map(({ place }) => place);
    const ofWeb = proxied
      .filter(({ published }) => !ofMail.includes(published.place))
      .map(({ host }) => host);
    return declaredProtocols(site)
      .filter(({ host, servers }) => servers.length > 0 && includesName(hosts, host))
      .map(({ row, host, path }) => {
        const isShared = includesName(ofWeb, host);
        const own = isShared ? `<the name for ${row.title}>` : host;
        const machine = `declare the machine that passes on ports ${row.ports.tls} and ${row.ports.startTls}: dns.external.elsewhere: { '${own}': '<address>' }`;
        return {
          path,
          problem: `'${host}' is for ${row.title}, and leads clients outside to the reverse proxy ${proxy.host}, which passes on HTTPS only`,
          remedy: `${isShared ? `give ${row.title} a name of its own, and for that name ` : ''}${machine}; or do not publish it outside: dns.external.notPublished: { '${own}': '<reason>' }`,
        };
      });
  },
};
