import { siteForm } from '../../exchange/declaration-form';
import { type Form, meaningOf, partsOf } from '../../exchange/form';
import { resolveSite } from '../../exchange/resolve-site';
import type { ExchangeSiteProps } from '../../exchange/site';
import { formatPath, type Path } from '../../schema';
import { server, site } from './sites';

/** Steps to a property of a declaration, `[]` for an item of a list and `<name>` for one of any name. */
type Steps = readonly string[];

interface Property {
  readonly title: string;
  readonly steps: Steps;
  /** What its value must be, for people. */
  readonly meaning: string;
}

function propertiesOf(form: Form<unknown>, before: Steps = []): readonly Property[] {
  return partsOf(form).flatMap(({ step, form: part }) => {
    const steps = [...before, step];
    const title = steps.join('.').replaceAll('.[]', '[]');
    return [{ title, steps, meaning: meaningOf(part) }, ...propertiesOf(part, steps)];
  });
}

const PROPERTIES = propertiesOf(siteForm);

/** One name for what may stand in several places: its rules are the same there. */
function commonTitle(steps: Steps): string {
  return steps
    .join('.')
    .replaceAll('.[]', '[]')
    .replace(/^(?:servers\[\]|datacentres\.<name>)\.(namespaces|publish|mailProtocols|maintenance)\b/, '$1')
    .replace(/^certificate\.<name>/, 'certificate')
    .replace(/^dag\[\]/, 'dag')
    .replace(/^dns\.(?:internal|external)\b/, 'dns')
    .replace(/^dns\.publish\b/, 'publish')
    .replace(/^publish\.(?:internal|external)\b/, 'publish')
    .replace(/^namespaces\.services\.\w+/, 'namespaces.services.*')
    .replace(/^mailProtocols\.(?:pop|imap)/, 'mailProtocols.*');
}

const HOST = 'mail.contoso.com';
const view = { zones: [{ name: 'contoso.com' }] };
const sides = { internal: HOST, external: HOST };
/** In the datacentre `any`, so that what is said of that one has servers. */
const right = site({
  servers: [server(1, { datacentre: 'any' }), server(2, { datacentre: 'any' })],
  dns: view,
});

/** What a group has where the right declaration has none. */
const GROUPS: { readonly [title: string]: object } = {
  'namespaces.client': sides,
  'namespaces.services.*': sides,
  publish: { virtualIp: '198.51.100.1' },
  maintenance: { redirectTo: 'EX02' },
  'dns.zones[].kerberos': { realm: 'CONTOSO.LOCAL', user: 'svc-dns' },
  'publish.nlb.switch': { vlan: 3, interfaces: ['Po1'] },
  reverseProxy: { kind: 'arr', host: 'RP.contoso.com', address: '203.0.113.10' },
  'mailProtocols.*': { host: 'imap.contoso.com' },
  'datacentres.<name>.clientAccessArray': { fqdn: 'outlook.contoso.local', activeDirectorySite: 'Lisbon' },
  'dag.alternateWitness': { server: 'FS02', directory: 'C:\\Witness\\DAG01' },
  'dag.databases.<name>': { copies: ['EX01'] },
  'health.fromRunner': { certificates: ['IIS'] },
  'health.connectivity': { tests: ['ActiveSync'] },
  'dns.records.mx.<name>[]': { preference: 10, exchange: HOST },
  'dns.records.srv.<name>[]': { priority: 0, weight: 0, port: 443, target: HOST },
};

const isGroup = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The name that stands for any: that of a published host where it must be one. */
const nameIn = (steps: Steps) => {
  const of = steps.at(-1) ?? '';
  if (of === 'srv') return '_autodiscover._tcp.contoso.com';
  if (of === 'priorities') return 'EX01';
  return ['virtualIps', 'notPublished', 'elsewhere'].includes(of) ? HOST : 'any';
};

/** A value with another one somewhere in it. */
function spoiled(value: unknown, by: unknown, [step, ...rest]: Steps, before: Steps = []): unknown {
  if (step === undefined) return by;
  const within = [...before, step];
  const next = (part: unknown) => spoiled(part, by, rest, within);
  if (step === '[]') {
    const [first, ...others] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
    return [next(first), ...others];
  }
  const title = commonTitle(before);
  const isSide = step === 'internal' || step === 'external';
  if (title === 'dns' && isSide) return { internal: view, [step]: next(view) };
  if (title === 'publish' && isSide) return { [step]: next(GROUPS['publish']) };
  const group: { readonly [name: string]: unknown } = isGroup(value) ? value : { ...GROUPS[title] };
  if (step !== '<name>') return { ...group, [step]: next(group[step]) };
  // Several certificates stand in place of one.
  return 'pfxFile' in group
    ? { any: next(group), another: group }
    : { ...group, [nameIn(before)]: next(undefined) };
}

