import type { Path, StateOf } from '../schema';
import { path } from '../schema';
import { ACCEPTABLE_FINDING_IDS } from './certificate-checks/finding-ids';
import { committedFindings } from './committed-findings';
import { committedCertificate, isCommitted, type DeclaredFile } from './committed-certificate';
import type { AttributeReference, DesiredResource, DesiredState, DesiredValue } from './desired-state';
import { dnsRecords } from './dns-records';
import { poolMembers } from './load-balancer';
import { hostsOfService, ownHosts, urlOf } from './namespaces';
import { requiredNames } from './required-names';
import { AskedSecret, FileContent, StepResult } from './plan/value';
import {
  certificate,
  dagMember,
  databaseAvailabilityGroup,
  erase,
  healthGate,
  outlookAnywhere,
  serviceConnectionPoint,
  virtualDirectories,
} from './resources';
import type { AnyResource, Attributes, Facts, PfxFacts } from './resources';
import { includesName } from './resources/equality';
import { idOf } from './resource-id';
import { checkForm, checkRules } from './rules';
import type { ExchangeSiteProps, Server, SiteCertificate } from './site';
import { catalogOf, ExchangeVersion } from './versions';

/** Letter case does not count in the name of a DAG, and to Terraform another id would be another DAG. */
function dagId(name: string): string {
  return `dag-${name.toUpperCase()}`;
}

/** What of a resource the caller says; the rest follows. */
interface Wanted {
  readonly id: string;
  readonly definition: AnyResource;
  readonly server: string | null;
  readonly version: ExchangeVersion;
  readonly attributes: { readonly [name: string]: DesiredValue };
  readonly origin: { readonly [attribute: string]: Path };
  readonly dependsOn: readonly string[];
  /** The declaration says that it is there before the first deploy. Left out: what Setup makes is, and nothing else. */
  readonly existing?: boolean;
}

function resource(site: ExchangeSiteProps, wanted: Wanted): DesiredResource {
  const { existing = wanted.definition.lifecycle === 'adopted' } = wanted;
  return { ...wanted, existing, steps: stepsOf(site, wanted) };
}

/** The definition's own steps from nothing, with references where only a run knows the value. */
function stepsOf(site: ExchangeSiteProps, { id, definition, attributes, version }: Wanted) {
  const catalog = catalogOf(version);
  const has = (cmdlet: string) => catalog.cmdlet(cmdlet) !== undefined;
  const facts: Facts = definition.typeName === certificate.typeName ? { has, pfx: pfxOf(site, id) } : { has };
  const given = Object.fromEntries(
    Object.entries(definition.schema.attributes).map(([name, { defaultValue = null }]) => [
      name,
      name in attributes ? attributes[name] : defaultValue,
    ]),
  ) as unknown as StateOf<Attributes>;
  const planned = { ...given, ...definition.computed?.(given, facts) } as StateOf<Attributes>;
  return definition.steps({ prior: null, planned }, facts);
}

/** @param step whose result has the thumbprint */
function pfxOf(site: ExchangeSiteProps, step: string): PfxFacts {
  return {
    thumbprint: new StepResult(step, 'Thumbprint'),
    content: new FileContent(site.certificate.pfxFile),
    password: new AskedSecret('the password of the PFX file', 'PfxPassword'),
  };
}

function serviceConnectionPointOf(site: ExchangeSiteProps, server: Server, at: Path): DesiredResource {
  return resource(site, {
    id: `${idOf(server.name)}-scp`,
    definition: erase(serviceConnectionPoint),
    server: server.name,
    version: server.version,
    attributes: { server: server.name, uri: urlOf('autodiscover', site.namespaces.autodiscover) },
    origin: { server: [...at, { attribute: 'name' }], uri: path('namespaces', 'autodiscover') },
    dependsOn: [],
  });
}

/** Those that a plan finds; the others are the rules'. */
function acceptedFindings({ accepted = {} }: SiteCertificate) {
  const found = ACCEPTABLE_FINDING_IDS.flatMap((id): [string, string][] => {
    const reason = accepted[id];
    return reason === undefined ? [] : [[id, reason]];
  });
  return found.length === 0 ? {} : { accepted_findings: Object.fromEntries(found) };
}

