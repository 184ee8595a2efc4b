import { type DnsClientOptions, type Transport, TRANSPORTS } from './client';
import { type TsigKey, tsigKey } from './tsig';
import { UPDATE_SETTINGS, type UpdateSetting } from './update-variables';

export type Environment = { readonly [name: string]: string | undefined };

/** A setting that is not right; the message says which and never holds the secret. */
export class SettingsError extends Error {}

const KERBEROS_VARIABLES = [
  'DNS_UPDATE_REALM',
  'DNS_UPDATE_USERNAME',
  'DNS_UPDATE_PASSWORD',
  'DNS_UPDATE_KEYTAB',
];
const DEFAULT_PORT = 53;
const DEFAULT_RETRIES = 3;
const DEFAULT_TIMEOUT_MS = 2000;

/** Whether the environment lets hashicorp/dns sign by Kerberos (GSS-TSIG), which `DnsClient` cannot. */
export const signsByKerberos = (environment: Environment): boolean =>
  KERBEROS_VARIABLES.some((name) => (environment[name] ?? '') !== '');

/**
 * How to reach the server that takes updates: what is declared first, then the environment, as hashicorp/dns does.
 *
 * @returns `undefined` where no server is named
 * @throws SettingsError
 */
export function updateClientOptions(
  declared: { readonly [setting in UpdateSetting]?: string | undefined },
  environment: Environment,
): DnsClientOptions | undefined {
  const given = (setting: UpdateSetting): string | undefined =>
    declared[setting] ?? (environment[UPDATE_SETTINGS[setting]] || undefined);
  const server = given('server');
  if (server === undefined) return undefined;
  const key = readKey(given('key_name'), given('key_algorithm'), given('key_secret'));
  return {
    server,
    port: wholeNumber('port', given('port'), DEFAULT_PORT, 1, 65535),
    transport: readTransport(given('transport') ?? 'udp'),
    timeoutMs: readTimeout(given('timeout') ?? '0'),
    retries: wholeNumber('retries', given('retries'), DEFAULT_RETRIES, 0, 1000),
    ...(key === undefined ? {} : { key }),
  };
}

function readKey(name?: string, algorithm?: string, secret?: string): TsigKey | undefined {
  if (name === undefined && algorithm === undefined && secret === undefined) return undefined;
  if (name === undefined || algorithm === undefined || secret === undefined) {
    throw new SettingsError('key_name, key_algorithm and key_secret go together; set all three, or none');
  }
  try {
    return tsigKey(name, algorithm, secret);
  } catch (error) {
    throw new SettingsError((error as Error).message, { cause: error });
  }
}

function readTransport(value: string): Transport {
  const transport = TRANSPORTS.find((each) => each === value);
  if (transport === undefined) {
    throw new SettingsError(`transport '${value}' is not known; take one of ${TRANSPORTS.join(', ')}`);
  }
  return transport;
}

function wholeNumber(
  name: string,
  value: string | undefined,
  missing: number,
  least: number,
  most: number,
): number {
  if (value === undefined) return missing;
  const number = Number(value);
  if (!Number.isInteger(number) || number < least || number > most) {
    throw new SettingsError(`${name} '${value}' is not a whole number from ${least} to ${most}`);
  }
  return number;
}

/** Units of Go's durations, in milliseconds. */
const UNITS: { readonly [unit: string]: number } = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

function readTimeout(value: string): number {
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  const milliseconds = /^\d+$/.test(value)
    ? Number(value) * 1000
    : parts.reduce((sum, [, number, unit]) => sum + Number(number) * (UNITS[unit ?? ''] ?? 0), 0);
  const whole = /^\d+$/.test(value) || (parts.length > 0 && parts.map(([part]) => part).join('') === value);
  if (!whole) throw new SettingsError(`timeout '${value}' is not a duration such as 500ms or 2s`);
  return milliseconds === 0 ? DEFAULT_TIMEOUT_MS : Math.max(1, milliseconds);
}
