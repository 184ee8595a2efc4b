import { readSettings } from '../../../lab/dns-provider/settings';
import { UNKNOWN, type Value, type Values } from '../../../schema';

const SECRET = Buffer.from('canary of a secret').toString('base64');
const update = (values: { [name: string]: Value }): Values => ({ update: [values] });
const whole = {
  server: 'dns.contoso.com',
  key_name: 'Update.',
  key_algorithm: 'hmac-sha1',
  key_secret: SECRET,
};

describe('the settings', () => {
  test('come from the update block', () => {
    expect(
      readSettings(update({ ...whole, port: 5353, transport: 'tcp4', timeout: '1m1.5s', retries: 0 }), {}),
    ).toEqual({
      server: 'dns.contoso.com',
      port: 5353,
      transport: 'tcp4',
      timeoutMs: 61_500,
      retries: 0,
      key: { name: 'Update.', algorithm: 'hmac-sha1', secret: Buffer.from(SECRET, 'base64') },
    });
  });

  test('come from the environment where the block says nothing, and the block wins', () => {
    const env = {
      DNS_UPDATE_SERVER: 'env.contoso.com',
      DNS_UPDATE_PORT: '54',
      DNS_UPDATE_TRANSPORT: 'tcp',
      DNS_UPDATE_TIMEOUT: '7',
      DNS_UPDATE_RETRIES: '9',
      DNS_UPDATE_KEYNAME: 'env.',
      DNS_UPDATE_KEYALGORITHM: 'hmac-md5',
      DNS_UPDATE_KEYSECRET: SECRET,
    };
    const fromEnv = { server: 'env.contoso.com', port: 54, transport: 'tcp', timeoutMs: 7000, retries: 9 };
    expect(readSettings({ update: [] }, env)).toMatchObject({
      ...fromEnv,
      key: { name: 'env.', algorithm: 'hmac-md5' },
    });
    expect(readSettings(update({ port: 55 }), env)).toMatchObject({ ...fromEnv, port: 55 });
  });

  test('have defaults', () => {
    const settings = readSettings(update({ server: '192.0.2.1' }), {});
    expect(settings).toEqual({
      server: '192.0.2.1',
      port: 53,
      transport: 'udp',
      timeoutMs: 2000,
      retries: 3,
    });
  });

  test.each<readonly [string, Values]>([
    ['nobody names a server', { update: [] }],
    ['the block is only known at apply', { update: UNKNOWN }],
    ['a part is only known at apply', update({ server: UNKNOWN })],
    ['Kerberos is only known at apply', update({ server: 'a', gssapi: UNKNOWN })],
  ])('are none where %s', (_, config) => {
    expect(readSettings(config, {})).toBeUndefined();
  });

  test.each([
    ['two blocks', { update: [whole, whole] }, {}, 'more than one'],
    ['a key without a dot', update({ ...whole, key_name: 'update' }), {}, 'dot'],
    ['an unknown algorithm', update({ ...whole, key_algorithm: 'hmac-sha3' }), {}, 'hmac-sha3'],
    [
      'half a key',
      update({ server: 'a', key_name: 'update.' }),
      {},
      'only a part of key_name, key_algorithm and key_secret is set',
    ],
    ['a secret that is not Base64', update({ ...whole, key_secret: 'canary of a secret' }), {}, 'Base64'],
    ['a port that is none', update({ ...whole, port: 65536 }), {}, '65536'],
    ['a port of the environment that is none', update(whole), { DNS_UPDATE_PORT: 'x' }, "'x'"],
    ['an unknown transport', update({ ...whole, transport: 'sctp' }), {}, 'sctp'],
    ['a time that is none', update({ ...whole, timeout: '-1s' }), {}, '-1s'],
    ['Kerberos without a realm', update({ server: 'a', gssapi: [{}] }), {}, 'realm'],
    [
      'Kerberos and an address',
      update({ server: '192.0.2.53' }),
      { DNS_UPDATE_REALM: 'X' },
      "servers only by name, but '192.0.2.53' is an address",
    ],
    [
      'a user without a key',
      update({ server: 'a', gssapi: [{ realm: 'X', username: 'svc' }] }),
      { DNS_UPDATE_KEYTAB: '' },
      'username is set, but neither password nor keytab',
    ],
  ])('with %s are refused, and the secret is not in the message', (_, config, env, said) => {
    const read = () => readSettings(config, env);
    expect(read).toThrow(said);
    expect(read).not.toThrow('canary of a secret');
    expect(read).not.toThrow(SECRET);
  });
});
