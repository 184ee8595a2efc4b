import { isIP } from 'node:net';

import { type DnsClientOptions, type Transport, TRANSPORTS } from './client';
import type { KerberosSignIn } from './kerberos-sign-in';
import { type SharedKey, tsigKey } from './tsig';
import { UPDATE_SETTINGS, type UpdateSetting } from './update-variables';

export type Environment = { readonly [name: string]: string | undefined };

/** A setting is wrong. The message names it, and never holds a secret. */
export class SettingsError extends Error {}

const DEFAULT_PORT = 53;
const DEFAULT_RETRIES = 3;
const DEFAULT_TIMEOUT_MS = 2000;

/**
 * How to reach the server that takes updates. A declared setting takes precedence over the environment, as in
 * hashicorp/dns.
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
  const kerberos = readKerberos(server, {
    realm: given('realm'),
    username: given('username'),
    password: given('password'),
    keytab: given('keytab'),
  });
  // Kerberos takes precedence over a key, as in hashicorp/dns.
  const key =
    kerberos === undefined
      ? readKey(given('key_name'), given('key_algorithm'), given('key_secret'))
      : undefined;
  return {
    server,
    port: wholeNumber('port', given('port'), DEFAULT_PORT, 1, 65535),
    transport: readTransport(given('transport') ?? 'udp'),
    timeoutMs: readTimeout(given('timeout') ?? '0'),
    retries: wholeNumber('retries', given('retries'), DEFAULT_RETRIES, 0, 1000),
    ...(key === undefined ? {} : { key }),
    ...(kerberos === undefined ? {} : { kerberos }),
  };
}

type KerberosSetting = 'realm' | 'username' | 'password' | 'keytab';

/**
 * The settings of Kerberos as hashicorp/dns takes them: the realm, either by itself or with a user and a password or
 * keytab.
 */
function readKerberos(
  server: string,
  { realm, username, password, keytab }: { readonly [name in KerberosSetting]: string | undefined },
): KerberosSignIn | undefined {
  if ([realm, username, password, keytab].every((value) => value === undefined)) return undefined;
  if (realm === undefined) {
    throw new SettingsError(
      'Kerberos is to sign the updates, but no realm is set; set realm, as CONTOSO.LOCAL',
    );
  }
  if (isIP(server) !== 0) {
    throw new SettingsError(
      `Kerberos is to sign the updates, and knows servers only by name, but '${server}' is an address; name the server by its host name, as dc1.contoso.local`,
    );
  }
  if (username === undefined) {
    if (password === undefined && keytab === undefined) return { realm, signIn: { kind: 'account' } };
    throw new SettingsError(
      'password or keytab is set, but username is not; set username, or neither password nor keytab',
    );
  }
  const principal = `${username}@${realm}`;
  // The password takes precedence over the keytab, as in hashicorp/dns.
  if (password !== undefined) {
    return { realm, signIn: { kind: 'password', principal, password: { reveal: () => password } } };
  }
  if (keytab !== undefined) return { realm, signIn: { kind: 'keytab', file: keytab, principal } };
  throw new SettingsError(
    'username is set, but neither password nor keytab; set one of them, or leave username out',
  );
}

function readKey(name?: string, algorithm?: string, secret?: string): SharedKey | undefined {
  if (name === undefined && algorithm === undefined && secret === undefined) return undefined;
  if (name === undefined || algorithm === undefined || secret === undefined) {
    throw new SettingsError(
      'only a part of key_name, key_algorithm and key_secret is set; set all three, or none',
    );
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

/** The units of a duration in Go, in milliseconds. */
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
