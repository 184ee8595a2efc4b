import fc from 'fast-check';
import { declarationFormFindings } from '../../exchange/declaration-form';
import { resolveSite } from '../../exchange/resolve-site';
import type {
  Authentication,
  ExchangeSiteProps,
  MailboxDatabase,
  NetworkLoadBalancing,
  OwnNamespaces,
  Publish,
  ReverseProxy,
  Server,
  SiteCertificate,
} from '../../exchange/site';
import { ExchangeVersion } from '../../exchange/versions';
import type { PathStep } from '../../schema';

const { V2007, V2010, V2013, V2016, V2019, SE } = ExchangeVersion;
/** Others each day, and the same all day long, so that what fails can be tried again; DECLARATIONS_SEED says it. */
export const SEED = Number(process.env['DECLARATIONS_SEED'] ?? Math.floor(Date.now() / 86_400_000));

/** Versions of the servers, in the order of the rollout. */
const ORGANIZATIONS: readonly (readonly ExchangeVersion[])[] = [
  [V2013],
  [V2013, V2013],
  [V2016, V2016, V2016],
  [V2010, V2010],
  [V2010, V2016],
  [V2013, V2019],
  [SE, SE],
  [V2007, V2007],
  [V2007, V2010],
  [V2007, V2013],
];

const host = fc
  .constantFrom('mail', 'autodiscover', 'ews', 'eas', 'lis', 'opo', 'legacy', 'Mail')
  .map((name) => `${name}.contoso.com`);
