import {
  ExchangeVersion,
  type ExchangeSiteProps,
  type NetworkLoadBalancing,
  type ReverseProxy,
  type Server,
} from '../../exchange/site';
import type { RuleCase } from './rule-case';
import { dag as DAG, server, site } from './sites';

const zones = [{ name: 'contoso.com' }];
const outside = [{ name: 'contoso.com', server: 'ns1.contoso.com' }];
const CLUSTER_IN_EACH_VIEW = {
  internal: { zones, publish: { virtualIp: '192.0.2.100', nlb: {} } },
  external: { zones: outside, publish: { virtualIp: '203.0.113.100', nlb: {} } },
};
const PROXY: ReverseProxy = { kind: 'arr', host: 'RP.contoso.com', address: '203.0.113.10' };
export const proxied = (
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
    problem: 'passes on HTTPS only',
    remedy: "dns.external.elsewhere: { 'imap.contoso.com': '<address>' }",
  },
  {
    when: 'the name of POP is that of all clients',
    rule: 'reverse-proxy-mail',
    declaration: proxied({}, { mailProtocols: { pop: { host: 'mail.contoso.com' } } }),
    path: 'mailProtocols.pop.host',
    problem: 'passes on HTTPS only',
    remedy:
      "give POP3 a name of its own, and for that name declare the machine that passes on ports 995 and 110: dns.external.elsewhere: { '<the name for POP3>': '<address>' }",
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
    when: 'the certificate of the proxy has two names, and none of them leads to it',
    rule: 'reverse-proxy-certificate',
    declaration: proxied(
      { certificateNames: ['www.contoso.com', 'ftp.contoso.com'] },
      {
        dns: {
          internal: { zones },
          external: { zones: outside, elsewhere: { 'autodiscover.contoso.com': '203.0.113.9' } },
        },
      },
    ),
    path: 'reverseProxy.certificateNames',
    problem: '(it has www.contoso.com, ftp.contoso.com)',
    remedy: "add 'mail.contoso.com' here",
  },
  {
    when: 'no certificate is for the web, and none is said of the proxy',
    rule: 'reverse-proxy-certificate',
    declaration: proxied(
      {},
      {
        certificate: { ...site().certificate, services: ['SMTP'] },
        dns: {
          internal: { zones },
          external: { zones: outside, elsewhere: { 'autodiscover.contoso.com': '203.0.113.9' } },
        },
      },
    ),
    path: 'reverseProxy',
    problem: '(it has no names)',
    remedy: "certificateNames: ['mail.contoso.com', …]",
  },
  {
    when: 'a name on the certificate of the proxy is none',
    rule: 'certificate-names',
    declaration: proxied({ certificateNames: ['mail.contoso.com', 'autodiscover.contoso.com', '*'] }),
    path: 'reverseProxy.certificateNames[2]',
    problem: "'*' is not a name that a certificate can hold",
    remedy: '*.contoso.com',
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
    remedy: 'declare what the names resolve to outside',
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
    problem: 'it has no effect',
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
    problem: 'outside, names resolve to the reverse proxy',
    remedy: 'take it out, or take reverseProxy out',
  },
];

/** Both views, where a name outside resolves to other addresses. */
export const elsewhereOutside = (elsewhere: { readonly [name: string]: string }) => ({
  internal: { zones },
  external: { zones: outside, elsewhere },
});

/** A proxy that signs users in by forms, for which a name stands inside, too. */
export const signing = (
  changes: Partial<ReverseProxy>,
  elsewhere: { readonly [name: string]: string | readonly string[] },
  of: Partial<ExchangeSiteProps> = {},
) =>
  proxied(
    { kind: 'isa', insideAddress: '192.0.2.50', ...changes },
    { dns: { internal: { zones, elsewhere }, external: { zones: outside } }, ...of },
  );

