import { integer, isKnown, isList, isRecord, type Schema, text, type Value, type Values } from '../../schema';
import type { DnsClientOptions } from '../../dns/client';
import { type Environment, SettingsError, updateClientOptions } from '../../dns/update-settings';
import { UPDATE_SETTINGS } from '../../dns/update-variables';

/** The provider's configuration, as that of hashicorp/dns. */
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
          // hashicorp/dns does not mark it as sensitive either.
          key_secret: text(
            'optional',
            'Goes with key_name: the secret in Base64; else DNS_UPDATE_KEYSECRET.',
          ),
        },
        blocks: {
          gssapi: {
            nesting: 'list',
            schema: {
              description: 'Signing by Kerberos (GSS-TSIG), in place of a key.',
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

/**
 * Reads how to reach the server, from the configuration first, then from the environment.
 *
 * @returns `undefined` where no server is named, or a part is only known at apply
 * @throws SettingsError
 */
export function readSettings(config: Values, environment: Environment): DnsClientOptions | undefined {
  const blocks: Value = config['update'] ?? null;
  if (!isKnown(blocks)) return undefined;
  const [block, ...others] = isList(blocks) ? blocks : [];
  if (others.length > 0) throw new SettingsError('there is more than one update block; leave one');
  const values: Values = block !== undefined && isRecord(block) ? block : {};
  const gssapi = values['gssapi'] ?? null;
  if (!isKnown(gssapi)) return undefined;
  const [own] = isList(gssapi) ? gssapi : [];
  const kerberos: Values = own !== undefined && isRecord(own) ? own : {};
  const all = { ...values, ...kerberos };
  // As recorded (test/fixtures/dns-provider/further.json).
  if (
    own !== undefined &&
    textOf(kerberos['realm'] ?? null) === undefined &&
    !environment[UPDATE_SETTINGS.realm]
  ) {
    throw new SettingsError('gssapi goes with realm; set it, or leave gssapi out');
  }
  const declared = Object.keys(UPDATE_SETTINGS).map((name) => [name, textOf(all[name] ?? null)] as const);
  return updateClientOptions(Object.fromEntries(declared), environment);
}

function textOf(value: Value): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
