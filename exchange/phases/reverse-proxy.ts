import type { Invocation } from '../../powershell/invocation';
import { distinctAddresses, recordTypeOf, listed } from '../addresses';
import { arrOf, type Arr, type Farm, type RewriteRule } from '../arr';
import { viewsOf } from '../dns-views';
import { isaRules } from '../isa';
import { elementsOf, type Described, type DescribedTable } from '../element';
import { proxiedNames, proxyCertificateNames } from '../reverse-proxy';
import type { ExchangeSiteProps, ReverseProxy, Server } from '../site';
import type { Topology } from '../topology';
import { isWindowsSince, type WindowsVersion } from '../windows';
import { featureInstall, runnableCommands } from '../windows-cmdlets';
import { idOn, type Phase } from './phase';

/** A manual step on the proxy, and its reason. */
interface Instruction {
  readonly part: string;
  readonly reason: string;
  readonly table: DescribedTable;
  readonly calls?: readonly Invocation[];
}

/**
 * The manual steps for the reverse proxy. They come after every server is healthy and the internal DNS records exist,
 * and before the external view leads clients to the proxy.
 */
export const reverseProxy: Phase = (topology, made) => {
  const { site, placements } = topology;
  const proxy = site.reverseProxy;
  if (proxy === undefined) return [];
  const before = [
    ...placements.map(({ server }) => idOn(server, 'health')),
    ...elementsOf(made, 'record-set').flatMap(({ id, view }) => (view === 'internal' ? [id] : [])),
  ];
  const instructions = instructionsFor(topology, proxy);
  return instructions.map(({ part, reason, table, calls = [] }, index): Described => {
    const previous = instructions[index - 1];
    return {
      type: 'described',
      id: idOf(part),
      host: part === EXTERNAL_DNS ? 'the DNS servers of the internet' : proxy.host,
      commands: runnableCommands(proxy.windows, calls),
      table,
      reason,
      dependsOn: previous === undefined ? before : [idOf(previous.part)],
    };
  });
};

const idOf = (part: string) => `reverse-proxy-${part}`;
const EXTERNAL_DNS = 'external-dns';

function instructionsFor(topology: Topology, proxy: ReverseProxy): readonly Instruction[] {
  return proxy.kind === 'arr' ? arrInstructions(topology, proxy) : isaInstructions(topology, proxy);
}

function arrInstructions(topology: Topology, proxy: ReverseProxy): readonly Instruction[] {
  const { site } = topology;
  const arr = arrOf(topology, proxy);
  const servers = site.servers.filter((server) => arr.farms.some((farm) => farm.servers.includes(server)));
  return [
    network(proxy, servers),
    ...(proxy.perimeterDns === true ? [] : [hosts(servers)]),
    features(proxy),
    modules,
    certificate(site),
    ...arr.farms.map(farm),
    ownRules(arr),
    rules(arr),
    requestFiltering,
    ...externalDns(site, proxy),
  ];
}

function isaInstructions(topology: Topology, proxy: ReverseProxy): readonly Instruction[] {
  const { site } = topology;
  const servers = [...new Set(proxiedNames(site).flatMap((name) => name.servers))];
  return [
    network(proxy, servers),
    listener(site, proxy),
    isaRuleTable(topology, proxy),
    ...externalDns(site, proxy),
  ];
}

const SIGN_IN = { forms: 'HTML forms', basic: 'Basic', none: 'none' };

function listener(site: ExchangeSiteProps, { address, signIn = 'forms', listensOnHttp }: ReverseProxy) {
  return {
    part: 'listener',
    reason:
      'One listener takes the requests for all rules. It shows clients outside its own certificate, which is given to the proxy by hand and has every name that they reach by it.',
    table: {
      columns: ['setting', 'value'],
      rows: [
        ['addresses', distinctAddresses(listed(address)).join(', ')],
        ['HTTPS', 'port 443'],
        ['HTTP', listensOnHttp === true ? 'port 80, all requests sent to HTTPS' : 'off'],
        ['certificate', proxyCertificateNames(site).join(', ')],
        ['client authentication', SIGN_IN[signIn]],
      ],
    },
  };
}