function certificateOf(
  site: ExchangeSiteProps,
  server: Server,
  at: Path,
  after: readonly string[],
  checks: HealthChecks,
): DesiredResource {
  const declared = site.certificate;
  return resource(site, {
    id: `${idOf(server.name)}-certificate`,
    definition: erase(certificate),
    server: server.name,
    version: server.version,
    attributes: {
      server: server.name,
      pfx_file: declared.pfxFile,
      required_names: requiredNames(site),
      ...(declared.thumbprint === undefined ? {} : { expected_thumbprint: declared.thumbprint }),
      ...(declared.warnBeforeExpiryDays === undefined
        ? {}
        : { warn_before_expiry_days: declared.warnBeforeExpiryDays }),
      ...acceptedFindings(declared),
      ...(declared.privateKeyExportable === undefined
        ? {}
        : { private_key_exportable: declared.privateKeyExportable }),
      services: declared.services,
      ...(declared.replaceDefaultSmtpCertificate === undefined
        ? {}
        : { replace_default_smtp_certificate: declared.replaceDefaultSmtpCertificate }),
      ...checks,
    },
    origin: {
      server: [...at, { attribute: 'name' }],
      pfx_file: path('certificate', 'pfxFile'),
      required_names: path('certificate', 'names'),
      expected_thumbprint: path('certificate', 'thumbprint'),
      warn_before_expiry_days: path('certificate', 'warnBeforeExpiryDays'),
      accepted_findings: path('certificate', 'accepted'),
      services: path('certificate', 'services'),
      protocols: path('health', 'protocols'),
      timeout_seconds: path('health', 'timeoutSeconds'),
    },
    // Clients must have the right name from the service connection point before anything else of the server is done.
    dependsOn: [`${idOf(server.name)}-scp`, ...after],
    existing: includesName(declared.existingOn, server.name),
  });
}

function outlookAnywhereOf(site: ExchangeSiteProps, server: Server, at: Path): DesiredResource {
  const hosts = hostsOfService(site, 'outlookAnywhere');
  const { internalAuthentication = 'Ntlm', externalAuthentication = 'Ntlm' } = site.outlookAnywhere ?? {};
  return resource(site, {
    id: `${idOf(server.name)}-outlook-anywhere`,
    definition: erase(outlookAnywhere),
    server: server.name,
    version: server.version,
    attributes: {
      server: server.name,
      internal_hostname: hosts.internal,
      internal_clients_require_ssl: true,
      internal_client_authentication_method: internalAuthentication,
      external_hostname: hosts.external,
      external_clients_require_ssl: true,
      external_client_authentication_method: externalAuthentication,
    },
    origin: {
      server: [...at, { attribute: 'name' }],
      internal_hostname: hosts.internalPath,
      external_hostname: hosts.externalPath,
      internal_client_authentication_method: path('outlookAnywhere', 'internalAuthentication'),
      external_client_authentication_method: path('outlookAnywhere', 'externalAuthentication'),
    },
    dependsOn: [`${idOf(server.name)}-certificate`],
  });
}

/** What Setup gives the directory; Exchange 2013 wants it in every call (Microsoft's page of Set-MapiVirtualDirectory). */
const MAPI_AUTHENTICATION = ['Ntlm', 'OAuth', 'Negotiate'];

function virtualDirectoriesOf(site: ExchangeSiteProps, server: Server, at: Path): readonly DesiredResource[] {
  const catalog = catalogOf(server.version);
  const methods =
    site.mapiAuthentication ?? (server.version === ExchangeVersion.V2013 ? MAPI_AUTHENTICATION : undefined);
  return virtualDirectories.flatMap(({ row, definition }) => {
    if (row.service === 'autodiscover') return [];
    const own = ownHosts(site, row.service);
    if (own === undefined && row.service === 'powershell') return [];
    // A name of its own is declared on purpose: where the version has no such service, a rule says so.
    if (own === undefined && catalog.cmdlet(`Set-${row.noun}`) === undefined) return [];
    const hosts = hostsOfService(site, row.service);
    return [
      resource(site, {
        id: `${idOf(server.name)}-${row.service}`,
        definition: erase(definition),
        server: server.name,
        version: server.version,
        attributes: {
          server: server.name,
          internal_url: urlOf(row.service, hosts.internal),
          external_url: urlOf(row.service, hosts.external),
          ...(row.authenticationMethods && methods !== undefined
            ? { iis_authentication_methods: methods }
            : {}),
        },
        origin: {
          server: [...at, { attribute: 'name' }],
          internal_url: hosts.internalPath,
          external_url: hosts.externalPath,
          iis_authentication_methods: path('mapiAuthentication'),
        },
        dependsOn: [`${idOf(server.name)}-certificate`],
      }),
    ];
  });
}

