import { endpointFault } from '../exchange/endpoint';
import type { EndpointFault } from '../exchange/endpoint';
import type { MaintenanceFacts } from '../exchange/resources';
import { unplainEndpoint } from '../exchange/rules/plain-characters';
import { ExchangeVersion } from '../exchange/versions';
import type { Diagnostic, Schema, Value, Values } from '../schema';
import { DNS_UPDATE_BLOCK } from './dns-update-block';
import { MAINTENANCE_BLOCK, maintenanceFrom } from './maintenance-block';
import { PUBLIC_CERTIFICATE_BLOCK } from './public-certificate-block';
import {
  givenEndpoints,
  SERVER_ENDPOINTS_ENVIRONMENT,
  serverSessions,
  sessionOfAll,
  type GivenEndpoint,
  type ServerSessions,
} from './server-sessions';
import { WINDOWS_SHELL } from '../remoting/transports/wsman/names';
import type { Endpoint, ProcessEndpoint } from './endpoint';
import type { Environment } from './environment';
import { CONNECT_TO_ENVIRONMENT, connectToFrom, type ConnectTo } from './connect-to';
import { SITE_CERTIFICATE_BLOCK } from './site-certificate-block';
import { SSH_ATTRIBUTES, SSH_ENVIRONMENT, SSH_SECRETS, sshEndpoint } from './ssh-endpoint';
import {
  WSMAN_ATTRIBUTES,
  WSMAN_ENVIRONMENT,
  WSMAN_SECRETS,
  wsmanEndpoint,
  type WsmanReading,
} from './wsman-endpoint';
import { hasErrors, integer, isKnown, isRecord, path, text, textList, textMap } from '../schema';

const DEFAULT_PARALLEL_CALLS = 4;
/** How many sessions Exchange's default throttling policy lets one user open at the same time. */
const MOST_PARALLEL_CALLS = 18;

/** The environment variable of each setting, read where the configuration leaves the setting out. */
export const ENVIRONMENT = {
  endpoint: 'EXCHANGE_ENDPOINT',
  fallback_endpoints: 'EXCHANGE_FALLBACK_ENDPOINTS',
  ...WSMAN_ENVIRONMENT,
  ...SERVER_ENDPOINTS_ENVIRONMENT,
  process_command: 'EXCHANGE_PROCESS_COMMAND',
  snap_in: 'EXCHANGE_SNAP_IN',
  ...SSH_ENVIRONMENT,
  domain_controller: 'EXCHANGE_DOMAIN_CONTROLLER',
  call_timeout_seconds: 'EXCHANGE_CALL_TIMEOUT_SECONDS',
  open_timeout_seconds: 'EXCHANGE_OPEN_TIMEOUT_SECONDS',
  parallel_calls: 'EXCHANGE_PARALLEL_CALLS',
  lacking_rights: 'EXCHANGE_LACKING_RIGHTS',
  ...CONNECT_TO_ENVIRONMENT,
} as const;

type Setting = keyof typeof ENVIRONMENT;

function described(sentence: string, setting: Setting): string {
  return `${sentence} Environment: ${ENVIRONMENT[setting]}.`;
}