/** The incidents of ISA Server, and what is said of the wrong kind. */
const ISA_CASES: readonly RuleCase[] = [
  {
    when: 'Exchange Web Services are found inside under a name of a listener with forms',
    rule: 'reverse-proxy-sign-in',
    declaration: signing({}, { 'mail.contoso.com': '192.0.2.50' }),
    path: 'namespaces.client',
    problem:
      "'mail.contoso.com' is the name of Exchange Web Services, and resolves inside to the reverse proxy",
    remedy: 'the load balancer in front of them, in the internal view',
  },
  {
    when: 'Exchange Web Services have a name of their own, and the listener is one of the two machines behind it',
    rule: 'reverse-proxy-sign-in',
    declaration: signing(
      {},
      { 'ews.contoso.com': ['192.0.2.51', '192.0.2.50'] },
      {
        namespaces: { ...site().namespaces, services: { ews: 'ews.contoso.com' } },
        certificate: { ...site().certificate, names: ['*.contoso.com'] },
      },
    ),
    path: 'namespaces.services.ews',
    problem: "'ews.contoso.com' is the name of Exchange Web Services",
    remedy: 'or give clients inside another name',
  },
  {
    when: 'service connection points hand out a name of a listener with forms, by its address outside',
    rule: 'reverse-proxy-sign-in',
    declaration: signing({ signIn: 'forms' }, { 'autodiscover.contoso.com': '203.0.113.10' }),
    path: 'namespaces.autodiscover',
    problem: "'autodiscover.contoso.com' is what service connection points hand out",
    remedy: 'give clients inside another name',
  },
  {
    when: 'the listener takes port 80 of an address outside that hands out proxy settings',
    rule: 'reverse-proxy-wpad',
    declaration: signing({ listensOnHttp: true, wpadAddress: '203.0.113.10' }, {}),
    path: 'reverseProxy.listensOnHttp',
    problem: 'port 80 of 203.0.113.10',
    remedy: 'an address of its own',
  },
  {
    when: 'the listener takes port 80 of an address inside that hands out proxy settings',
    rule: 'reverse-proxy-wpad',
    declaration: signing(
      { signIn: 'none', listensOnHttp: true, wpadAddress: '192.0.2.50' },
      { 'mail.contoso.com': '192.0.2.50' },
    ),
    path: 'reverseProxy.listensOnHttp',
    problem: 'port 80 of 192.0.2.50',
    remedy:
      "take it out, let 'mail.contoso.com' resolve inside to another address, or give wpadAddress another one",
  },
  ...(['signIn', 'listensOnHttp', 'wpadAddress'] as const).map((property): RuleCase => ({
    when: `${property} is a setting of proxies of kind arr`,
    rule: 'reverse-proxy',
    declaration: proxied({
      [property]: { signIn: 'none', listensOnHttp: true, wpadAddress: '192.0.2.60' }[property],
    }),
    path: `reverseProxy.${property}`,
    problem: 'a setting of proxies of kind isa, and this one is of kind arr',
    remedy: 'correct the kind',
  })),
  {
    when: 'farms are a setting of proxies of kind isa',
    rule: 'reverse-proxy',
    declaration: signing({ farms: 'protocol' }, {}),
    path: 'reverseProxy.farms',
    problem: 'a setting of proxies of kind arr, and this one is of kind isa',
    remedy: 'take it out',
  },
];

/** Two servers of 2010 in a cluster. */
export const clustered = (
  nlb: NetworkLoadBalancing,
  {
    virtualIp = '192.0.2.100',
    own = {},
    ...of
  }: Partial<ExchangeSiteProps> & {
    readonly virtualIp?: string;
    readonly own?: Partial<Server>;
  } = {},
): ExchangeSiteProps => {
  const { namespaces, certificate } = site();
  return {
    servers: [
      server(1, { version: ExchangeVersion.V2010, ...own }),
      server(2, { version: ExchangeVersion.V2010 }),
    ],
    dns: { zones, publish: { virtualIp, nlb } },
    namespaces,
    certificate,
    ...of,
  };
};
const NLB = 'dns.publish.nlb';