/** Members as declared; their names in the spelling of the servers. */
function membersOf(site: ExchangeSiteProps): readonly Server[] {
  if (site.dag === undefined) return [];
  const { members } = site.dag;
  return site.servers.filter((server) => members === undefined || includesName(members, server.name));
}

function dagOf(site: ExchangeSiteProps): readonly DesiredResource[] {
  const { dag } = site;
  const version = (membersOf(site)[0] ?? site.servers[0])?.version;
  if (dag === undefined || version === undefined) return [];
  return [
    resource(site, {
      id: dagId(dag.name),
      definition: erase(databaseAvailabilityGroup),
      server: null,
      version,
      attributes: {
        name: dag.name,
        witness_server: dag.witness.server,
        witness_directory: dag.witness.directory,
        ...(dag.alternateWitness === undefined
          ? {}
          : {
              alternate_witness_server: dag.alternateWitness.server,
              alternate_witness_directory: dag.alternateWitness.directory,
            }),
        ...(dag.addresses === undefined ? {} : { ip_addresses: dag.addresses }),
      },
      origin: {
        server: path('dag'),
        name: path('dag', 'name'),
        witness_server: path('dag', 'witness', 'server'),
        witness_directory: path('dag', 'witness', 'directory'),
        alternate_witness_server: path('dag', 'alternateWitness', 'server'),
        alternate_witness_directory: path('dag', 'alternateWitness', 'directory'),
        ip_addresses: path('dag', 'addresses'),
      },
      dependsOn: [],
      existing: dag.existing ?? false,
    }),
  ];
}

function dagMemberOf(
  site: ExchangeSiteProps,
  server: Server,
  at: Path,
  after: readonly string[],
): readonly DesiredResource[] {
  const { dag } = site;
  if (dag === undefined || !membersOf(site).includes(server)) return [];
  return [
    resource(site, {
      id: `${idOf(server.name)}-dag-member`,
      definition: erase(dagMember),
      server: server.name,
      version: server.version,
      attributes: { dag: dag.name, server: server.name },
      origin: { server: [...at, { attribute: 'name' }], dag: path('dag', 'name') },
      dependsOn: [dagId(dag.name), ...after],
      existing: includesName(dag.existingMembers, server.name),
    }),
  ];
}

/** What is checked of a server, and how long it may take. */
interface HealthChecks {
  readonly protocols: readonly string[];
  readonly timeout_seconds?: number;
}

function healthChecksOf(
  site: ExchangeSiteProps,
  server: Server,
  urls: readonly DesiredResource[],
): HealthChecks {
  const reports = catalogOf(server.version).cmdlet('Get-HealthReport') !== undefined;
  const served = virtualDirectories
    .filter(({ definition }) => urls.some((url) => url.definition.typeName === definition.typeName))
    .map(({ row }) => row.service);
  const protocols =
    site.health?.protocols ?? (reports ? ['autodiscover', 'outlook-anywhere', ...served] : []);
  return {
    protocols: [...protocols].sort(),
    ...(site.health?.timeoutSeconds === undefined ? {} : { timeout_seconds: site.health.timeoutSeconds }),
  };
}

function healthGateOf(
  site: ExchangeSiteProps,
  server: Server,
  at: Path,
  before: readonly DesiredResource[],
  checks: HealthChecks,
): DesiredResource {
  return resource(site, {
    id: `${idOf(server.name)}-health`,
    definition: erase(healthGate),
    server: server.name,
    version: server.version,
    attributes: { server: server.name, ...checks, triggers: triggersOf(server, before) },
    origin: {
      server: [...at, { attribute: 'name' }],
      protocols: path('health', 'protocols'),
      timeout_seconds: path('health', 'timeoutSeconds'),
    },
    dependsOn: before.map(({ id }) => id),
  });
}