export const CONFIGURATION_SCHEMA: Schema = {
  version: 0,
  description: 'Manages on-premises Exchange Server through PowerShell remoting.',
  attributes: {
    endpoint: text(
      'optional',
      described(
        'Where the session is opened. http://server/PowerShell/ is the endpoint of Exchange as it is by default, with Kerberos, which encrypts what goes over HTTP; https://server/PowerShell/ is the same over TLS. To both the provider adds serializationLevel=Full, unless the query names a level, because without it Exchange does not send the services of certificates. ssh://user@server:port is PowerShell over SSH, and process: a PowerShell that is started on this machine. The endpoint must be given here or in the environment, unless every server has an endpoint of its own (server_endpoints): then the session on the first server of the newest version also serves the organization.',
        'endpoint',
      ),
    ),
    fallback_endpoints: textList(
      'optional',
      described(
        'Further endpoints. They are tried in this order if the endpoints before them cannot be reached, are too busy, or are not answered by Exchange. In the environment separated by commas. Left out: none.',
        'fallback_endpoints',
      ),
    ),
    ...WSMAN_ATTRIBUTES,
    servers: textMap(
      'optional',
      'Version of each server of the site, by its name: 2007, 2010, 2013, 2016, 2019 or SE. A server that runs another version stops the plan. Spell names as in the resources: a server whose letter case differs between state and declaration is the same server, so nothing is removed from it.',
    ),
    server_endpoints: textMap(
      'optional',
      described(
        'Endpoints of servers that have a session of their own, on the server itself, by the name of the server: all cmdlets for this server run in that session only. Exchange 2007 needs one, Exchange 2010 may have one. Over http and https it is Windows PowerShell on 2007 (https://server:5986/wsman) and the endpoint of Exchange on 2010; over ssh and process it is Windows PowerShell, into which the snap-in of the version is loaded. The settings for sign-in and trust are those of endpoint. The value environment takes the endpoint of a server from the environment, a JSON object that may also name servers that are no longer declared. Left out: none.',
        'server_endpoints',
      ),
    ),
    rollout: textList(
      'optional',
      'Servers of the site in the order in which they are rolled out. The place of each removal (removal_place) comes from it. Left out: removals on servers have no place.',
    ),
    autodiscover_urls: textList(
      'optional',
      'URLs that the service connection points of the site hand out, where they differ. A plan does not warn of an undeclared server that hands out one of them. Left out: only the URL of each resource counts.',
    ),
    process_command: textList(
      'optional',
      described(
        'With process: the program, with its arguments, that speaks PowerShell remoting on its standard input and output. In the environment: a JSON array. Left out: ["powershell.exe", "-s", "-NoLogo", "-NoProfile"].',
        'process_command',
      ),
    ),
    snap_in: text(
      'optional',
      described(
        'Exchange snap-in to load into a Windows PowerShell session, as Microsoft.Exchange.Management.PowerShell.SnapIn. It bypasses role-based access control. Left out: the session must offer the cmdlets by itself.',
        'snap_in',
      ),
    ),
    ...SSH_ATTRIBUTES,
    domain_controller: text(
      'optional',
      described(
        'Domain controller for all reads and writes of the run, sent as DomainController. Left out: the one that the server chooses.',
        'domain_controller',
      ),
    ),
    call_timeout_seconds: integer(
      'optional',
      described('Seconds that one cmdlet may take. Left out: 900.', 'call_timeout_seconds'),
    ),
    open_timeout_seconds: integer(
      'optional',
      described('Seconds to wait for a connection and its session. Left out: 60.', 'open_timeout_seconds'),
    ),
    parallel_calls: integer(
      'optional',
      described(
        `Cmdlets that may run at once, 1 to ${MOST_PARALLEL_CALLS}. Left out: ${DEFAULT_PARALLEL_CALLS}.`,
        'parallel_calls',
      ),
    ),
    lacking_rights: text(
      'optional',
      described(
        'How a plan reports cmdlets and parameters that the account may not use, and zones whose updates are refused: as error, or as warning if this account only plans and another one deploys. Left out: error.',
        'lacking_rights',
      ),
    ),
    connect_to: textMap(
      'optional',
      described(
        'Where checks from this machine (shown_certificates and health_pages of a health gate) connect instead of the name of the server, for example through a tunnel: {"EX01.contoso.local:443" = "127.0.0.1:8443"}. In the environment: a JSON object. Left out: to the name of the server itself.',
        'connect_to',
      ),
    ),
  },
  blocks: {
    dns_update: DNS_UPDATE_BLOCK,
    public_certificate: PUBLIC_CERTIFICATE_BLOCK,
    site_certificate: SITE_CERTIFICATE_BLOCK,
    maintenance: MAINTENANCE_BLOCK,
  },
};

/** The settings from the configuration and the environment. */
export interface Settings {
  readonly endpoint: Endpoint;
  /** Tried in this order where `endpoint` cannot be reached. */
  readonly fallbacks: readonly Endpoint[];
  readonly serverSessions: ServerSessions;
  /**
   * The server whose own session also serves the organization; null where the organization has a session of its own.
   */
  readonly organizationServer: string | null;
  readonly versions: ReadonlyMap<string, ExchangeVersion>;
  /** The names of the servers in the order of their rollout; empty where the configuration does not give it. */
  readonly rollout: readonly string[];
  /** The servers that are drained for steps that interrupt clients, by lower-case name. */
  readonly maintenance: ReadonlyMap<string, MaintenanceFacts>;
  /** The Autodiscover URLs of the service connection points, where the servers of the site differ in them. */
  readonly autodiscoverUrls: readonly string[];
  /** How the declaration spells the servers of `versions`, by lower-case name. */
  readonly spellings: ReadonlyMap<string, string>;
  readonly snapIn: string | null;
  readonly domainController: string | null;
  readonly callTimeoutMs: number;
  readonly openTimeoutMs: number;
  readonly parallelCalls: number;
  /** The severity of a right that the account lacks for a planned call. */
  readonly lackingRights: 'error' | 'warning';
  /** Where checks from this machine connect instead of a host and port, by lower-case `host:port`. */
  readonly connectTo: ConnectTo;
}

/**
 * Reads the provider's configuration. Wrong values become diagnostics; `settings` is left out where one of them is an
 * error. Unknown values are not judged: Terraform configures the provider again when they are known.
 */