export function hostsOf2010(count: number): readonly Server[] {
  return Array.from({ length: count }, (_, index) => server(index + 1, { version: ExchangeVersion.V2010 }));
}

/** EX01 in a cluster in Lisbon, EX02 in one in Porto. */
export function twoClusters(nlb: {
  readonly lisbon: NetworkLoadBalancing;
  readonly porto: NetworkLoadBalancing;
}): ExchangeSiteProps {
  const { namespaces, certificate } = site();
  return {
    servers: hostsOf2010(2).map((host, index) => ({ ...host, datacentre: index === 0 ? 'lisbon' : 'porto' })),
    datacentres: {
      lisbon: { publish: { virtualIp: '192.0.2.101', nlb: nlb.lisbon } },
      porto: { publish: { virtualIp: '192.0.2.102', nlb: nlb.porto } },
    },
    dns: { zones },
    namespaces,
    certificate,
  };
}

/** What a cluster of Windows Network Load Balancing must not be told. */
const NLB_CASES: readonly RuleCase[] = [
  ...['mail', 'mail..contoso.com'].map((name): RuleCase => ({
    when: `the name of a cluster is ${name}`,
    rule: 'nlb',
    declaration: clustered({ name }),
    path: `${NLB}.name`,
    problem: `'${name}' is not a host name with a domain`,
    remedy: 'write it as mail.contoso.com, or leave it out',
  })),
  ...[0, 4095].map((vlan): RuleCase => ({
    when: `the hosts of a cluster are in VLAN ${vlan}`,
    rule: 'nlb',
    declaration: clustered({ switch: { vlan, interfaces: ['Gi1/0/1'] } }),
    path: `${NLB}.switch.vlan`,
    problem: `${vlan} is not the number of a VLAN`,
    remedy: 'give one from 1 to 4094',
  })),
  {
    when: 'a further port of SMTP is none',
    rule: 'nlb',
    declaration: clustered({ smtpPorts: [2525, 65_536] }),
    path: `${NLB}.smtpPorts[1]`,
    problem: "'65536' is not a TCP port",
    remedy: 'write it as 443',
  },
  {
    when: 'a port of SMTP is balanced',
    rule: 'nlb',
    declaration: clustered({ ports: [443, 25] }),
    path: `${NLB}.ports[1]`,
    problem: 'port 25 is one of SMTP',
    remedy: 'take it out',
  },
  {
    when: 'a further port of SMTP is balanced, written as a range',
    rule: 'nlb',
    declaration: clustered({ ports: ['2525-2525'], smtpPorts: [2525] }),
    path: `${NLB}.ports[0]`,
    problem: 'port 2525 is one of SMTP',
    remedy: 'take it out',
  },
  {
    when: 'a port stands in two rules',
    rule: 'nlb',
    declaration: clustered({ ports: ['1024-65535', 8443] }),
    path: `${NLB}.ports[1]`,
    problem: '8443 and 1024-65535 have ports in common',
    remedy: 'give each port once',
  },
  ...(
    [
      ['80-443', '443-500'],
      ['443-500', '80-443'],
    ] as const
  ).map(([one, other]): RuleCase => ({
    when: `one range of ports ends where another begins: ${one} and ${other}`,
    rule: 'nlb',
    declaration: clustered({ ports: [one, other] }),
    path: `${NLB}.ports[1]`,
    problem: `${other} and ${one} have ports in common`,
    remedy: 'give each port once',
  })),
  ...['443-80', 0, 65_536, 1.5, '443,80'].map((port): RuleCase => ({
    when: `${port} is balanced`,
    rule: 'nlb',
    declaration: clustered({ ports: [port] }),
    path: `${NLB}.ports[0]`,
    problem: `'${port}' is not a TCP port`,
    remedy: '1024-65535',
  })),
  {
    when: 'two hosts have one priority',
    rule: 'nlb',
    declaration: clustered({ priorities: { EX02: 1 } }),
    path: `${NLB}.priorities`,
    problem: 'EX01 and EX02 would both have priority 1',
    remedy: `priorities: { 'EX01': 1, 'EX02': 2 }`,
  },
  {
    when: 'a priority is that of no host',
    rule: 'nlb',
    declaration: clustered({ priorities: { EX03: 3 } }),
    path: `${NLB}.priorities.EX03`,
    problem: "'EX03' is no host of the cluster",
    remedy: 'EX01, EX02',
  },
  ...[0, 33].map((priority): RuleCase => ({
    when: `a host has priority ${priority}`,
    rule: 'nlb',
    declaration: clustered({ priorities: { EX01: priority } }),
    path: `${NLB}.priorities.EX01`,
    problem: `${priority} is not a priority`,
    remedy: 'give one from 1 to 32',
  })),
  {
    when: 'a cluster has one host too many',
    rule: 'nlb',
    declaration: clustered({}, { servers: hostsOf2010(33) }),
    path: NLB,
    problem: '33 servers would be hosts of the cluster, which takes 32',
    remedy: 'another load balancer',
  },
  {
    when: 'a priority is that of no server, in a cluster that has no host yet',
    rule: 'nlb',
    declaration: clustered(
      { priorities: { EX03: 1 } },
      { servers: hostsOf2010(2).map((host) => ({ ...host, publish: 'round-robin' as const })) },
    ),
    path: `${NLB}.priorities.EX03`,
    problem: "'EX03' is no host of the cluster",
    remedy: 'name one of EX01, EX02',
  },
  {
    when: 'a priority is that of a host of another cluster',
    rule: 'nlb',
    declaration: twoClusters({ lisbon: {}, porto: { priorities: { EX01: 1 } } }),
    path: 'datacentres.porto.publish.nlb.priorities.EX01',
    problem: "'EX01' is no host of the cluster",
    remedy: 'name one of EX02',
  },
  {
    when: 'a priority is that of a server that stands for itself',
    rule: 'nlb',
    declaration: clustered({ priorities: { EX01: 1, EX02: 2 } }, { own: { publish: 'round-robin' } }),
    path: `${NLB}.priorities.EX01`,
    problem: "'EX01' is no host of the cluster",
    remedy: 'name one of EX02',
  },
  {
    when: 'a cluster is said to look into HTTPS',
    rule: 'nlb',
    declaration: {
      ...clustered({}),
      dns: { zones, publish: { virtualIp: '192.0.2.100', layer: 7, nlb: {} } },
    },
    path: 'dns.publish.layer',
    problem: 'looks only at addresses and ports',
    remedy: 'take it out',
  },
  {
    when: 'the address of the cluster is no IPv4 address',
    rule: 'nlb',
    declaration: clustered({}, { virtualIp: '2001:db8::1' }),
    path: 'dns.publish.virtualIp',
    problem: 'MAC address is made of an IPv4 address',
    remedy: 'put an IPv4 address first',
  },
  {
    when: 'its hosts are members of a DAG',
    rule: 'nlb',
    declaration: clustered({}, { dag: { ...DAG, members: ['EX02'] } }),
    path: NLB,
    problem: 'EX02 would be in this cluster and in a DAG',
    remedy: 'another load balancer',
  },
  {
    when: 'two of its hosts are members of a DAG, beside a server that stands for itself',
    rule: 'nlb',
    declaration: clustered(
      {},
      {
        servers: hostsOf2010(3).map((host, index) =>
          index === 2 ? { ...host, publish: 'round-robin' as const } : host,
        ),
        dag: DAG,
      },
    ),
    path: NLB,
    problem: 'EX01, EX02 would be in this cluster and in a DAG',
    remedy: 'another load balancer',
  },
  {
    when: 'a host has two priorities in other letter case',
    rule: 'nlb',
    declaration: clustered({ priorities: { ex01: 1, EX01: 2, EX02: 3 } }),
    path: `${NLB}.priorities.EX01`,
    problem: "'EX01' has a priority already, as 'ex01'",
    remedy: 'leave one of them out',
  },
  {
    when: 'both views have a cluster of the same hosts',
    rule: 'nlb',
    declaration: clustered(
      {},
      {
        dns: CLUSTER_IN_EACH_VIEW,
      },
    ),
    path: 'dns.external.publish.nlb',
    problem: 'EX01, EX02 would be hosts of this cluster and of that of dns.internal.publish.nlb',
    remedy: 'take nlb out here',
  },
  {
    when: 'the cluster of a view has a host of that of the other view',
    rule: 'nlb',
    declaration: clustered(
      {},
      {
        servers: hostsOf2010(2).map((host, index) =>
          index === 1 ? { ...host, publish: { internal: 'round-robin' as const } } : host,
        ),
        dns: CLUSTER_IN_EACH_VIEW,
      },
    ),
    path: 'dns.external.publish.nlb',
    problem: 'EX01 would be a host of this cluster and of that of dns.internal.publish.nlb',
    remedy: 'take nlb out here',
  },
  {
    when: 'two servers of Exchange 2007 in a cluster have no service pack',
    rule: 'nlb-service-pack',
    declaration: clustered(
      {},
      {
        servers: [1, 2].map((number) =>
          server(number, { version: ExchangeVersion.V2007, build: '8.0.685.24' }),
        ),
      },
    ),
    path: NLB,
    problem: 'EX01, EX02 without a service pack',
    remedy: 'Service Pack 1',
  },
  {
    when: 'Exchange 2007 in a cluster has no service pack',
    rule: 'nlb-service-pack',
    declaration: clustered({}, { own: { version: ExchangeVersion.V2007, build: '8.0.685.24' } }),
    path: NLB,
    problem: 'EX01 without a service pack',
    remedy: 'Service Pack 1',
  },
  {
    when: 'IMAP is balanced, and no certificate is given to it',
    rule: 'nlb-mail-certificate',
    declaration: clustered({ ports: [443, 993] }),
    path: `${NLB}.ports`,
    problem: 'IMAP4 is balanced, and no certificate is given to it on EX01, EX02',
    remedy: "add 'IMAP'",
  },
];

