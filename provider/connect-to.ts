import { isRecord, type Values } from '../schema';
import type { Environment } from './environment';
import { parsedObject } from './server-sessions';

/** Where a connection is made to. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The address to connect to instead, by lower-case `host:port`. */
export type ConnectTo = ReadonlyMap<string, Address>;

type Complain = (setting: string, summary: string, detail: string) => void;

/** The environment variable for entries that the configuration leaves out. */
export const CONNECT_TO_ENVIRONMENT = { connect_to: 'EXCHANGE_CONNECT_TO' } as const;

const SETTING = 'connect_to';
const VARIABLE = CONNECT_TO_ENVIRONMENT[SETTING];
const FORM =
  'Write it as {"EX01.contoso.local:443":"127.0.0.1:8443"}: first the host and port of the server, then the host and port to connect to instead.';
const HOST_AND_PORT = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/i;

/** An entry of the configuration takes precedence over one of the environment for the same `host:port`. */
export function connectToFrom(config: Values, environment: Environment, complain: Complain): ConnectTo {
  const inEnvironment = environment[VARIABLE] ?? '';
  const parsed = inEnvironment === '' ? {} : parsedObject(inEnvironment);
  if (parsed === undefined)
    complain(SETTING, `${VARIABLE} is not a JSON object whose values are texts`, FORM);
  const declared = config[SETTING] ?? null;
  const entries = { ...parsed, ...(isRecord(declared) ? declared : {}) };
  return new Map(
    Object.entries(entries).flatMap(([from, to]): [string, Address][] => {
      const [source, place] = [addressOf(from), typeof to === 'string' ? addressOf(to) : undefined];
      if (source !== undefined && place !== undefined) return [[keyOf(source), place]];
      if (typeof to === 'string')
        complain(SETTING, `'${from}' to '${to}' is not a pair of hosts with ports`, FORM);
      return [];
    }),
  );
}

/** The address to connect to for a host and port. */
export function placeOf(address: Address, connectTo: ConnectTo): Address {
  return connectTo.get(keyOf(address)) ?? { host: address.host, port: address.port };
}

function keyOf({ host, port }: Address): string {
  return `${host.toLowerCase()}:${port}`;
}

function addressOf(text: string): Address | undefined {
  const [, inBrackets, plain, port] = HOST_AND_PORT.exec(text) ?? [];
  const host = inBrackets ?? plain;
  return host === undefined || Number(port) < 1 || Number(port) > 65_535
    ? undefined
    : { host, port: Number(port) };
}
