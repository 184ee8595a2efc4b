import * as v from 'valibot';
import { ACCEPTABLE_FINDING_IDS } from './certificate-checks/finding-ids';
import { isOneCertificate } from './declared-certificates';
import {
  byName,
  either,
  eitherGroup,
  filledText,
  FLAG,
  flag,
  group,
  list,
  misfits,
  number,
  oneOrMore,
  oneOrNamed,
  optional,
  plain,
  TEXT,
  text,
  textOrNull,
  wholeNumber,
  words,
  type Form,
  type FormsOf,
} from './form';
import type { Finding } from './rules/rule';
import { ACCEPTABLE_RULE_IDS, CHANGEABLE_RULE_IDS } from './rules/rule-ids';
import { NAMED_SERVICES } from './namespaces';
import { AUTHENTICATED_SERVICES, SERVICES, switchesOf } from './services';
import type { WatchedService } from './services';
import type {
  Authentication,
  ClientAccessArray,
  Connection,
  Connectivity,
  DatabaseAvailabilityGroup,
  Datacentre,
  DnsView,
  DnsViews,
  ExchangeSiteProps,
  FurtherName,
  FurtherRecords,
  Health,
  KerberosUpdates,
  HealthFromRunner,
  LegacyClients,
  MailboxDatabase,
  MailExchanger,
  MailProtocolOptions,
  MailProtocols,
  Maintenance,
  Namespace,
  Namespaces,
  NetworkLoadBalancing,
  NlbPort,
  NlbSwitch,
  OutlookAnywhereAuthentication,
  OutlookAnywhereOptions,
  OutlookProvider,
  OwnNamespaces,
  Publish,
  Publishing,
  ReverseProxy,
  RuleChange,
  Server,
  ServiceHost,
  SiteCertificate,
  Witness,
  Zone,
} from './site';
import { ExchangeVersion } from './versions';
import { WINDOWS_VERSIONS, type WindowsVersion } from './windows';

const addresses = either(TEXT, list(text, 1));

const authentication = group<Authentication>(
  Object.fromEntries(
    AUTHENTICATED_SERVICES.map((row) => [
      row.service,
      optional(
        group<NonNullable<Authentication['owa']>>(
          // Each service has its own words.
          Object.fromEntries(
            Object.keys(switchesOf(row)).map((word) => [word, optional(flag)]),
          ) as unknown as FormsOf<NonNullable<Authentication['owa']>>,
        ),
      ),
    ]),
  ) as FormsOf<Authentication>,
);

const namespace = either(TEXT, group<Exclude<Namespace, string>>({ internal: text, external: textOrNull }));

const furtherName = either<string, Exclude<FurtherName, string>>(
  TEXT,
  eitherGroup(
    group<{ readonly internal: string }>({ internal: text }),
    group<{ readonly external: string }>({ external: text }),
    (value) => 'external' in value,
  ),
);

const services = group<NonNullable<Namespaces['services']>>(
  Object.fromEntries(NAMED_SERVICES.map((service) => [service, optional(namespace)])) as FormsOf<
    NonNullable<Namespaces['services']>
  >,
);

const namespaces = group<Namespaces>({
  client: namespace,
  autodiscover: text,
  services: optional(services),
  alsoPublished: optional(list(furtherName)),
});

const ownNamespaces = group<OwnNamespaces>({
  client: optional(namespace),
  autodiscover: optional(textOrNull),
  services: optional(services),
  alsoPublished: optional(list(furtherName)),
});

const windows = plain(
  words(
    Object.fromEntries(WINDOWS_VERSIONS.map((version) => [version, true])) as {
      readonly [version in WindowsVersion]: true;
    },
  ),
);

const port = plain<NlbPort>({
  what: "a port, without quotes, or a range of ports in quotes, such as '1024-65535'",
  as: (what) => v.union([v.number(), v.string()], what),
});

const nlb = group<NetworkLoadBalancing>({
  name: optional(text),
  mode: optional(plain(words<NonNullable<NetworkLoadBalancing['mode']>>({ unicast: true, multicast: true }))),
  ports: optional(list(port, 1)),
  smtpPorts: optional(list(wholeNumber)),
  affinity: optional(
    plain(words<NonNullable<NetworkLoadBalancing['affinity']>>({ none: true, single: true, network: true })),
  ),
  priorities: optional(byName(wholeNumber)),
  windows: optional(windows),
  adapter: optional(filledText),
  switch: optional(group<NlbSwitch>({ vlan: wholeNumber, interfaces: list(filledText, 1) })),
});

const publish = either(
  words({ 'round-robin': true }),
  group<Exclude<Publish, string>>({
    virtualIp: addresses,
    virtualIps: optional(byName(addresses)),
    layer: optional(
      plain<4 | 7>({ what: 'one of 4, 7, without quotes', as: (what) => v.picklist([4, 7], what) }),
    ),
    nlb: optional(nlb),
  }),
);

const publishing: Form<Publishing> = eitherGroup(
  publish,
  group<{ readonly internal?: Publish; readonly external?: Publish }>({
    internal: optional(publish),
    external: optional(publish),
  }),
  (value) => 'internal' in value || 'external' in value,
);