const declared = (steps: Steps, by: unknown) => spoiled(right, by, steps) as ExchangeSiteProps;

function pathOf(steps: Steps): Path {
  return steps.map((step, index) =>
    step === '[]' ? { index: 0 } : { attribute: step === '<name>' ? nameIn(steps.slice(0, index)) : step },
  );
}

/** What is said of a property, or within it. */
function saidOf(steps: Steps, by: unknown) {
  const at = pathOf(steps);
  return resolveSite(declared(steps, by)).diagnostics.filter(
    ({ path }) => formatPath(path.slice(0, at.length)) === formatPath(at),
  );
}

test('the right declaration is right, and all its properties are known', () => {
  expect(resolveSite(right).diagnostics).toEqual([]);
  expect(PROPERTIES.length).toBeGreaterThan(400);
});

describe('a value of the wrong type is refused at', () => {
  test.each(PROPERTIES)('$title', ({ steps, meaning }) => {
    const wrong = meaning.startsWith('true or false') ? 'true' : true;
    expect(saidOf(steps, wrong)).toMatchObject([
      {
        rule: 'declaration-form',
        path: pathOf(steps),
        summary: wrong === true ? 'is true' : "is the text 'true'",
        detail: `it must be ${meaning}`,
      },
    ]);
  });
});

/** What the form itself refuses, by what a value must be. */
const MALFORMED: readonly (readonly [meaning: RegExp, wrong: unknown])[] = [
  [/^one of /, 'nonsense'],
  [/^a text that is not empty/, ' '],
  [/with at least one item$/, []],
  [/^a whole number/, -1],
  [/^a whole number/, 1.5],
];

describe('what the form refuses is refused at', () => {
  const cases = PROPERTIES.flatMap((property) =>
    MALFORMED.flatMap(([meaning, wrong]) => (meaning.test(property.meaning) ? [{ ...property, wrong }] : [])),
  );

  test.each(cases)('$title: $wrong', ({ steps, wrong }) => {
    expect(saidOf(steps, wrong)).toMatchObject([{ rule: 'declaration-form', path: pathOf(steps) }]);
  });
});

