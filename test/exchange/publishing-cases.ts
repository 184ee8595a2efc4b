import type { ExchangeSiteProps, ReverseProxy } from '../../exchange/site';
import type { RuleCase } from './rule-case';
import { site } from './sites';

const zones = [{ name: 'contoso.com' }];
const outside = [{ name: 'contoso.com', server: 'ns1.contoso.com' }];
const PROXY: ReverseProxy = { kind: 'arr', host: 'RP.contoso.com', address: '203.0.113.10' };
const proxied = (
  changes: Partial<ReverseProxy> = {},
  of: Partial<ExchangeSiteProps> = {},
): ExchangeSiteProps => ({
  ...site(),
  dns: { internal: { zones }, external: { zones: outside } },
  reverseProxy: { ...PROXY, ...changes },
  ...of,
});

/** What a reverse proxy must not be told. */
const PROXY_CASES: readonly RuleCase[] = [
  {
    when: 'a name of IMAP leads clients outside to the proxy',
    rule: 'reverse-proxy-mail',
    declaration: proxied({}, { mailProtocols: { imap: { host: 'imap.contoso.com' } } }),
    path: 'mailProtocols.imap.host',
    problem: 'hands on HTTPS only',
    remedy: "dns.external.elsewhere: { 'imap.contoso.com': '<address>' }",
  },
  {
    when: 'the name of POP is that of all clients',
    rule: 'reverse-proxy-mail',
    declaration: proxied({}, { mailProtocols: { pop: { host: 'mail.contoso.com' } } }),
    path: 'mailProtocols.pop.host',
    problem: 'hands on HTTPS only',
    remedy: 'ports 995 and 110',
  },
  {
    when: 'the certificate of the proxy lacks a name',
    rule: 'reverse-proxy-certificate',
    declaration: proxied({ certificateNames: ['mail.contoso.com'] }),
    path: 'reverseProxy.certificateNames',
    problem:
      "'autodiscover.contoso.com' is not on the certificate of the reverse proxy (it has mail.contoso.com)",
    remedy: "add 'autodiscover.contoso.com' here",
  },
  {
    when: 'the first certificate for the web lacks a name, and no other is said of the proxy',
    rule: 'reverse-proxy-certificate',
    declaration: proxied({}, { certificate: { ...site().certificate, names: ['autodiscover.contoso.com'] } }),
    path: 'reverseProxy',
    problem: "'mail.contoso.com' is not on the certificate of the reverse proxy",
    remedy: "certificateNames: ['mail.contoso.com', …]",
  },
  {
    when: 'the proxy has no domain',
    rule: 'reverse-proxy',
    declaration: proxied({ host: 'RP' }),
    path: 'reverseProxy.host',
    problem: "'RP' is not a host name with a domain",
    remedy: 'RP.contoso.com',
  },
  {
    when: 'the proxy is a server',
    rule: 'reverse-proxy',
    declaration: proxied({ host: 'EX01.contoso.local' }),
    path: 'reverseProxy.host',
    problem: 'is the server EX01',
    remedy: 'no server of Exchange',
  },
  {
    when: 'the proxy has the address of a server inside',
    rule: 'reverse-proxy',
    declaration: proxied({ insideAddress: '192.0.2.2' }),
    path: 'reverseProxy.insideAddress',
    problem: 'the address of the server EX02',
    remedy: 'give that of the proxy',
  },
  {
    when: 'the proxy has the address of a server outside',
    rule: 'reverse-proxy',
    declaration: proxied({ address: ['203.0.113.10', '192.0.2.1'] }),
    path: 'reverseProxy.address',
    problem: 'the address of the server EX01',
    remedy: 'give that of the proxy',
  },
  {
    when: 'the proxy has a private address outside',
    rule: 'external-address',
    declaration: proxied({ address: '10.0.0.1' }),
    path: 'dns.external',
    problem: "'10.0.0.1', a private address",
    remedy: 'say what the names stand for outside',
  },
  {
    when: 'no name leads to the proxy',
    rule: 'reverse-proxy',
    declaration: proxied(
      {},
      {
        dns: {
          internal: { zones },
          external: {
            zones: outside,
            elsewhere: { 'mail.contoso.com': '203.0.113.9', 'autodiscover.contoso.com': '203.0.113.9' },
          },
        },
      },
    ),
    path: 'reverseProxy',
    problem: 'it does nothing',
    remedy: 'give the names an external side',
  },
  {
    when: 'a load balancer is said of the external view beside the proxy',
    rule: 'reverse-proxy',
    declaration: proxied(
      {},
      {
        dns: { internal: { zones }, external: { zones: outside, publish: { virtualIp: '203.0.113.20' } } },
      },
    ),
    path: 'dns.external.publish',
    problem: 'names stand for the reverse proxy outside',
    remedy: 'take it out, or reverseProxy',
  },
];

export const PUBLISHING_CASES: readonly RuleCase[] = [...PROXY_CASES];