const reverseProxy = group<ReverseProxy>({
  kind: plain(words<ReverseProxy['kind']>({ arr: true, isa: true })),
  host: text,
  address: addresses,
  insideAddress: optional(text),
  certificateNames: optional(list(text, 1)),
  windows: optional(windows),
  farms: optional(plain(words<NonNullable<ReverseProxy['farms']>>({ site: true, protocol: true }))),
  closeEcp: optional(flag),
  perimeterDns: optional(flag),
  signIn: optional(
    plain(words<NonNullable<ReverseProxy['signIn']>>({ forms: true, basic: true, none: true })),
  ),
  listensOnHttp: optional(flag),
  wpadAddress: optional(text),
});

const siteScope = either(words({ own: true }), list(filledText, 1));

const legacyClients = group<LegacyClients>({
  activesync: plain(words<LegacyClients['activesync']>({ redirect: true, proxy: true })),
});

const maintenance = either<boolean, Maintenance>(FLAG, group<Maintenance>({ redirectTo: text }));

const mailProtocol = group<MailProtocolOptions>({ host: text });

const mailProtocols = group<MailProtocols>({ pop: optional(mailProtocol), imap: optional(mailProtocol) });

const datacentre = group<Datacentre>({
  namespaces: optional(ownNamespaces),
  publish: optional(publishing),
  failback: optional(textOrNull),
  authentication: optional(authentication),
  mailProtocols: optional(mailProtocols),
  activeDirectorySites: optional(list(filledText, 1)),
  subnets: optional(list(text, 1)),
  autodiscoverSiteScope: optional(siteScope),
  clientAccessArray: optional(
    group<ClientAccessArray>({
      fqdn: text,
      activeDirectorySite: optional(filledText),
      existing: optional(flag),
    }),
  ),
  legacyClients: optional(legacyClients),
  maintenance: optional(maintenance),
  sslOffload: optional(flag),
});

const server = group<Server>({
  name: text,
  fqdn: text,
  address: addresses,
  version: plain({
    what: `one of ${ExchangeVersion.ALL.map(({ declaredAs }) => declaredAs).join(', ')}`,
    as: (what) => v.custom<ExchangeVersion>((value) => value instanceof ExchangeVersion, what),
  }),
  datacentre: optional(filledText),
  build: optional(text),
  outlookAnywhere: optional(
    plain(words<NonNullable<Server['outlookAnywhere']>>({ enabled: true, disabled: true })),
  ),
  authentication: optional(authentication),
  mailProtocols: optional(mailProtocols),
  namespaces: optional(ownNamespaces),
  publish: optional(publishing),
  autodiscoverSiteScope: optional(siteScope),
  endpoint: optional(filledText),
  legacyClients: optional(legacyClients),
  maintenance: optional(maintenance),
  sslOffload: optional(flag),
});

/** A reason for each. */
const accepted = group<NonNullable<SiteCertificate['accepted']>>(
  Object.fromEntries(
    [...ACCEPTABLE_FINDING_IDS, ...ACCEPTABLE_RULE_IDS].map((id) => [id, optional(filledText)]),
  ) as FormsOf<NonNullable<SiteCertificate['accepted']>>,
);

const certificate = group<SiteCertificate>({
  pfxFile: filledText,
  certificateFile: optional(filledText),
  names: list(text, 1),
  services: list(
    plain(
      words<SiteCertificate['services'][number]>({
        IIS: true,
        SMTP: true,
        POP: true,
        IMAP: true,
        UM: true,
        UMCallRouter: true,
      }),
    ),
    1,
  ),
  servers: optional(list(text, 1)),
  thumbprint: optional(text),
  replaceDefaultSmtpCertificate: optional(flag),
  privateKeyExportable: optional(flag),
  warnBeforeExpiryDays: optional(wholeNumber),
  existingOn: optional(list(text)),
  accepted: optional(accepted),
});

const witness = group<Witness>({ server: text, directory: text });

const database = group<MailboxDatabase>({
  copies: list(text, 1),
  edbFile: optional(filledText),
  logFolder: optional(filledText),
  circularLogging: optional(flag),
  existing: optional(flag),
});

const dag = group<DatabaseAvailabilityGroup>({
  name: text,
  witness,
  alternateWitness: optional(witness),
  addresses: optional(list(text, 1)),
  members: optional(list(text, 1)),
  existing: optional(flag),
  existingMembers: optional(list(text)),
  datacenterActivation: optional(
    plain(
      words<NonNullable<DatabaseAvailabilityGroup['datacenterActivation']>>({ Off: true, DagOnly: true }),
    ),
  ),
  databases: optional(byName(database)),
});

const kerberos = group<KerberosUpdates>({
  realm: text,
  user: optional(text),
  keytabFile: optional(text),
});