/** What of a server must be checked again when it changes, by the resource that sets it. */
function triggersOf(
  server: Server,
  before: readonly DesiredResource[],
): { readonly [key: string]: string | AttributeReference } {
  const prefix = `${idOf(server.name)}-`;
  return Object.fromEntries(
    before.flatMap(({ id, definition, attributes }): [string, string | AttributeReference][] => {
      const key = id.startsWith(prefix) ? id.slice(prefix.length) : id;
      if (definition.typeName === certificate.typeName) {
        return [
          [key, { resource: id, attribute: 'thumbprint' }],
          [`${key}-services`, (attributes['services'] as readonly string[]).join(' ')],
        ];
      }
      if (definition.kind === 'dag-member') return [[key, attributes['dag'] as string]];
      const watched = ['internal_url', 'external_url', 'internal_hostname', 'external_hostname'];
      const values = watched.flatMap((name) => (name in attributes ? [attributes[name] as string] : []));
      return values.length === 0 ? [] : [[key, values.join(' ')]];
    }),
  );
}

/**
 * Everything of one server after its service connection point, in order: certificate, services, Outlook Anywhere and
 * URLs, DAG membership, health gate.
 */
function serverOf(
  site: ExchangeSiteProps,
  server: Server,
  at: Path,
  after: readonly string[],
): readonly DesiredResource[] {
  const urls = [outlookAnywhereOf(site, server, at), ...virtualDirectoriesOf(site, server, at)];
  const checks = healthChecksOf(site, server, urls);
  const before = [
    certificateOf(site, server, at, after, checks),
    ...urls,
    ...dagMemberOf(
      site,
      server,
      at,
      urls.map(({ id }) => id),
    ),
  ];
  return [...before, healthGateOf(site, server, at, before, checks)];
}

function withDagBeforeItsMembers(
  dag: readonly DesiredResource[],
  resources: readonly DesiredResource[],
): readonly DesiredResource[] {
  const first = resources.findIndex(({ definition }) => definition.kind === 'dag-member');
  return first === -1
    ? [...resources, ...dag]
    : [...resources.slice(0, first), ...dag, ...resources.slice(first)];
}

/**
 * What a declaration comes to: record sets, resources, their order, and what is wrong. Pure: the same declaration
 * gives the same answer. Never throws for what a declaration says; where an error is found, the lists may be
 * incomplete and must not be deployed.
 *
 * @param certificateFile what lies where the declaration has its certificate file; left out where it names none
 */
export function resolveSite(site: ExchangeSiteProps, certificateFile?: DeclaredFile): DesiredState {
  const misfits = checkForm(site);
  if (misfits.length > 0) {
    return { resources: [], pool: [], dnsRecords: [], order: [], diagnostics: misfits };
  }
  const oneByOne = (site.rollout ?? 'one-after-another') === 'one-after-another';
  const points = site.servers.map((server, index) =>
    serviceConnectionPointOf(site, server, path('servers', index)),
  );
  const perServer = site.servers.flatMap((server, index) => {
    const previous = oneByOne && index > 0 ? site.servers[index - 1] : undefined;
    const after = previous === undefined ? [] : [`${idOf(previous.name)}-health`];
    return serverOf(site, server, path('servers', index), after);
  });
  const resources = [...points, ...withDagBeforeItsMembers(dagOf(site), perServer)];
  const gates = site.servers.map((server) => `${idOf(server.name)}-health`);
  const pool = poolMembers(site).map((member) => ({
    ...member,
    id: `${idOf(member.server)}-pool`,
    dependsOn: [`${idOf(member.server)}-health`],
  }));
  const committed = committedCertificate(site, certificateFile);
  const records = dnsRecords(site).map((record) => ({ ...record, dependsOn: gates }));
  return {
    resources,
    pool,
    dnsRecords: records,
    order: [...resources, ...pool, ...records].map(({ id }) => id),
    ...(isCommitted(committed) ? { certificate: committed } : {}),
    diagnostics: [
      ...checkRules({ site, resources, dnsRecords: records, committed }),
      ...(isCommitted(committed) ? committedFindings(site, committed) : []),
    ],
  };
}
