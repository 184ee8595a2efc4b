import { FROM_ENVIRONMENT, mayHaveEndpoint, needsEndpoint } from '../exchange/server-endpoint';
import { ExchangeVersion, snapInOf } from '../exchange/versions';
import { isRecord, type Values } from '../schema';
import type { Endpoint } from './endpoint';
import type { Environment } from './environment';

/** A session that runs on one server, for the calls about that server. */
export interface ServerSession {
  /** Spelled as in the declaration, else as in the setting that gives the endpoint. */
  readonly server: string;
  readonly version: ExchangeVersion;
  readonly endpoint: Endpoint;
  /** Null for Exchange's own endpoint, which offers the cmdlets without a snap-in. */
  readonly snapIn: string | null;
}

/** By the name of the server, in lower case. */
export type ServerSessions = ReadonlyMap<string, ServerSession>;

/** The endpoint of a server's session, as it is configured. */
export interface GivenEndpoint {
  readonly server: string;
  readonly endpoint: string;
}

type Complain = (setting: string, summary: string, detail: string) => void;

/** The environment variable for endpoints that the configuration leaves out. */
export const SERVER_ENDPOINTS_ENVIRONMENT = { server_endpoints: 'EXCHANGE_SERVER_ENDPOINTS' } as const;

const SETTING = 'server_endpoints';
const VARIABLE = SERVER_ENDPOINTS_ENVIRONMENT[SETTING];
const FORM = `Write it as {"OLD1":"https://old1.contoso.local:5986/wsman"}: the endpoint of each server by the server's name.`;

/**
 * The endpoints of servers, by lower-case name. The environment gives the endpoint of a server for which the
 * configuration refers to it, and of one that the configuration does not name.
 */
export function givenEndpoints(
  config: Values,
  environment: Environment,
  complain: Complain,
): ReadonlyMap<string, GivenEndpoint> {
  const inEnvironment = endpointsIn(environment, complain);
  const given = new Map(inEnvironment);
  const declared = config[SETTING] ?? null;
  for (const [server, endpoint] of Object.entries(isRecord(declared) ? declared : {})) {
    const key = server.toLowerCase();
    if (typeof endpoint !== 'string') continue;
    if (endpoint !== FROM_ENVIRONMENT) given.set(key, { server, endpoint });
    else if (!inEnvironment.has(key)) {
      complain(
        SETTING,
        `No endpoint is given for the session on ${server}`,
        `The declaration leaves this endpoint to the environment: set ${VARIABLE}. ${FORM}`,
      );
    }
  }
  return given;
}

function endpointsIn(environment: Environment, complain: Complain): ReadonlyMap<string, GivenEndpoint> {
  const text = environment[VARIABLE] ?? '';
  const parsed = text === '' ? {} : parsedObject(text);
  if (parsed === undefined) {
    // The value is not shown: it may hold a password, although none belongs there.
    complain(SETTING, `${VARIABLE} is not a JSON object whose values are texts`, FORM);
    return new Map();
  }
  return new Map(
    Object.entries(parsed).map(([server, endpoint]) => [server.toLowerCase(), { server, endpoint }]),
  );
}

/** Undefined where the text is not a JSON object whose values are texts. */
export function parsedObject(text: string): { readonly [server: string]: string } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return Object.values(value).every((each) => typeof each === 'string')
      ? (value as { readonly [server: string]: string })
      : undefined;
  } catch {
    return undefined; // The caller reports what was expected.
  }
}

/**
 * The sessions of servers. Missing and unfit endpoints are reported.
 *
 * @param read makes an endpoint of a text; null where the text is wrong, which `read` has reported
 */
export function serverSessions(
  given: ReadonlyMap<string, GivenEndpoint>,
  versions: ReadonlyMap<string, ExchangeVersion>,
  spellings: ReadonlyMap<string, string>,
  read: (given: GivenEndpoint, isWindowsPowerShell: boolean) => Endpoint | null,
  complain: Complain,
): ServerSessions {
  const sessions = new Map<string, ServerSession>();
  for (const [key, version] of versions) {
    if (needsEndpoint(version) && !given.has(key)) {
      const server = spellings.get(key) ?? key;
      complain(
        SETTING,
        `No session reaches ${server}`,
        `${version.toString()} can be managed only in a Windows PowerShell session on the server itself. Name the endpoint for this session in ${SETTING}, or in ${VARIABLE}. ${FORM}`,
      );
    }
  }
  for (const [key, each] of given) {
    // An undeclared server with an endpoint left the declaration, and is one of 2007: other versions are managed
    // without an endpoint of their own.
    const version = versions.get(key) ?? ExchangeVersion.V2007;
    const server = spellings.get(key) ?? each.server;
    if (!mayHaveEndpoint(version)) {
      complain(
        SETTING,
        `${server} has an endpoint of its own`,
        `It runs ${version.toString()}, which the session of the organization reaches. Take ${server} out of ${SETTING} and ${VARIABLE}.`,
      );
      continue;
    }
    const isWindowsPowerShell = needsEndpoint(version) || !/^https?:/i.test(each.endpoint);
    const other = [...given.values()].find(({ endpoint }) => endpoint === each.endpoint);
    if (other !== undefined && other !== each) {
      complain(
        SETTING,
        `${server} has the endpoint of ${other.server}`,
        `Changes for the one server would be made on the other. Give each server the endpoint that leads to itself, in ${SETTING} or ${VARIABLE}.`,
      );
      continue;
    }
    const endpoint = read({ server, endpoint: each.endpoint }, isWindowsPowerShell);
    if (endpoint === null) continue;
    sessions.set(key, { server, version, endpoint, snapIn: isWindowsPowerShell ? snapInOf(version) : null });
  }
  return sessions;
}

/**
 * Chooses the session that serves the organization where no endpoint is configured for it. Every declared server then
 * needs a session of its own; the first server of the newest version is chosen, since it has most of the cmdlets.
 * Undefined where a server has no session.
 */
export function sessionOfAll(
  sessions: ServerSessions,
  versions: ReadonlyMap<string, ExchangeVersion>,
): ServerSession | undefined {
  const own = [...versions.keys()].map((server) => sessions.get(server));
  if (own.length === 0 || own.includes(undefined)) return undefined;
  return (own as ServerSession[]).reduce((best, each) =>
    best.version.isAtLeast(each.version) ? best : each,
  );
}