export function settingsFrom(
  config: Values,
  environment: Environment,
): { readonly settings?: Settings; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const complain: Complain = (setting, summary, detail) => {
    diagnostics.push({ severity: 'error', summary, detail, path: path(setting) });
  };
  const given = (setting: Setting): string | null => {
    const value = config[setting] ?? null;
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
    return value === null ? environment[ENVIRONMENT[setting]] || null : null;
  };
  const count = <Otherwise extends number | null>(
    setting: Setting,
    otherwise: Otherwise,
    most: number,
    least = 1,
  ): number | Otherwise => {
    const value = given(setting);
    if (value === null) return otherwise;
    if (/^\d+$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value);
    complain(
      setting,
      `${setting} is '${value}'`,
      `Give a whole number from ${least} to ${most}, in the provider block or in ${ENVIRONMENT[setting]}.`,
    );
    return otherwise;
  };
  const givenList = (setting: Setting): readonly string[] | null => {
    return (
      textsIn(config[setting] ?? null) ??
      given(setting)
        ?.split(',')
        .map((item) => item.trim()) ??
      null
    );
  };
  const declaredList = (setting: string): readonly string[] => textsIn(config[setting] ?? null) ?? [];
  const others = givenList('fallback_endpoints') ?? [];
  const givenServers = givenEndpoints(config, environment, complain);
  const endpoints = [
    given('endpoint') ?? '',
    ...others,
    ...[...givenServers.values()].map((each) => each.endpoint),
  ];
  const isOneSealed = endpoints.some((value) => /^http:/i.test(value));
  const reading = { config, given, givenList, declaredList, count, environment, complain, isOneSealed };
  const read = (value: string | null, setting: Setting): Endpoint | null =>
    endpointFrom(value, setting, reading);
  const fallbacks = others.map((value) => read(value, 'fallback_endpoints'));
  const [versions, spellings] = [versionsFrom(config, complain), spellingsFrom(config)];
  const readOwn = (own: GivenEndpoint, isWindowsPowerShell: boolean) =>
    ownEndpoint(own, isWindowsPowerShell, reading);
  const sessions = serverSessions(givenServers, versions, spellings, readOwn, complain);
  const ofAll = given('endpoint') === null ? sessionOfAll(sessions, versions) : undefined;
  const settings = {
    endpoint: ofAll?.endpoint ?? read(given('endpoint'), 'endpoint'),
    fallbacks: ofAll === undefined ? fallbacks.filter((endpoint) => endpoint !== null) : [],
    serverSessions: sessions,
    organizationServer: ofAll?.server ?? null,
    versions,
    spellings,
    rollout: declaredList('rollout'),
    maintenance: maintenanceFrom(config),
    autodiscoverUrls: declaredList('autodiscover_urls'),
    snapIn: ofAll === undefined ? given('snap_in') : ofAll.snapIn,
    domainController: given('domain_controller'),
    callTimeoutMs: 1000 * count('call_timeout_seconds', 900, 86_400),
    openTimeoutMs: 1000 * count('open_timeout_seconds', 60, 3600),
    parallelCalls: count('parallel_calls', DEFAULT_PARALLEL_CALLS, MOST_PARALLEL_CALLS),
    lackingRights: lackingRightsFrom(given, complain),
    connectTo: connectToFrom(config, environment, complain),
  };
  const { endpoint } = settings;
  return endpoint === null || hasErrors(diagnostics)
    ? { diagnostics }
    : { settings: { ...settings, endpoint }, diagnostics };
}

type Given = (setting: Setting) => string | null;
type Complain = (setting: string, summary: string, detail: string) => void;

interface Reading extends WsmanReading {
  readonly config: Values;
  readonly given: Given;
}

/** The endpoint of a server's own session, with the shell that the server has. */
function ownEndpoint(
  { server, endpoint }: GivenEndpoint,
  isWindowsPowerShell: boolean,
  reading: Reading,
): Endpoint | null {
  const shell = isWindowsPowerShell ? WINDOWS_SHELL : null;
  return endpointFrom(
    endpoint,
    'server_endpoints',
    {
      ...reading,
      ...(isWindowsPowerShell ? { root: '/wsman' } : {}),
      given: (setting) => (setting === 'shell_resource' ? shell : reading.given(setting)),
      complain: (at, summary, detail) =>
        reading.complain(at, at === 'server_endpoints' ? `${server}: ${summary}` : summary, detail),
    },
    `Set it in ${ENVIRONMENT.server_endpoints}, or in server_endpoints of the provider block, to ${isWindowsPowerShell ? 'https://server:5986/wsman' : 'https://server/PowerShell/'}, ssh://user@server:port or process:.`,
  );
}