/** A value of the right form that a rule refuses. */
const CONTENT: { readonly [title: string]: readonly [wrong: unknown, rule: string] } = {
  servers: [[], 'server-missing'],
  'servers[].name': ['EX_01', 'server-name'],
  'servers[].fqdn': ['EX01', 'server-fqdn'],
  'servers[].address': ['192.0.2.256', 'address-syntax'],
  'servers[].address[]': ['EX01', 'address-syntax'],
  'servers[].endpoint': ['EX01', 'endpoint'],
  'servers[].build': ['SP1', 'server-build'],
  'rollout[][]': ['EX09', 'rollout-waves'],
  'maintenance.redirectTo': ['EX09', 'maintenance'],
  'namespaces.client': ['https://mail.contoso.com/', 'namespace-host'],
  'namespaces.client.internal': ['mail', 'namespace-host'],
  'namespaces.client.external': ['', 'namespace-host'],
  'namespaces.autodiscover': ['autodiscover', 'namespace-host'],
  'namespaces.services.*': ['ews', 'namespace-host'],
  'namespaces.services.*.internal': ['ews', 'namespace-host'],
  'namespaces.services.*.external': ['', 'namespace-host'],
  'namespaces.alsoPublished[]': ['before', 'namespace-host'],
  'namespaces.alsoPublished[].internal': ['before', 'namespace-host'],
  'namespaces.alsoPublished[].external': ['before', 'namespace-host'],
  'publish.virtualIp': ['192.0.2.1/24', 'address-syntax'],
  'publish.virtualIp[]': ['127.0.0.1', 'address-syntax'],
  'publish.virtualIps.<name>': ['192.0.2.1:443', 'address-syntax'],
  'publish.virtualIps.<name>[]': ['', 'address-syntax'],
  'publish.nlb.name': ['mail', 'nlb'],
  'publish.nlb.ports[]': ['https', 'nlb'],
  'publish.nlb.smtpPorts[]': [65536, 'nlb'],
  'publish.nlb.priorities.<name>': [33, 'nlb'],
  'publish.nlb.switch.vlan': [4095, 'nlb'],
  'reverseProxy.host': ['https://RP.contoso.com', 'reverse-proxy'],
  'reverseProxy.address': ['203.0.113.0/24', 'address-syntax'],
  'reverseProxy.address[]': ['RP', 'address-syntax'],
  'reverseProxy.insideAddress': ['RP', 'address-syntax'],
  'reverseProxy.wpadAddress': ['wpad', 'address-syntax'],
  'reverseProxy.certificateNames': [['rp.contoso.com'], 'reverse-proxy-certificate'],
  'mailProtocols.*.host': ['imap.contoso.com:993', 'namespace-host'],
  'datacentres.<name>.failback': ['https://mailfb.contoso.com', 'namespace-host'],
  'datacentres.<name>.subnets[]': ['10.1.0.0', 'subnet-syntax'],
  'datacentres.<name>.clientAccessArray.fqdn': ['outlook', 'client-access-array'],
  'certificate.names[]': ['*mail.contoso.com', 'certificate-names'],
  'certificate.servers[]': ['EX09', 'certificate-servers'],
  'certificate.thumbprint': ['abc', 'certificate-thumbprint'],
  'certificate.existingOn[]': ['EX09', 'existing-object'],
  'dag.name': ['DAG.01', 'dag-name'],
  'dag.witness.server': ['\\\\FS01', 'attribute-value'],
  'dag.witness.directory': ['\\\\FS01\\DAG01', 'attribute-value'],
  'dag.alternateWitness.server': ['', 'attribute-value'],
  'dag.alternateWitness.directory': ['C:', 'attribute-value'],
  'dag.addresses': [['10.0.0.256'], 'attribute-value'],
  'dag.members[]': ['EX09', 'dag-members'],
  'dag.existingMembers[]': ['EX09', 'existing-object'],
  'dag.databases.<name>.copies[]': ['EX09', 'databases'],
  'dag.databases.<name>.edbFile': ['DB01.edb', 'attribute-value'],
  'dag.databases.<name>.logFolder': ['DB01', 'attribute-value'],
  'dns.zones[].name': ['contoso..com', 'zone'],
  'dns.zones[].server': ['', 'zone'],
  'dns.zones[].port': [65536, 'zone'],
  'dns.zones[].keyName': ['', 'zone'],
  'dns.zones[].timeoutSeconds': [0, 'zone'],
  'dns.zones[].kerberos.realm': ['contoso.local', 'zone-kerberos'],
  'dns.zones[].kerberos.user': ['CONTOSO\\svc-dns', 'zone-kerberos'],
  'dns.zones[].kerberos.keytabFile': ['', 'zone-kerberos'],
  'dns.ttlSeconds': [-1, 'record-ttl'],
  'dns.existingRecords[]': ['www.contoso.com', 'existing-record'],
  'dns.elsewhere.<name>': ['legacy', 'address-syntax'],
  'dns.elsewhere.<name>[]': ['::1', 'address-syntax'],
  'dns.records.cname.<name>': ['https://mail.contoso.com', 'further-record'],
  'dns.records.mx.<name>[].preference': [65536, 'further-record'],
  'dns.records.mx.<name>[].exchange': ['mail_contoso', 'further-record'],
  'dns.records.srv.<name>[].priority': [65536, 'further-record'],
  'dns.records.srv.<name>[].weight': [65536, 'further-record'],
  'dns.records.srv.<name>[].port': [65536, 'further-record'],
  'dns.records.srv.<name>[].target': ['mail_contoso', 'further-record'],
  'dns.records.ptr.<name>': ['mail_contoso', 'further-record'],
  'outlookProvider.certPrincipalName': ['mail.contoso.com', 'outlook-provider'],
  'health.timeoutSeconds': [0, 'attribute-value'],
  'health.fromRunner.servers[]': ['EX09', 'health-from-runner'],
  'health.connectivity.mailbox': ['probe', 'health-connectivity'],
  'health.connectivity.account': ['probe', 'attribute-value'],
  'health.connectivity.servers[]': ['EX09', 'health-connectivity'],
  'connection.endpoint': ['EX01', 'endpoint'],
};

describe('a value that a rule refuses is refused at', () => {
  const cases = PROPERTIES.flatMap((property) => {
    const found = CONTENT[commonTitle(property.steps)];
    return found === undefined ? [] : [{ ...property, wrong: found[0], rule: found[1] }];
  });

  test.each(cases)('$title: $wrong', ({ steps, wrong, rule }) => {
    expect(saidOf(steps, wrong).map((one) => one.rule)).toContain(rule);
  });

  test('every property whose form takes any text or number, and no other one that there is not', () => {
    const titles = PROPERTIES.map(({ steps }) => commonTitle(steps));
    const open = PROPERTIES.filter(({ meaning }) => /^a (?:text in quotes|number)/.test(meaning));
    const without = open
      .map(({ steps }) => commonTitle(steps))
      // What is said of an item may be said of its list.
      .filter((title) => !(title in CONTENT) && !(title.replace(/\[\]$/, '') in CONTENT));
    expect([...new Set(without)]).toEqual([]);
    expect(Object.keys(CONTENT).filter((title) => !titles.includes(title))).toEqual([]);
  });
});
