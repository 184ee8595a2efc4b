import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundle } from '../../install/bundle';
import { SecureText } from '../../powershell/invocation';
import { openSession, type RemotingSession } from '../../remoting/session';
import { sshTransport, type SshOptions } from '../../remoting/transports/ssh';
import type { SshAuthentication } from '../../remoting/transports/ssh-sign-in';
import { describeNeeding } from '../requirement';
import {
  missingOpenSsh,
  newKey,
  openSsh,
  startAgent,
  startSshd,
  SSHD_USER,
  type KeyFile,
  type KeyType,
  type Sshd,
  type SshdOptions,
} from './peers/openssh';

const KEY_TYPES: readonly KeyType[] = ['ed25519', 'ecdsa', 'rsa'];
/** What its manual of that version (sshd_config(5), 2016) names as its defaults, SHA-1 and all. */
const OPENSSH_7_4 = [
  'KexAlgorithms curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256,diffie-hellman-group14-sha1',
  'Ciphers chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com',
  'MACs umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1',
];
const MODERN = [
  'KexAlgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256',
  'Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com',
  'MACs hmac-sha2-512-etm@openssh.com',
  'HostKeyAlgorithms ssh-ed25519',
  'PubkeyAcceptedAlgorithms ssh-ed25519,rsa-sha2-512,rsa-sha2-256',
];

