import { createHmac } from 'node:crypto';
import { fingerprint, KnownHosts } from '../../remoting/transports/known-hosts';

const KEY = Buffer.from('the key');
const OTHER = Buffer.from('another key');

function line(names: string, key: Buffer = KEY, marker = ''): string {
  return `${marker}${names} ssh-ed25519 ${key.toString('base64')} a comment`;
}

function hashed(name: string): string {
  const salt = Buffer.from('salt of twenty bytes');
  const hash = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${salt.toString('base64')}|${hash}`;
}

describe('a known_hosts file', () => {
  test.each([
    ['a plain name', line('exch1.contoso.com'), 22],
    ['one name of several', line('10.0.0.1,exch1.contoso.com'), 22],
    ['another letter case', line('EXCH1.Contoso.com'), 22],
    ['a pattern', line('*.contoso.com'), 22],
    ['a pattern of single characters', line('exch?.contoso.com'), 22],
    ['a name with a port', line('[exch1.contoso.com]:2222'), 2222],
    ['a hashed name', line(hashed('exch1.contoso.com')), 22],
    ['a hashed name with a port', line(hashed('[exch1.contoso.com]:2222')), 2222],
    ['a second key', `${line('exch1.contoso.com', OTHER)}\n${line('exch1.contoso.com')}`, 22],
  ])('knows a host by %s', (_, text, port) => {
    expect(new KnownHosts(text).judge('exch1.contoso.com', port, KEY).kind).toBe('known');
  });

  test.each([
    ['another name', line('exch2.contoso.com'), 22],
    ['the name without the port', line('exch1.contoso.com'), 2222],
    ['an excluded name', line('*.contoso.com,!exch1.contoso.com'), 22],
    ['another hashed name', line(hashed('exch2.contoso.com')), 22],
    ['a comment', `# ${line('exch1.contoso.com')}`, 22],
    ['a certificate authority', line('*.contoso.com', KEY, '@cert-authority '), 22],
    ['a pattern that matches a part', line('exch'), 22],
    ['nothing', '', 22],
  ])('does not know a host by %s', (_, text, port) => {
    expect(new KnownHosts(text).judge('exch1.contoso.com', port, KEY)).toEqual({ kind: 'unknown' });
  });

  test('tells a changed key from an unknown host', () => {
    const known = new KnownHosts(`\n${line('exch1', OTHER)}`);
    expect(known.judge('exch1', 22, KEY)).toEqual({
      kind: 'changed',
      line: 2,
      expected: [fingerprint(OTHER)],
    });
  });

  test('refuses a revoked key, though another line knows it', () => {
    const known = new KnownHosts(`${line('exch1')}\n${line('*', KEY, '@revoked ')}`);
    expect(known.judge('exch1', 22, KEY)).toEqual({ kind: 'revoked', line: 2 });
  });

  test('is not slow on a pattern made to be', () => {
    const known = new KnownHosts(line(`${'*a'.repeat(100)}b`));
    expect(known.judge('a'.repeat(200), 22, KEY).kind).toBe('unknown');
  });
});