function isaRuleTable(topology: Topology, proxy: ReverseProxy): Instruction {
  const delegation = (proxy.signIn ?? 'forms') === 'none' ? 'none, clients sign in themselves' : 'NTLM';
  return {
    part: 'rules',
    reason:
      'The first rule that a request fits is its only one. Delegation by NTLM wants Windows authentication on the directories of the servers.',
    table: {
      columns: ['order', 'rule', 'public names', 'paths', 'to', 'authentication delegation'],
      rows: isaRules(topology, proxy).map(({ name, publicNames, paths, to }, index) => [
        String(index + 1),
        name,
        publicNames.join(', '),
        paths.join(', '),
        to.join(', '),
        delegation,
      ]),
    },
  };
}

function network({ address, insideAddress }: ReverseProxy, servers: readonly Server[]): Instruction {
  const domains = [...new Set(servers.map(({ fqdn }) => fqdn.split('.').slice(1).join('.').toLowerCase()))];
  return {
    part: 'network',
    reason:
      'The proxy stands between two networks, as a rule with an adapter in each, and need not be in the domain. Its primary DNS suffix is then set by hand, so that names of servers are completed as they are inside. Only HTTPS comes in from the internet, and only HTTPS goes on to the servers.',
    table: {
      columns: ['setting', 'value'],
      rows: [
        ['primary DNS suffix', domains.join(', ')],
        ['addresses outside', distinctAddresses(listed(address)).join(', ')],
        ...(insideAddress === undefined ? [] : [['address inside', insideAddress]]),
      ],
    },
  };
}

const HOSTS_FILE = 'C:\\Windows\\System32\\Drivers\\etc\\hosts';

function hosts(servers: readonly Server[]): Instruction {
  const lines = servers.flatMap(({ fqdn, address }) =>
    distinctAddresses(listed(address)).map((each) => [each, fqdn]),
  );
  return {
    part: 'hosts',
    reason: `No DNS server of the perimeter network answers the names of the servers: they stand in ${HOSTS_FILE}, one line for each address.`,
    table: { columns: ['address', 'name'], rows: lines },
    calls: lines.map((line) => ({
      cmdlet: 'Add-Content',
      parameters: { Path: HOSTS_FILE, Value: line.join(' ') },
    })),
  };
}

const WEB_FEATURES = [
  'Web-Static-Content',
  'Web-Default-Doc',
  'Web-Dir-Browsing',
  'Web-Http-Errors',
  'Web-Http-Logging',
  'Web-Request-Monitor',
  'Web-Http-Tracing',
  'Web-Filtering',
  'Web-Stat-Compression',
  'Web-Mgmt-Console',
];

/** The feature "IIS Management Scripts and Tools", whose cmdlets the later steps use (http://blogs.iis.net/lprete/). */
const SCRIPTING_TOOLS = 'Web-Scripting-Tools';

/**
 * Names of the Windows features, by the first Windows Server version that uses these names, newest first. .NET 4.5
 * replaced 3.5 in 2012.
 */
const FEATURES: readonly (readonly [since: WindowsVersion, names: readonly string[]])[] = [
  [
    '2012',
    [
      ...WEB_FEATURES,
      'Web-Net-Ext45',
      'NET-Framework-45-Core',
      'NET-WCF-HTTP-Activation45',
      'NET-WCF-TCP-Activation45',
    ],
  ],
  [
    '2008 R2',
    [
      ...WEB_FEATURES,
      'Web-Net-Ext',
      'NET-Framework-Core',
      'NET-Win-CFAC',
      'NET-Non-HTTP-Activ',
      'NET-HTTP-Activation',
      'RSAT-Web-Server',
    ],
  ],
];

