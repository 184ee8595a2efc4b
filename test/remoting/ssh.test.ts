import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Prompt } from 'ssh2';
import { SecureText } from '../../powershell/invocation';
import { serve } from '../../remoting/server/serve';
import { openSession } from '../../remoting/session';
import { fingerprint } from '../../remoting/transports/known-hosts';
import { sshTransport, type SshOptions } from '../../remoting/transports/ssh';
import { sampleHost } from './peers/sample-host';
import { newPrivateKey, startAgent, startSshServer, type SshPeer } from './peers/ssh-server';

const PASSWORD = new SecureText('right', 'the password');

describe('the ssh transport', () => {
  const clientKey = newPrivateKey();
  let folder: string;
  let peer: SshPeer;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'remoting-ssh-'));
    peer = await startSshServer({
      password: 'right',
      clientKey,
      onChannel: (channel) => {
        serve(sampleHost, channel, channel).then(
          () => channel.exit(0),
          (error: Error) => {
            channel.stderr.write(error.message);
            channel.exit(1);
          },
        );
      },
    });
  });
  afterAll(async () => {
    await peer.close();
    rmSync(folder, { recursive: true });
  });

  const options = (more: Partial<SshOptions> = {}): SshOptions => ({
    host: '127.0.0.1',
    port: peer.port,
    user: 'admin',
    authentication: { password: PASSWORD },
    hostKey: { fingerprints: [fingerprint(peer.hostKey)] },
    ...more,
  });
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const knownHosts = (name: string, text: string): Partial<SshOptions> => ({
    hostKey: { knownHostsFile: file(name, text) },
  });

  async function roundTrip(more: Partial<SshOptions>): Promise<void> {
    const session = await openSession(sshTransport(options(more)));
    const outcome = await session.invoke({ cmdlet: 'Get-Echo', parameters: { Name: 'x' } });
    await session.close();
    expect(outcome).toMatchObject({ kind: 'objects', objects: [{ properties: { Value: 'x' } }] });
  }

  const opening = (more: Partial<SshOptions>): Promise<unknown> => openSession(sshTransport(options(more)));

  test('no packet waits for the acknowledgement of the one before', async () => {
    const noDelay = jest.spyOn(Socket.prototype, 'setNoDelay');
    await roundTrip({});
    expect(noDelay).toHaveBeenCalledWith(true);
    noDelay.mockRestore();
  });

  test('runs calls through a subsystem and through a command', async () => {
    await roundTrip({});
    await roundTrip({ peer: { command: 'powershell.exe -s -NoLogo -NoProfile' } });
  });

  test('authenticates by key file, with and without a passphrase', async () => {
    await roundTrip({ authentication: { privateKeyFile: file('plain', clientKey) } });
    const locked = createPrivateKey(clientKey).export({
      type: 'sec1',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'open',
    });
    const privateKeyFile = file('locked', locked.toString());
    await roundTrip({ authentication: { privateKeyFile, passphrase: new SecureText('open', 'passphrase') } });
    const passphrase = new SecureText('wrong', 'passphrase');
    await expect(opening({ authentication: { privateKeyFile, passphrase } })).rejects.toMatchObject({
      kind: 'usage',
      facts: { file: privateKeyFile },
    });
  });

  test.each([2, 3])('refuses a key of PuTTY, format %d, with the way to convert it', async (format) => {
    const key = `PuTTY-User-Key-File-${format}: ssh-rsa\r\nEncryption: none\r\nComment: throw-away\r\n`;
    const privateKeyFile = file('putty.ppk', key);
    const refused = opening({ authentication: { privateKeyFile } });
    await expect(refused).rejects.toMatchObject({ kind: 'usage', facts: { file: privateKeyFile } });
    await expect(refused).rejects.toThrow(
      `puttygen ${privateKeyFile} -O private-openssh -o ${join(folder, 'putty.key')}`,
    );
  });

  test('authenticates by an agent', async () => {
    const socket = join(folder, 'agent');
    const agent = await startAgent(socket, clientKey);
    await roundTrip({ authentication: { agent: socket } });
    agent.close();
    const stranger = await startAgent(`${socket}2`, newPrivateKey());
    await expect(opening({ authentication: { agent: `${socket}2` } })).rejects.toMatchObject({
      kind: 'authentication-refused',
    });
    stranger.close();
  });

  test('knows the host by a known_hosts file', async () => {
    await roundTrip(knownHosts('good', `[127.0.0.1]:${peer.port} ${peer.knownHostsKey}\n`));
  });

  test('refuses a host that nobody knows', async () => {
    const shown = { kind: 'host-key-unknown', facts: { fingerprint: fingerprint(peer.hostKey) } };
    await expect(opening(knownHosts('empty', ''))).rejects.toMatchObject(shown);
    await expect(opening({ hostKey: { fingerprints: [] } })).rejects.toMatchObject(shown);
  });

  test('refuses a changed host key and tells both', async () => {
    const other = 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    await expect(opening({ hostKey: { fingerprints: [other] } })).rejects.toMatchObject({
      kind: 'host-key-changed',
      facts: { fingerprint: fingerprint(peer.hostKey), expectedFingerprints: [other] },
    });
    const changed = knownHosts('changed', `[127.0.0.1]:${peer.port} ssh-ed25519 AAAA\n`);
    await expect(opening(changed)).rejects.toMatchObject({
      kind: 'host-key-changed',
      facts: { knownHostsEntry: `${join(folder, 'changed')}:1` },
    });
  });

  test('refuses a revoked host key', async () => {
    const revoked = knownHosts('revoked', `@revoked * ${peer.knownHostsKey}\n`);
    await expect(opening(revoked)).rejects.toMatchObject({ kind: 'host-key-revoked' });
  });

  test('tells refused credentials and what the server takes', async () => {
    const authentication = { password: new SecureText('wrong', 'the password') };
    await expect(opening({ authentication })).rejects.toMatchObject({
      kind: 'authentication-refused',
      facts: { host: '127.0.0.1', user: 'admin', methods: ['password', 'publickey'] },
    });
  });

  describe('a server that takes passwords as answers alone', () => {
    const question = { prompt: 'Password: ', echo: false };
    const server = (questions: readonly Prompt[]): Promise<SshPeer> =>
      startSshServer({
        password: 'right',
        questions,
        onChannel: (channel) => void serve(sampleHost, channel, channel).then(() => channel.exit(0)),
      });
    const to = (asking: SshPeer, password = 'right'): Partial<SshOptions> => ({
      port: asking.port,
      hostKey: { fingerprints: [fingerprint(asking.hostKey)] },
      authentication: { password: new SecureText(password, 'the password') },
    });

    test('gets the password as the answer to its only question, once', async () => {
      const asking = await server([question]);
      await roundTrip(to(asking));
      await expect(opening(to(asking, 'wrong'))).rejects.toMatchObject({
        kind: 'authentication-refused',
        facts: { methods: ['keyboard-interactive'] },
      });
      await asking.close();
    });

    test.each([
      ['whose answer shows', [{ prompt: 'Favourite\r\nanimal: ', echo: true }], 'Favourite animal:'],
      ['besides others', [{ prompt: 'Code:', echo: false }, question], 'Code: Password:'],
    ])('gets it not for a question %s', async (_, questions, shown) => {
      const asking = await server(questions);
      await expect(opening(to(asking))).rejects.toMatchObject({
        kind: 'authentication-refused',
        message: expect.stringContaining(shown) as string,
      });
      await asking.close();
    });
  });

  test('tells a password that has expired', async () => {
    const server = await startSshServer({ password: 'right', expired: true, onChannel: () => undefined });
    const hostKey = { fingerprints: [fingerprint(server.hostKey)] };
    await expect(opening({ port: server.port, hostKey })).rejects.toMatchObject({
      kind: 'authentication-refused',
      message: expect.stringContaining('expired') as string,
    });
    await server.close();
  });

  test('tells a refused subsystem', async () => {
    await expect(opening({ peer: { subsystem: 'other' } })).rejects.toMatchObject({ kind: 'refused' });
  });

  test('tells a server that is not there', async () => {
    const gone = await startSshServer({ onChannel: () => undefined });
    await gone.close();
    await expect(opening({ port: gone.port })).rejects.toMatchObject({
      kind: 'unreachable',
      facts: { code: 'ECONNREFUSED', port: gone.port },
    });
  });

  test('gives an unknown outcome where the connection drops in a call', async () => {
    const session = await openSession(sshTransport(options()));
    const running = session.invoke({ cmdlet: 'Wait-Long', parameters: {} });
    setTimeout(() => peer.cut(), 200);
    expect(await running).toMatchObject({ kind: 'unknown', interruption: 'closed' });
    expect(session.failure).toMatchObject({ kind: 'closed', facts: { host: '127.0.0.1' } });
    const after = await session.invoke({ cmdlet: 'Get-Echo', parameters: {} });
    expect(after).toMatchObject({ kind: 'failed', notSent: 'closed' });
    await session.close();
  });
});
