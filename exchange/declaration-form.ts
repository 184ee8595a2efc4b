import { either, FLAG, form, group, list, nullable, NUMBER, optional, TEXT, word } from './form';
import type {
  Connection,
  DatabaseAvailabilityGroup,
  Dns,
  ExchangeSiteProps,
  Health,
  Namespace,
  Namespaces,
  OutlookAnywhereOptions,
  Server,
  SiteCertificate,
  Witness,
  Zone,
} from './site';
import { ExchangeVersion } from './versions';

const TEXTS = list(TEXT);
const ADDRESSES = either(TEXT, list(TEXT));

const SERVER = group<Server>('a server', {
  name: TEXT,
  fqdn: TEXT,
  address: ADDRESSES,
  version: form('a version such as ExchangeVersion.V2016', (value) => value instanceof ExchangeVersion),
  datacentre: optional(TEXT),
});

const NAMESPACE = either(
  TEXT,
  group<Exclude<Namespace, string>>('a pair of internal and external', {
    internal: TEXT,
    external: nullable(TEXT),
  }),
);

const NAMESPACES = group<Namespaces>('a group of namespaces', {
  client: NAMESPACE,
  autodiscover: TEXT,
  services: optional(
    group<NonNullable<Namespaces['services']>>('a list of services with names of their own', {
      owa: optional(NAMESPACE),
      ecp: optional(NAMESPACE),
      activesync: optional(NAMESPACE),
      ews: optional(NAMESPACE),
      oab: optional(NAMESPACE),
      mapi: optional(NAMESPACE),
      powershell: optional(NAMESPACE),
      outlookAnywhere: optional(NAMESPACE),
    }),
  ),
});

const CERTIFICATE = group<SiteCertificate>('a certificate', {
  pfxFile: TEXT,
  names: TEXTS,
  services: TEXTS,
  thumbprint: optional(TEXT),
  replaceDefaultSmtpCertificate: optional(FLAG),
  privateKeyExportable: optional(FLAG),
  warnBeforeExpiryDays: optional(NUMBER),
});

const WITNESS = group<Witness>('a witness', { server: TEXT, directory: TEXT });

const DAG = group<DatabaseAvailabilityGroup>('a DAG', {
  name: TEXT,
  witness: WITNESS,
  alternateWitness: optional(WITNESS),
  addresses: optional(TEXTS),
  members: optional(TEXTS),
});

const ZONE = group<Zone>('a zone', {
  name: TEXT,
  server: optional(TEXT),
  port: optional(NUMBER),
  keyName: optional(TEXT),
  keyAlgorithm: optional(word('hmac-md5', 'hmac-sha1', 'hmac-sha256', 'hmac-sha512')),
  transport: optional(word('udp', 'udp4', 'udp6', 'tcp', 'tcp4', 'tcp6')),
  timeoutSeconds: optional(NUMBER),
});

const DNS = group<Dns>('a group of DNS settings', {
  zones: list(ZONE),
  ttlSeconds: optional(NUMBER),
  publish: optional(
    either(
      word('round-robin'),
      group<Exclude<NonNullable<Dns['publish']>, string>>('a load balancer with its virtualIp', {
        virtualIp: ADDRESSES,
      }),
    ),
  ),
  existingRecords: optional(TEXTS),
});

/** The form of a declaration, property by property: what `site.ts` says to the compiler. */
export const SITE_FORM = group<ExchangeSiteProps>('a site', {
  servers: list(SERVER),
  namespaces: NAMESPACES,
  certificate: CERTIFICATE,
  dag: optional(DAG),
  dns: DNS,
  rollout: optional(word('one-after-another', 'parallel')),
  outlookAnywhere: optional(
    group<OutlookAnywhereOptions>('a group of settings of Outlook Anywhere', {
      internalAuthentication: optional(TEXT),
      externalAuthentication: optional(TEXT),
    }),
  ),
  mapiAuthentication: optional(TEXTS),
  health: optional(
    group<Health>('a group of health settings', {
      protocols: optional(TEXTS),
      timeoutSeconds: optional(NUMBER),
    }),
  ),
  connection: optional(group<Connection>('a connection', { endpoint: TEXT })),
});