function features({ windows }: ReverseProxy): Instruction {
  const [since, names] =
    FEATURES.find(([first]) => windows === undefined || isWindowsSince(windows, first)) ?? FEATURES.at(-1)!;
  return {
    part: 'features',
    reason: `Internet Information Services with what URL Rewrite and Application Request Routing need, by the names of Windows Server ${since}${since === '2012' ? ' and later' : ''}. Commands want ${SCRIPTING_TOOLS} besides, which has the cmdlets of the steps after it.`,
    table: { columns: ['feature'], rows: names.map((name) => [name]) },
    calls: [featureInstall(windows, [...names, SCRIPTING_TOOLS])],
  };
}

/** https://www.iis.net/downloads/microsoft/application-request-routing */
const modules: Instruction = {
  part: 'modules',
  reason:
    'Each has an installer of its own, to be run in this order; the Web Platform Installer that once fetched them is retired.',
  table: {
    columns: ['order', 'module', 'page'],
    rows: [
      ['1', 'URL Rewrite 2.1', 'https://www.iis.net/downloads/microsoft/url-rewrite'],
      [
        '2',
        'Application Request Routing 3.0',
        'https://www.iis.net/downloads/microsoft/application-request-routing',
      ],
    ],
  },
};

function certificate(site: ExchangeSiteProps): Instruction {
  return {
    part: 'certificate',
    reason:
      'Clients outside are shown it, so that it has every name that they reach by the proxy. It lies with its key in the store of the computer.',
    table: {
      columns: ['setting', 'value'],
      rows: [
        ['store', 'Cert:\\LocalMachine\\My, with its private key'],
        ['names', proxyCertificateNames(site).join(', ')],
        ['binding', 'Default Web Site, https, port 443'],
      ],
    },
  };
}

const APPLICATION_HOST = 'MACHINE/WEBROOT/APPHOST';

const add = (filter: string, table: { readonly [name: string]: string | boolean }): Invocation => ({
  cmdlet: 'Add-WebConfigurationProperty',
  parameters: { PSPath: APPLICATION_HOST, Filter: filter, Name: '.', Value: { table } },
});
const set = (filter: string, name: string, value: string | number | boolean): Invocation => ({
  cmdlet: 'Set-WebConfigurationProperty',
  parameters: { PSPath: APPLICATION_HOST, Filter: filter, Name: name, Value: value },
});

/** Time that the proxy waits for the response of a server, in seconds and as IIS stores it. */
const TIME_OUT = { seconds: 200, text: '00:03:20' };

function farm({ name, servers, healthUrl }: Farm): Instruction {
  const at = `webFarms/webFarm[@name='${name}']`;
  const protocol = `${at}/applicationRequestRouting/protocol`;
  return {
    part: `farm-${name}`,
    reason:
      'Load balancing, monitoring and server affinity stay as they are when the farm is made. A disk cache would keep mail on the proxy; ActiveSync and Outlook hold requests open for minutes; and a response that waits for a buffer to fill comes too late.',
    table: {
      columns: ['setting', 'value'],
      rows: [
        ['server farm', name],
        ...servers.map(({ fqdn }) => ['server', fqdn]),
        [
          'health test URL',
          healthUrl ?? 'none: Exchange before 2013 has no page that tells whether a service is well',
        ],
        ['disk cache', 'off'],
        ['proxy time-out', `${TIME_OUT.seconds} s`],
        ['response buffer threshold', '0'],
      ],
    },
    calls: [
      add('webFarms', { name, enabled: true }),
      ...servers.map(({ fqdn }) => add(at, { address: fqdn, enabled: true })),
      ...(healthUrl === null ? [] : [set(`${at}/applicationRequestRouting/healthCheck`, 'url', healthUrl)]),
      set(`${protocol}/cache`, 'enabled', false),
      set(protocol, 'timeout', TIME_OUT.text),
      set(protocol, 'minResponseBuffer', 0),
    ],
  };
}

const REWRITE_RULES = 'system.webServer/rewrite/globalRules';