const zone = group<Zone>({
  name: text,
  server: optional(text),
  port: optional(number),
  keyName: optional(text),
  keyAlgorithm: optional(
    plain(
      words<NonNullable<Zone['keyAlgorithm']>>({
        'hmac-md5': true,
        'hmac-sha1': true,
        'hmac-sha256': true,
        'hmac-sha512': true,
      }),
    ),
  ),
  kerberos: optional(kerberos),
  transport: optional(
    plain(
      words<NonNullable<Zone['transport']>>({
        udp: true,
        udp4: true,
        udp6: true,
        tcp: true,
        tcp4: true,
        tcp6: true,
      }),
    ),
  ),
  timeoutSeconds: optional(number),
});

const records = group<FurtherRecords>({
  cname: optional(byName(text)),
  mx: optional(byName(list(group<MailExchanger>({ preference: wholeNumber, exchange: text }), 1))),
  srv: optional(
    byName(
      list(
        group<ServiceHost>({ priority: wholeNumber, weight: wholeNumber, port: wholeNumber, target: text }),
        1,
      ),
    ),
  ),
  txt: optional(byName(list(filledText, 1))),
  ptr: optional(byName(text)),
});

const view = group<DnsView>({
  zones: list(zone),
  ttlSeconds: optional(number),
  publish: optional(publish),
  existingRecords: optional(list(text)),
  notPublished: optional(byName(filledText)),
  elsewhere: optional(byName(addresses)),
  records: optional(records),
});

const dns = eitherGroup(
  view,
  group<DnsViews>({ internal: view, external: optional(view) }),
  (value) => 'internal' in value || 'external' in value,
);

const signIn = plain(words<OutlookAnywhereAuthentication>({ Basic: true, Ntlm: true, Negotiate: true }));

const ruleChange = either(
  words({ error: true, warning: true }),
  group<Exclude<RuleChange, string>>({ accepted: filledText }),
);

const protocols = words({
  'outlook-anywhere': true,
  ...Object.fromEntries(
    SERVICES.flatMap(({ service, healthSet }) => (healthSet === null ? [] : [[service, true]])),
  ),
} as { readonly [protocol in WatchedService | 'outlook-anywhere']: true });

/** The form of a declaration. */
export const siteForm = group<ExchangeSiteProps>({
  servers: list(server),
  namespaces,
  datacentres: optional(byName(datacentre)),
  certificate: oneOrNamed(certificate, (value) =>
    isOneCertificate(value as ExchangeSiteProps['certificate']),
  ),
  dag: optional(oneOrMore(dag)),
  dns,
  reverseProxy: optional(reverseProxy),
  rollout: optional(
    either(
      words<Extract<ExchangeSiteProps['rollout'], string>>({ 'one-after-another': true, parallel: true }),
      list(list(text, 1), 1),
    ),
  ),
  outlookAnywhere: optional(
    group<OutlookAnywhereOptions>({
      internalAuthentication: optional(signIn),
      externalAuthentication: optional(signIn),
    }),
  ),
  sslOffload: optional(flag),
  outlookProvider: optional(group<OutlookProvider>({ certPrincipalName: textOrNull })),
  authentication: optional(authentication),
  mapiAuthentication: optional(
    list(
      plain(
        words<NonNullable<ExchangeSiteProps['mapiAuthentication']>[number]>({
          Basic: true,
          Negotiate: true,
          Ntlm: true,
          OAuth: true,
        }),
      ),
      1,
    ),
  ),
  mailProtocols: optional(mailProtocols),
  health: optional(
    group<Health>({
      protocols: optional(list(plain(protocols))),
      timeoutSeconds: optional(number),
      replication: optional(flag),
      fromRunner: optional(
        group<HealthFromRunner>({
          certificates: optional(
            list(
              plain(
                words<NonNullable<HealthFromRunner['certificates']>[number]>({
                  IIS: true,
                  SMTP: true,
                  POP: true,
                  IMAP: true,
                }),
              ),
              1,
            ),
          ),
          healthcheck: optional(flag),
          servers: optional(list(text, 1)),
        }),
      ),
      connectivity: optional(
        group<Connectivity>({
          tests: list(
            plain(
              words<Connectivity['tests'][number]>({
                ActiveSync: true,
                OutlookWebServices: true,
                POP: true,
                IMAP: true,
                Autodiscover: true,
              }),
            ),
            1,
          ),
          mailbox: optional(text),
          account: optional(filledText),
          servers: optional(list(text, 1)),
        }),
      ),
    }),
  ),
  maintenance: optional(maintenance),
  rules: optional(
    group<NonNullable<ExchangeSiteProps['rules']>>(
      Object.fromEntries(CHANGEABLE_RULE_IDS.map((id) => [id, optional(ruleChange)])) as FormsOf<
        NonNullable<ExchangeSiteProps['rules']>
      >,
    ),
  ),
  connection: optional(group<Connection>({ endpoint: filledText })),
});

/**
 * Finds where a declaration does not match its type. The editor shows the same, but synth runs without the compiler,
 * and some values are known only at synth: an environment variable that is not set is undefined.
 */
export const declarationMisfits = (declaration: unknown): readonly Finding[] =>
  misfits(siteForm, declaration);