describeNeeding(missingOpenSsh(), 'the ssh transport, with the server of OpenSSH', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openssh-'));
  const program = join(folder, 'stdio.js');
  const command = `${process.execPath} ${program}`;
  const hostKeys = new Map<KeyType, KeyFile>();
  const userKeys = new Map<KeyType, KeyFile>();
  const started: Sshd[] = [];
  let sshd: Sshd;

  const key = (keys: ReadonlyMap<KeyType, KeyFile>, type: KeyType): KeyFile => {
    const found = keys.get(type);
    if (found === undefined) throw new Error(`no key of type ${type}`);
    return found;
  };
  const start = async (more: Partial<SshdOptions> = {}): Promise<Sshd> => {
    const server = await startSshd({
      folder: join(folder, `sshd-${started.length}`),
      hostKeys: [...hostKeys.values()].map(({ file }) => file),
      authorizedKeys: [...userKeys.values()].map(({ line }) => line),
      subsystem: command,
      ...more,
    });
    started.push(server);
    return server;
  };

  beforeAll(async () => {
    await bundle('test/remoting/peers/stdio-server.ts', program);
    for (const type of KEY_TYPES) {
      hostKeys.set(type, newKey(join(folder, `host-${type}`), type));
      userKeys.set(type, newKey(join(folder, `user-${type}`), type));
    }
    sshd = await start();
  });
  afterAll(async () => {
    await Promise.all(started.map((server) => server.stop()));
    rmSync(folder, { recursive: true });
  });

  const options = (more: Partial<SshOptions> = {}): SshOptions => ({
    host: '127.0.0.1',
    port: sshd.port,
    user: SSHD_USER,
    authentication: { privateKeyFile: key(userKeys, 'ed25519').file },
    hostKey: { fingerprints: [key(hostKeys, 'ed25519').fingerprint] },
    ...more,
  });
  const opening = (more: Partial<SshOptions> = {}): Promise<RemotingSession> =>
    openSession(sshTransport(options(more)));
  const roundTrip = async (more: Partial<SshOptions> = {}): Promise<void> => {
    const session = await opening(more);
    const outcome = await session.invoke({ cmdlet: 'Get-Echo', parameters: { Name: 'x' } });
    await session.close();
    expect(outcome).toMatchObject({ kind: 'objects', objects: [{ properties: { Value: 'x' } }] });
  };
  const secure = (text: string): SecureText => new SecureText(text, 'the secret');
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };

  test('starts the peer as a subsystem, and by a command', async () => {
    await roundTrip();
    await roundTrip({ peer: { command } });
  });

  describe('the host key', () => {
    const scan = (port: number, ...args: readonly string[]): string =>
      openSsh('ssh-keyscan', '-p', String(port), ...args, '127.0.0.1');

    test.each(KEY_TYPES)(
      'of type %s is known by any form of known_hosts, and by its fingerprint',
      async (type) => {
        const one = ['-t', type];
        await Promise.all([
          roundTrip({ hostKey: { knownHostsFile: file('plain', scan(sshd.port, ...one)) } }),
          roundTrip({ hostKey: { knownHostsFile: file('hashed', scan(sshd.port, '-H', ...one)) } }),
          // Whatever key the server prefers.
          roundTrip({ hostKey: { fingerprints: [key(hostKeys, type).fingerprint] } }),
        ]);
      },
    );

    test('may be the only one of the server, and one of many in the file', async () => {
      const { port } = await start({ hostKeys: [key(hostKeys, 'rsa').file] });
      await roundTrip({ port, hostKey: { fingerprints: [key(hostKeys, 'rsa').fingerprint] } });
      const all = scan(sshd.port) + scan(port);
      await roundTrip({ port, hostKey: { knownHostsFile: file('all', all) } });
    });

    test('that changed is refused', async () => {
      const known = scan(sshd.port, '-H');
      const other = newKey(join(folder, 'host-other'), 'ed25519');
      const { line } = other;
      const changed = known.replace(/(ssh-ed25519) \S+/, line.split(' ').slice(0, 2).join(' '));
      expect(changed).not.toBe(known);
      const single = `${changed.split('\n').find((text) => text.includes(' ssh-ed25519 ')) ?? ''}\n`;
      await expect(opening({ hostKey: { knownHostsFile: file('changed', single) } })).rejects.toMatchObject({
        kind: 'host-key-changed',
        facts: {
          fingerprint: key(hostKeys, 'ed25519').fingerprint,
          expectedFingerprints: [other.fingerprint],
        },
      });
      await expect(opening({ hostKey: { fingerprints: [other.fingerprint] } })).rejects.toMatchObject({
        kind: 'host-key-changed',
      });
    });

    test('that nobody knows is refused', async () => {
      const elsewhere = openSsh('ssh-keyscan', '-H', '-p', String(sshd.port), 'localhost');
      for (const text of ['', elsewhere]) {
        await expect(opening({ hostKey: { knownHostsFile: file('none', text) } })).rejects.toMatchObject({
          kind: 'host-key-unknown',
        });
      }
    });
  });

  describe('a private key', () => {
    const PASSPHRASE = 'open sesame';
    const FORMS = ['OpenSSH', 'PEM', 'PKCS8'] as const;
    interface Case {
      readonly type: KeyType;
      readonly form: (typeof FORMS)[number];
      readonly locked: boolean;
    }
    const cases = KEY_TYPES.flatMap((type) =>
      // ssh-keygen writes an Ed25519 key in its own form whatever it is told (before 9.6).
      FORMS.filter((form) => form === 'OpenSSH' || type !== 'ed25519').flatMap((form): Case[] => [
        { type, form, locked: false },
        { type, form, locked: true },
      ]),
    );
    const fileOf = ({ type, form, locked }: Case): string =>
      join(folder, `key-${type}-${form}-${locked ? 'locked' : 'open'}`);
    let port: number;
    beforeAll(async () => {
      const made = cases.map((one) =>
        newKey(fileOf(one), one.type, {
          ...(one.locked ? { passphrase: PASSPHRASE } : {}),
          ...(one.form === 'OpenSSH' ? {} : { format: one.form }),
        }),
      );
      ({ port } = await start({ authorizedKeys: made.map(({ line }) => line) }));
    });

    test.each(KEY_TYPES)('of type %s signs in, in every form', async (type) => {
      await Promise.all(
        cases
          .filter((one) => one.type === type)
          .map((one) =>
            roundTrip({
              port,
              authentication: {
                privateKeyFile: fileOf(one),
                ...(one.locked ? { passphrase: secure(PASSPHRASE) } : {}),
              },
            }),
          ),
      );
    });

    test.each(cases.filter(({ locked }) => locked))(
      'of type $type in the form $form needs its passphrase',
      async (one) => {
        const without: SshAuthentication = { privateKeyFile: fileOf(one) };
        for (const authentication of [without, { ...without, passphrase: secure('wrong') }]) {
          await expect(opening({ port, authentication })).rejects.toMatchObject({
            kind: 'usage',
            facts: { file: fileOf(one) },
          });
        }
      },
    );

    test.each(KEY_TYPES)('of type %s that is not authorized is refused', async (type) => {
      const authentication = { privateKeyFile: key(userKeys, type).file };
      await expect(opening({ port, authentication })).rejects.toMatchObject({
        kind: 'authentication-refused',
        facts: { user: SSHD_USER, methods: expect.arrayContaining(['publickey']) as string[] },
      });
    });
  });

  test('a server that wants more than a key is told from a wrong key', async () => {
    const { port } = await start({ settings: ['AuthenticationMethods publickey,password'] });
    await expect(opening({ port })).rejects.toMatchObject({
      kind: 'authentication-refused',
      message: expect.stringContaining('second factor') as string,
      facts: { methods: ['password'] },
    });
  });

  test('a user that does not exist is refused like a wrong key', async () => {
    await expect(opening({ user: 'nobody-of-this-name' })).rejects.toMatchObject({
      kind: 'authentication-refused',
    });
  });

  describe('an agent', () => {
    test.each(KEY_TYPES)('signs in with its key of type %s among others', async (type) => {
      const strangers = [
        newKey(join(folder, `a-${type}`), 'rsa'),
        newKey(join(folder, `b-${type}`), 'ecdsa'),
      ];
      const agent = await startAgent(join(folder, `agent-${type}`), [
        ...strangers.map((stranger) => stranger.file),
        key(userKeys, type).file,
      ]);
      try {
        await roundTrip({ authentication: { agent: agent.socket } });
      } finally {
        await agent.stop();
      }
    });

    test('with more keys than the server lets try is refused, with the reason', async () => {
      const { port } = await start({ settings: ['MaxAuthTries 2'] });
      const strangers = [1, 2, 3].map((count) => newKey(join(folder, `c-${count}`), 'ed25519').file);
      const agent = await startAgent(join(folder, 'agent-many'), [
        ...strangers,
        key(userKeys, 'ed25519').file,
      ]);
      try {
        await expect(opening({ port, authentication: { agent: agent.socket } })).rejects.toMatchObject({
          kind: 'authentication-refused',
          message: expect.stringContaining('Too many authentication failures') as string,
        });
      } finally {
        await agent.stop();
      }
    });

    test('that fails with one key goes on with the next', async () => {
      const refused = newKey(join(folder, 'refused'), 'ecdsa');
      const { port } = await start({ authorizedKeys: [refused.line, key(userKeys, 'ed25519').line] });
      const files = [refused.file, key(userKeys, 'ed25519').file];
      const agent = await startAgent(join(folder, 'agent-both'), files, [refused.file]);
      const alone = await startAgent(join(folder, 'agent-alone'), [refused.file], [refused.file]);
      try {
        await roundTrip({ port, authentication: { agent: agent.socket } });
        await expect(opening({ port, authentication: { agent: alone.socket } })).rejects.toMatchObject({
          kind: 'usage',
          message: expect.stringContaining('agent') as string,
        });
      } finally {
        await agent.stop();
        await alone.stop();
      }
    });

    test('may hold certificates of its keys besides', async () => {
      const authority = newKey(join(folder, 'authority'), 'ed25519');
      const signed = newKey(join(folder, 'signed'), 'ed25519');
      openSsh(
        'ssh-keygen',
        '-q',
        '-s',
        authority.file,
        '-I',
        'signed',
        '-n',
        SSHD_USER,
        `${signed.file}.pub`,
      );
      const { port } = await start({ authorizedKeys: [signed.line] });
      const agent = await startAgent(join(folder, 'agent-signed'), [signed.file]);
      try {
        await roundTrip({ port, authentication: { agent: agent.socket } });
      } finally {
        await agent.stop();
      }
    });

    test('without keys, and one that is not there, is told', async () => {
      const agent = await startAgent(join(folder, 'agent-empty'), []);
      await expect(opening({ authentication: { agent: agent.socket } })).rejects.toMatchObject({
        kind: 'authentication-refused',
      });
      await agent.stop();
      await expect(opening({ authentication: { agent: agent.socket } })).rejects.toMatchObject({
        kind: 'usage',
        message: expect.stringContaining('agent') as string,
      });
    });
  });

  test('a subsystem that is not configured is told', async () => {
    const { port } = await start({ subsystem: undefined });
    await expect(opening({ port })).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('the subsystem powershell') as string,
    });
  });

  test('a subsystem whose program is not there is told by how it ended', async () => {
    const { port } = await start({ subsystem: '/no/such/powershell -s' });
    await expect(opening({ port })).rejects.toMatchObject({
      kind: 'closed',
      facts: { exitCode: 127 },
    });
    // OpenSSH forwards what a command writes to stderr, and drops it of a subsystem.
    await expect(opening({ port, peer: { command: '/no/such/powershell -s' } })).rejects.toMatchObject({
      kind: 'closed',
      facts: { exitCode: 127, stderr: expect.stringContaining('/no/such/powershell') as string },
    });
  });

  test('a server that is killed in a call leaves an unknown outcome', async () => {
    const server = await start();
    const session = await opening({ port: server.port });
    const running = session.invoke({ cmdlet: 'Wait-Long', parameters: {} });
    setTimeout(() => void server.kill(), 200);
    expect(await running).toMatchObject({ kind: 'unknown', interruption: 'closed' });
    expect(session.failure).toMatchObject({ kind: 'closed', facts: { host: '127.0.0.1' } });
    await session.close();
    await expect(opening({ port: server.port })).rejects.toMatchObject({ kind: 'unreachable' });
  });

  test('a program that dies in a call leaves an unknown outcome, with how it ended', async () => {
    const session = await opening();
    const outcome = await session.invoke({ cmdlet: 'Stop-Server', parameters: {} });
    expect(outcome).toMatchObject({ kind: 'unknown', interruption: 'closed' });
    expect(session.failure).toMatchObject({ kind: 'closed', facts: { signal: 'SIGKILL' } });
    await session.close();
  });

  test.each([
    ['those of OpenSSH 7.4', OPENSSH_7_4],
    ['only modern ones', MODERN],
  ])('signs in where the algorithms are %s', async (_, settings) => {
    const { port } = await start({ settings });
    await roundTrip({ port });
    await roundTrip({ port, authentication: { privateKeyFile: key(userKeys, 'rsa').file } });
  });

  test('asks and answers on a silent connection whether the other end is there', async () => {
    const server = await start({ settings: ['ClientAliveInterval 1', 'ClientAliveCountMax 1'] });
    const session = await opening({ port: server.port, keepAliveMs: 200 });
    const call = { cmdlet: 'Wait-Short', parameters: { Milliseconds: 2500, Tag: 'alive' } };
    expect((await session.invoke(call)).kind).toBe('objects');
    await session.close();
  });

  test('carries a large answer', async () => {
    const session = await opening();
    const outcome = await session.invoke({ cmdlet: 'Get-Big', parameters: { Bytes: 4_000_000 } });
    await session.close();
    expect(outcome).toMatchObject({ objects: [{ properties: { Value: { length: 4_000_000 } } }] });
  });

  test('leaves nothing running on the server', async () => {
    const server = await start();
    const session = await opening({ port: server.port });
    expect(server.connections()).toBe(1);
    await session.close();
    for (let waits = 0; server.connections() > 0 && waits < 100; waits++) await sleep(20);
    expect(server.connections()).toBe(0);
  });
});
