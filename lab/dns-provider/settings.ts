import { integer, isKnown, isList, isRecord, type Schema, text, type Value, type Values } from '../../schema';
import { type DnsClientOptions, type Transport, TRANSPORTS } from '../dns/client';
import { type TsigKey, tsigKey } from '../dns/tsig';

/** The provider's own configuration, as hashicorp/dns has it. */
export const settingsSchema: Schema = {
  version: 0,
  attributes: {},
  blocks: {
    update: {
      nesting: 'list',
      schema: {
        description: 'Where and how records are changed. At most one.',
        attributes: {
          server: text('optional', 'Name or address of the DNS server; else DNS_UPDATE_SERVER.'),
          port: integer('optional', 'Its port; else DNS_UPDATE_PORT; else 53.'),
          transport: text(
            'optional',
            'udp, udp4, udp6, tcp, tcp4 or tcp6; else DNS_UPDATE_TRANSPORT; else udp. What is too long for UDP is ' +
              'asked for again over TCP.',
          ),
          timeout: text(
            'optional',
            'How long to wait for an answer, such as 500ms, or whole seconds without a unit; else ' +
              'DNS_UPDATE_TIMEOUT; else two seconds.',
          ),
          retries: integer(
            'optional',
            'How often to ask again without an answer; else DNS_UPDATE_RETRIES; else 3.',
          ),
          key_name: text(
            'optional',
            'Name of the key that signs, with the dot at its end; else DNS_UPDATE_KEYNAME; else nothing is signed.',
          ),
          key_algorithm: text(
            'optional',
            'Goes with key_name: hmac-md5, hmac-sha1, hmac-sha256 or hmac-sha512; else DNS_UPDATE_KEYALGORITHM.',
          ),
          // Not marked sensitive in the provider that this one stands in for either.
          key_secret: text(
            'optional',
            'Goes with key_name: the secret in Base64; else DNS_UPDATE_KEYSECRET.',
          ),
        },
        blocks: {
          gssapi: {
            nesting: 'list',
            schema: {
              description: 'Signing by Kerberos, which the stand-in does not have.',
              attributes: {
                realm: text('optional', 'Kerberos realm; else DNS_UPDATE_REALM.'),
                username: text('optional', 'User name; else DNS_UPDATE_USERNAME.'),
                password: text('optional', 'Password; else DNS_UPDATE_PASSWORD.', { sensitive: true }),
                keytab: text('optional', 'Path to a keytab; else DNS_UPDATE_KEYTAB.'),
              },
            },
          },
        },
      },
    },
  },
};

/** A setting that is not right; the message says which and never holds the secret. */
export class SettingsError extends Error {}

type Environment = { readonly [name: string]: string | undefined };

const GSS_VARIABLES = ['DNS_UPDATE_REALM', 'DNS_UPDATE_USERNAME', 'DNS_UPDATE_PASSWORD', 'DNS_UPDATE_KEYTAB'];
const DEFAULT_PORT = 53;
const DEFAULT_RETRIES = 3;
const DEFAULT_TIMEOUT_MS = 2000;

/**
 * How to reach the server: the configuration first, then the environment.
 *
 * @returns `undefined` where no server is named, or a part is only known at apply
 * @throws SettingsError
 */
export function readSettings(config: Values, env: Environment): DnsClientOptions | undefined {
  const blocks: Value = config['update'] ?? null;
  if (!isKnown(blocks)) return undefined;
  const [block, ...others] = isList(blocks) ? blocks : [];
  if (others.length > 0) throw new SettingsError('there is more than one update block; leave one');
  const values: Values = block !== undefined && isRecord(block) ? block : {};

  const given = (name: string, variable: string): string | undefined => {
    const value = values[name] ?? null;
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    const fallback = env[variable];
    return fallback === undefined || fallback === '' ? undefined : fallback;
  };
  const gssapi = values['gssapi'] ?? null;
  if ((isList(gssapi) && gssapi.length > 0) || GSS_VARIABLES.some((name) => (env[name] ?? '') !== '')) {
    throw new SettingsError(
      'the stand-in for hashicorp/dns has no Kerberos (gssapi); sign with a key, or install the real provider',
    );
  }
  const server = given('server', 'DNS_UPDATE_SERVER');
  if (server === undefined) return undefined;
  const key = readKey(
    given('key_name', 'DNS_UPDATE_KEYNAME'),
    given('key_algorithm', 'DNS_UPDATE_KEYALGORITHM'),
    given('key_secret', 'DNS_UPDATE_KEYSECRET'),
  );
  return {
    server,
    port: wholeNumber('port', given('port', 'DNS_UPDATE_PORT'), DEFAULT_PORT, 1, 65535),
    transport: readTransport(given('transport', 'DNS_UPDATE_TRANSPORT') ?? 'udp'),
    timeoutMs: readTimeout(given('timeout', 'DNS_UPDATE_TIMEOUT') ?? '0'),
    retries: wholeNumber('retries', given('retries', 'DNS_UPDATE_RETRIES'), DEFAULT_RETRIES, 0, 1000),
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