const namespace = fc.oneof(
  host,
  fc.record({ internal: host, external: fc.option(host, { nil: null, freq: 3 }) }),
);
const some = <T extends object>(properties: { [name in keyof T]: fc.Arbitrary<T[name]> }) =>
  fc.record(properties, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;
const services = some({
  owa: namespace,
  ews: namespace,
  activesync: namespace,
  mapi: namespace,
  outlookAnywhere: namespace,
  powershell: namespace,
});
const further = fc.uniqueArray(
  fc.oneof(
    { weight: 3, arbitrary: host },
    { weight: 1, arbitrary: host.map((internal) => ({ internal })) },
    { weight: 1, arbitrary: host.map((external) => ({ external })) },
  ),
  { maxLength: 2 },
);
const ownNamespaces = some({
  client: namespace,
  autodiscover: fc.option(host, { nil: null, freq: 3 }),
  services,
  alsoPublished: further,
}) as fc.Arbitrary<OwnNamespaces>;
const nlb = some({
  mode: fc.constantFrom('unicast' as const, 'multicast' as const),
  ports: fc.constantFrom<readonly (number | string)[]>([443], [80, 443, '1024-65535'], [25, 443], ['20-600']),
  smtpPorts: fc.constant([2525]),
  priorities: fc.constantFrom<{ readonly [server: string]: number }>({ EX01: 1, EX02: 2 }, { ex02: 1 }),
  windows: fc.constantFrom('2008' as const, '2008 R2' as const, '2016' as const),
}) as fc.Arbitrary<NetworkLoadBalancing>;
const reverseProxy = fc.record(
  {
    kind: fc.constantFrom('arr' as const, 'isa' as const),
    host: fc.constant('RP.contoso.com'),
    address: fc.constantFrom('203.0.113.10', ['203.0.113.10', '2001:db8::10']),
    insideAddress: fc.constantFrom('198.51.100.50', '192.0.2.1'),
    certificateNames: fc.constantFrom(['*.contoso.com'], ['mail.contoso.com']),
    windows: fc.constantFrom('2008 R2' as const, '2019' as const),
    farms: fc.constantFrom('site' as const, 'protocol' as const),
    closeEcp: fc.boolean(),
    signIn: fc.constantFrom('forms' as const, 'none' as const),
  },
  { requiredKeys: ['kind', 'host', 'address'] },
) as fc.Arbitrary<ReverseProxy>;
const publish: fc.Arbitrary<Publish> = fc.oneof(
  fc.constant('round-robin' as const),
  nlb.map((own) => ({ virtualIp: '198.51.100.3', nlb: own })),
  fc.constantFrom(4 as const, 7 as const).map((layer) => ({ virtualIp: '198.51.100.4', layer })),
  fc.constantFrom('198.51.100.1', '198.51.100.2').map((virtualIp) => ({ virtualIp })),
  fc.record({
    virtualIp: fc.constant(['198.51.100.1', '2001:db8::1']),
    virtualIps: fc.dictionary(host, fc.constantFrom('198.51.100.7', '198.51.100.8'), { maxKeys: 2 }),
  }),
);
const publishing = fc.oneof(publish, some({ internal: publish, external: publish }));
const switches = some({ basic: fc.boolean(), windows: fc.boolean() });
const authentication = some({
  ews: switches,
  oab: switches,
  activesync: switches,
}) as fc.Arbitrary<Authentication>;
/** The one of a new domain is that in which the lab has every server. */
const activeDirectorySites = fc.constantFrom(
  ['Default-First-Site-Name'],
  ['Default-First-Site-Name', 'Porto'],
);
const autodiscoverSiteScope = fc.constantFrom('own' as const, ['Porto'], ['porto', 'Lisbon']);

const mailProtocols = some({
  pop: fc.constant({ host: 'pop.contoso.com' }),
  imap: fc.constantFrom({ host: 'imap.contoso.com' }, { host: 'mail.contoso.com' }),
});

function datacentreOf(versions: readonly ExchangeVersion[]) {
  const more = {
    namespaces: ownNamespaces,
    publish: publishing,
    authentication,
    mailProtocols,
    activeDirectorySites,
    autodiscoverSiteScope,
    sslOffload: fc.boolean(),
    subnets: fc.constantFrom(['192.0.2.0/24'], ['10.1.0.0/16', '192.0.2.0/28']),
    failback: fc.constantFrom('mailfb-lis.contoso.com', 'mailfb-opo.contoso.com', null),
  };
  // Only a session of 2010 has its cmdlets.
  return versions.every((version) => version === V2010)
    ? some({
        ...more,
        clientAccessArray: fc
          .constantFrom('outlook.contoso.com', 'outlook.contoso.local', 'mail.contoso.com')
          .map((fqdn) => ({ fqdn, activeDirectorySite: 'Default-First-Site-Name' })),
      })
    : some(more);
}

function serversOf(versions: readonly ExchangeVersion[]): fc.Arbitrary<readonly Server[]> {
  return fc.tuple(
    ...versions.map((version, index) =>
      some({
        datacentre: fc.constantFrom('lisbon', 'porto', 'Porto'),
        namespaces: fc.oneof(
          { weight: 3, arbitrary: fc.constant({}) },
          { weight: 1, arbitrary: ownNamespaces },
        ),
        publish: publishing,
        authentication,
        mailProtocols,
        autodiscoverSiteScope,
        sslOffload: fc.boolean(),
        ...(version === V2010 || version === V2007
          ? { outlookAnywhere: fc.constantFrom('enabled' as const, 'disabled' as const) }
          : {}),
      }).map((own): Server => {
        const name = `EX0${index + 1}`;
        const fqdn = `${name}.contoso.local`;
        const session = version === V2007 ? { endpoint: `https://${fqdn}:5986/wsman` } : {};
        return { name, fqdn, address: `192.0.2.${index + 1}`, version, ...session, ...own };
      }),
    ),
  );
}

const zones = { zones: [{ name: 'contoso.com' }, { name: 'contoso.local' }] };
const outside = { zones: [{ name: 'contoso.com', server: '198.51.100.53' }] };
const dns: fc.Arbitrary<ExchangeSiteProps['dns']> = fc.oneof(
  fc.constant(zones),
  fc.constant({ ...zones, elsewhere: { 'mail.contoso.com': ['198.51.100.9', '2001:db8::9'] } }),
  publish.map((own) => ({ ...zones, publish: own })),
  publish.map((own) => ({ internal: zones, external: { ...outside, publish: own } })),
);

type CertificateServices = SiteCertificate['services'];
const web = fc.record({
  pfxFile: fc.constant('mail.pfx'),
  names: fc.constant(['*.contoso.com']),
  services: fc.constantFrom<CertificateServices>(['IIS'], ['SMTP', 'IIS']),
});
const smtp = fc.record(
  {
    pfxFile: fc.constant('smtp.pfx'),
    names: fc.constant(['smtp.contoso.com']),
    services: fc.constantFrom<CertificateServices>(['SMTP'], ['POP', 'SMTP'], ['IMAP']),
    servers: fc.subarray(['EX01', 'EX02', 'ex03'], { minLength: 1 }),
  },
  { requiredKeys: ['pfxFile', 'names', 'services'] },
) as fc.Arbitrary<SiteCertificate>;
const certificate: fc.Arbitrary<ExchangeSiteProps['certificate']> = fc.oneof(
  web,
  fc.record({ web, mail: smtp }),
  fc.record({ mail: smtp, web }),
);

const database = (versions: readonly ExchangeVersion[]): fc.Arbitrary<MailboxDatabase> =>
  fc.record(
    {
      copies: fc.shuffledSubarray(
        versions.map((_version, index) => `EX0${index + 1}`),
        { minLength: 1 },
      ),
      circularLogging: fc.boolean(),
      edbFile: fc.constantFrom('E:\\DB\\one.edb', 'E:\\DB\\other.edb'),
    },
    { requiredKeys: ['copies'] },
  );

/** Declarations in which every value is possible, although they may contradict each other. */
export const declarations = fc.constantFrom(...ORGANIZATIONS).chain((versions) =>
  fc.record(
    {
      servers: serversOf(versions),
      namespaces: fc.record(
        { client: namespace, autodiscover: host, services, alsoPublished: further },
        { requiredKeys: ['client', 'autodiscover'] },
      ),
      datacentres: some({ lisbon: datacentreOf(versions), porto: datacentreOf(versions) }),
      certificate,
      dag: some({
        alternateWitness: fc.constant({ server: 'FS02', directory: 'C:\\DAG01' }),
        databases: fc.dictionary(fc.constantFrom('DB01', 'DB 02', 'db01'), database(versions), {
          maxKeys: 2,
        }),
      }).map((more) => ({
        name: 'DAG01',
        witness: { server: 'FS01.contoso.local', directory: 'C:\\DAG01' },
        ...more,
      })),
      dns,
      reverseProxy,
      rollout: fc.constantFrom(
        'one-after-another' as const,
        'parallel' as const,
        versions.map((_version, index) => [`EX0${index + 1}`]).reverse(),
      ),
      outlookAnywhere: some({
        internalAuthentication: fc.constantFrom('Basic' as const, 'Ntlm' as const, 'Negotiate' as const),
      }),
      outlookProvider: fc
        .constantFrom('msstd:*.contoso.com', 'msstd:mail.contoso.com', 'none', null)
        .map((certPrincipalName) => ({ certPrincipalName })),
      mapiAuthentication: fc.constant(['Ntlm' as const, 'Negotiate' as const]),
      sslOffload: fc.boolean(),
      maintenance: fc.constantFrom<NonNullable<ExchangeSiteProps['maintenance']>>(true, false, {
        redirectTo: 'EX01',
      }),
      mailProtocols,
      health: fc.record({ timeoutSeconds: fc.constant(1) }),
    },
    { requiredKeys: ['servers', 'namespaces', 'certificate', 'dns', 'health'] },
  ),
) as fc.Arbitrary<ExchangeSiteProps>;

/** Windows PowerShell on each server of 2007 is asked for what is its own. */
export const hasOld = ({ servers }: ExchangeSiteProps) => servers.some(({ version }) => version === V2007);

export const isRight = (site: ExchangeSiteProps) =>
  resolveSite(site).diagnostics.every(({ severity }) => severity !== 'error');

/**
 * What is left when whoever wrote it takes out each value at which a diagnostic points, until none does: hardly any of
 * the declarations is right as it comes.
 */
export function mended(site: ExchangeSiteProps): ExchangeSiteProps {
  for (let [now, turn] = [site, 0]; turn < 20; turn++) {
    const errors = resolveSite(now).diagnostics.filter(({ severity }) => severity === 'error');
    if (errors.length === 0) return now;
    // From the end, so that positions in lists stay what they are.
    const ways = errors.map(({ path }) => (path ?? []).map(wordOf)).sort(byPlace);
    const left = ways.reduce<unknown>(without, now) as ExchangeSiteProps;
    if (left === now) return site;
    now = left;
  }
  return site;
}

function wordOf(step: PathStep): string {
  if ('index' in step) return String(step.index);
  return 'key' in step ? step.key : step.attribute;
}

/** The last place first. */
function byPlace(left: readonly string[], right: readonly string[]): number {
  const [one, other] = [left, right].map((way) => way.map((word) => word.padStart(3, '0')).join('.'));
  return (one ?? '') < (other ?? '') ? 1 : -1;
}

/** Servers stay: whoever deploys has installed them. */
const SERVER = /^servers(\.\d+)?$/;

/** The declaration without what stands at a place, or without the least that it is part of and that may be left out. */
function without(site: unknown, way: readonly string[]): unknown {
  if (way.length === 0 || SERVER.test(way.join('.'))) return site;
  const left = isThere(site, way) ? taken(site, way) : undefined;
  return left === undefined || declarationFormFindings(left).length > 0
    ? without(site, way.slice(0, -1))
    : left;
}

function isThere(value: unknown, [word, ...rest]: readonly string[]): boolean {
  if (word === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, word) && isThere((value as { readonly [name: string]: unknown })[word], rest);
}

function taken(value: unknown, [word, ...rest]: readonly string[]): unknown {
  const entries = Object.entries(value as object).flatMap(([name, item]: [string, unknown]) => {
    if (name !== word) return [[name, item] as const];
    return rest.length === 0 ? [] : [[name, taken(item, rest)] as const];
  });
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

/** What somebody writes who mistypes, forgets, or pastes something else. */
export const wrong: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, '', 0, -1, NaN, true, [], {}, '.', 'a.', '*', '__proto__', 'a b'),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('constructor', 'toString', '255.255.255.255', '::', '${x}', 'x'.repeat(300)),
);

/** Somewhere in a declaration, one value is another one, or stands under another name. */
export function spoil(value: unknown, way: readonly number[], by: unknown, renames: boolean): unknown {
  const [step = 0, ...rest] = way;
  if (typeof value !== 'object' || value === null || value instanceof ExchangeVersion) return by;
  const entries = Object.entries(value);
  if (entries.length === 0 || way.length === 0) return by;
  const at = step % entries.length;
  const changed = entries.map(([name, item], index): [string, unknown] => {
    if (index !== at) return [name, item];
    if (renames && rest.length === 0) return [typeof by === 'string' ? by : `${name}s`, item];
    return [name, spoil(item, rest, by, renames)];
  });
  return Array.isArray(value) ? changed.map(([, item]) => item) : Object.fromEntries(changed);
}