function endpointFrom(
  value: string | null,
  setting: Setting,
  reading: Reading,
  remedy = `Set ${ENVIRONMENT.endpoint}, or endpoint in the provider block, to http://server/PowerShell/, https://server/PowerShell/, ssh://user@server:port or process:.`,
): Endpoint | null {
  const { config, given } = reading;
  const complain: Complain = (at, summary, detail) =>
    reading.complain(at === 'endpoint' ? setting : at, summary, detail);
  if (value === null) {
    complain('endpoint', 'No endpoint of Exchange is given', remedy);
    return null;
  }
  const fault = endpointFault(value);
  if (fault !== undefined) {
    complain('endpoint', ...faultyEndpoint(fault, value, remedy));
    return null;
  }
  const url = new URL(value);
  switch (url.protocol) {
    case 'http:':
    case 'https:':
      return wsmanEndpoint(url, { ...reading, complain });
    case 'ssh:':
      return sshEndpoint(url, given, complain);
    default:
      return processEndpoint(config, given, complain);
  }
}

function faultyEndpoint(
  fault: EndpointFault,
  value: string,
  remedy: string,
): readonly [summary: string, detail: string] {
  switch (fault) {
    case 'characters': {
      const { problem, remedy: howTo } = unplainEndpoint(value);
      return [`The endpoint is not plain text: ${problem}`, `${capitalized(howTo)}.`];
    }
    case 'not-a-url':
      return [`endpoint '${value}' is not a URL`, remedy];
    case 'password':
      return [
        'The endpoint has a password in it',
        `Passwords come from the environment (${WSMAN_SECRETS.password}, ${SSH_SECRETS.password}) or from a file that it names (${WSMAN_SECRETS.passwordFile}, ${SSH_SECRETS.passwordFile}), never from a URL.`,
      ];
    case 'scheme':
      return [`endpoint '${value}' has the unknown scheme ${new URL(value).protocol}`, remedy];
    case 'no-server':
      return [`endpoint '${value}' has no server in it`, remedy];
    case 'user':
      return [
        `endpoint '${value}' has a user in it`,
        `Give the user in the provider block or in ${ENVIRONMENT.user}.`,
      ];
    case 'no-user':
      return [
        `endpoint '${value}' lacks a user`,
        'Write it as ssh://user@server or ssh://user@server:port; a domain user as ssh://user%40domain@server.',
      ];
  }
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function processEndpoint(config: Values, given: Given, complain: Complain): ProcessEndpoint | null {
  const declared = config['process_command'] ?? null;
  const words: unknown = Array.isArray(declared) ? declared : parsedWords(given('process_command'));
  if (!Array.isArray(words) || words.length === 0 || !words.every((word) => typeof word === 'string')) {
    complain(
      'process_command',
      'process_command is not a list of texts',
      `Give the program and its arguments; in ${ENVIRONMENT.process_command} as a JSON array.`,
    );
    return null;
  }
  const [command, ...args] = words as [string, ...string[]];
  return { kind: 'process', command, args };
}

function parsedWords(value: string | null): unknown {
  if (value === null) return ['powershell.exe', '-s', '-NoLogo', '-NoProfile'];
  try {
    return JSON.parse(value);
  } catch {
    return null; // The caller reports what was expected.
  }
}

function lackingRightsFrom(given: Given, complain: Complain): Settings['lackingRights'] {
  const value = given('lacking_rights') ?? 'error';
  if (value === 'error' || value === 'warning') return value;
  complain(
    'lacking_rights',
    `lacking_rights is '${value}'`,
    `Give error or warning, in the provider block or in ${ENVIRONMENT.lacking_rights}.`,
  );
  return 'error';
}

function spellingsFrom(config: Values): ReadonlyMap<string, string> {
  const declared = config['servers'] ?? null;
  const names = isRecord(declared) ? Object.keys(declared) : [];
  return new Map(names.map((name) => [name.toLowerCase(), name]));
}

/** The known texts of a list; null where the value is not a list. */
function textsIn(value: Value): readonly string[] | null {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : null;
}

function versionsFrom(config: Values, complain: Complain): ReadonlyMap<string, ExchangeVersion> {
  const declared = config['servers'] ?? null;
  const versions = new Map<string, ExchangeVersion>();
  if (declared === null || !isKnown(declared)) return versions;
  for (const [server, label] of Object.entries(declared as { readonly [server: string]: string })) {
    const version = ExchangeVersion.ALL.find((candidate) => candidate.label === label.toUpperCase());
    if (version === undefined) {
      const labels = ExchangeVersion.ALL.map((candidate) => candidate.label).join(', ');
      complain(
        'servers',
        `${server} has the unknown Exchange version '${label}'`,
        `Declare one of ${labels}.`,
      );
    } else versions.set(server.toLowerCase(), version);
  }
  return versions;
}