const LAYER_CASES: readonly RuleCase[] = [
  {
    when: 'a load balancer at layer 4 has one address for several names',
    rule: 'load-balancer-layer',
    declaration: site({
      dns: {
        zones,
        publish: {
          layer: 4,
          virtualIp: '192.0.2.100',
          virtualIps: { 'ews.contoso.com': '192.0.2.101' },
        },
      },
      namespaces: { ...site().namespaces, services: { ews: 'ews.contoso.com' } },
    }),
    path: 'dns.publish.layer',
    problem: 'autodiscover.contoso.com, mail.contoso.com resolve to the one address 192.0.2.100',
    remedy: 'dns.publish.virtualIps',
  },
  {
    when: 'one of two names has a second address',
    rule: 'load-balancer-layer',
    declaration: site({
      dns: {
        zones,
        publish: {
          layer: 4,
          virtualIp: ['192.0.2.100', '192.0.2.101'],
          virtualIps: { 'autodiscover.contoso.com': '192.0.2.100' },
        },
      },
    }),
    path: 'dns.publish.layer',
    problem: 'autodiscover.contoso.com, mail.contoso.com resolve to the one address 192.0.2.100,',
    remedy: 'dns.publish.virtualIps',
  },
  {
    when: 'that address is written in two ways',
    rule: 'load-balancer-layer',
    declaration: site({
      dns: { zones, publish: { layer: 4, virtualIp: ['2001:DB8::100', '2001:db8::100'] } },
    }),
    path: 'dns.publish.layer',
    problem: 'resolve to the one address 2001:db8::100',
    remedy: 'dns.publish.virtualIps',
  },
];

export const PUBLISHING_CASES: readonly RuleCase[] = [
  ...PROXY_CASES,
  ...ISA_CASES,
  ...NLB_CASES,
  ...LAYER_CASES,
];