/** The default rules that the IIS console offers to create for each farm. */
function ownRules({ farms }: Arr): Instruction {
  const names = farms.flatMap(({ name }) => [`ARR_${name}_loadbalance`, `ARR_${name}_loadbalance_SSL`]);
  return {
    part: 'own-rules',
    reason:
      'Application Request Routing makes a rule itself when a farm is added in the console of IIS, which would catch every request before the rules below. Where it is there, it is removed.',
    table: { columns: ['rule to remove'], rows: names.map((name) => [name]) },
    calls: names.map((name) => ({
      cmdlet: 'Remove-WebConfigurationProperty',
      parameters: {
        PSPath: APPLICATION_HOST,
        Filter: REWRITE_RULES,
        Name: '.',
        AtElement: { table: { name } },
      },
    })),
  };
}

function rules({ rules: all }: Arr): Instruction {
  return {
    part: 'rules',
    reason: `The first rule that a request fits is its only one: each stops the processing of those after it, and the name of all clients comes last.${all.some((rule) => rule.farm === null) ? ' Nothing of /ecp goes on to the servers: the Exchange admin center, and from 2013 on the options of Outlook on the web, are reached from inside only.' : ''}`,
    table: {
      columns: ['order', 'rule', 'pattern (wildcards)', 'conditions', 'action', 'stop processing'],
      rows: all.map(({ name, pattern, conditions, farm: to }, index) => [
        String(index + 1),
        name,
        pattern,
        conditions.map(([input, wanted]) => `${input} is ${wanted}`).join(', ') || 'none',
        to === null ? 'answer 403' : `route to the farm ${to} by https`,
        'yes',
      ]),
    },
    calls: all.flatMap(ruleCalls),
  };
}

function ruleCalls({ name, pattern, conditions, farm: to }: RewriteRule): readonly Invocation[] {
  const at = `${REWRITE_RULES}/rule[@name='${name}']`;
  return [
    add(REWRITE_RULES, { name, patternSyntax: 'Wildcard', stopProcessing: true }),
    set(`${at}/match`, 'url', pattern),
    ...conditions.map(([input, wanted]) => add(`${at}/conditions`, { input, pattern: wanted })),
    ...(to === null
      ? [
          set(`${at}/action`, 'type', 'CustomResponse'),
          set(`${at}/action`, 'statusCode', 403),
          set(`${at}/action`, 'statusReason', 'Forbidden'),
        ]
      : [set(`${at}/action`, 'type', 'Rewrite'), set(`${at}/action`, 'url', `https://${to}/{R:0}`)]),
  ];
}

/** 2 GiB. https://learn.microsoft.com/iis/configuration/system.webserver/security/requestfiltering/requestlimits/ */
const MOST_BYTES = 2_147_483_648;

const requestFiltering: Instruction = {
  part: 'request-filtering',
  reason:
    'Outlook Anywhere announces requests of 1 GiB and more, which IIS refuses by default. IIS keeps the value as an unsigned number, of at most 4294967295.',
  table: {
    columns: ['setting', 'value'],
    rows: [['maximum allowed content length (bytes)', String(MOST_BYTES)]],
  },
  calls: [
    set('system.webServer/security/requestFiltering/requestLimits', 'maxAllowedContentLength', MOST_BYTES),
  ],
};

function externalDns(site: ExchangeSiteProps, { address }: ReverseProxy): readonly Instruction[] {
  if (viewsOf(site).some(({ side }) => side === 'external')) return [];
  const instruction: Instruction = {
    part: EXTERNAL_DNS,
    reason:
      'The declaration has no external view of DNS, so that nothing is published outside from here: whoever has the zone there enters the records, last of all.',
    table: {
      columns: ['name', 'type', 'address'],
      rows: proxiedNames(site).flatMap(({ host }) =>
        distinctAddresses(listed(address)).map((each) => [host, recordTypeOf(each) ?? '', each]),
      ),
    },
  };
  return [instruction];
}

/** Id of the last step on the proxy, which the external DNS records depend on. Undefined where there is no proxy. */
export function lastProxyStep({ reverseProxy: proxy }: ExchangeSiteProps): string | undefined {
  if (proxy === undefined) return undefined;
  return idOf(proxy.kind === 'arr' ? requestFiltering.part : 'rules');
}
