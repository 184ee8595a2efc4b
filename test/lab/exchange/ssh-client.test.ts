import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import { startSshServer, type RunningSshServer } from '../../../lab/exchange/ssh-server';
import { openSession, type RemotingSession } from '../../../remoting/session';
import { processTransport } from '../../../remoting/transports/process';
import { missingOpenSsh, newKey, startAgent, type KeyFile, type KeyType } from '../../remoting/peers/openssh';
import { describeNeeding } from '../../requirement';
import { removeFolders, twoServers } from './session';

jest.setTimeout(30_000);

const KEY_TYPES: readonly KeyType[] = ['ed25519', 'ecdsa', 'rsa'];
const ENV = { PATH: process.env['PATH'] ?? '' };

interface Call {
  readonly key?: string;
  readonly user?: string;
  readonly options?: { readonly [name: string]: string };
  readonly subsystem?: string;
}

/**
 * The lab with the client that PowerShell 7 starts for `New-PSSession -HostName … -KeyFilePath … -Options …`; its
 * arguments are those of `StartSSHProcess` in PowerShell's RunspaceConnectionInfo.cs.
 */
describeNeeding(missingOpenSsh(), "the lab behind SSH, with OpenSSH's client", () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-openssh-'));
  const knownHosts = join(folder, 'known_hosts');
  const keys = new Map<KeyType, KeyFile>();
  let lab: SimulatedOrganization;
  let running: RunningSshServer;
  beforeAll(async () => {
    for (const type of KEY_TYPES) keys.set(type, newKey(join(folder, type), type));
    lab = twoServers();
    lab.ssh.add('admin', { password: 'right one', publicKeys: [...keys.values()].map(({ line }) => line) });
    running = await startSshServer(lab, { server: 'BSAEX01' });
    writeFileSync(knownHosts, `[127.0.0.1]:${running.port} ${lab.ssh.hostPublicKey()}\n`);
  });
  afterAll(async () => {
    await running.close();
    rmSync(folder, { recursive: true });
    removeFolders();
  });

  const keyFile = (type: KeyType): string => keys.get(type)?.file ?? '';
  const args = ({
    key = keyFile('ed25519'),
    user = 'admin',
    options = {},
    subsystem = 'powershell',
  }: Call) => {
    // What a machine's own configuration may hold is no matter of the tests.
    const all = { UserKnownHostsFile: knownHosts, IdentitiesOnly: 'yes', ...options };
    return [
      ...['-F', 'none'],
      ...(key === '' ? [] : ['-i', key]),
      ...['-l', user, '-p', String(running.port)],
      ...Object.entries(all).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
      ...['-s', running.host, subsystem],
    ];
  };
  const connect = (
    call: Call = {},
    env: { readonly [name: string]: string } = {},
  ): Promise<RemotingSession> =>
    openSession(processTransport({ command: 'ssh', args: args(call), env: { ...ENV, ...env } }));
  const answers = async (session: RemotingSession): Promise<void> => {
    const outcome = await session.invoke({
      cmdlet: 'Get-ExchangeServer',
      parameters: { Identity: 'BSAEX01' },
    });
    expect(outcome).toMatchObject({ kind: 'objects', objects: [{ text: 'BSAEX01' }] });
  };
  const roundTrip = async (call?: Call, env?: { readonly [name: string]: string }): Promise<void> => {
    const session = await connect(call, env);
    await answers(session);
    await session.close();
  };
  /** Runs it with this input; gives how it ended. */
  const ended = async (
    commandLine: readonly string[],
    input: string,
  ): Promise<{ readonly code: number | null; readonly stderr: string }> => {
    const child: ChildProcess = spawn('ssh', commandLine, { env: ENV });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout?.resume();
    child.stdin?.end(input);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stderr };
  };

  test.each(KEY_TYPES)('signs in with a key of type %s', async (type) => {
    await roundTrip({ key: keyFile(type) });
  });

  test('signs in by an agent', async () => {
    const stranger = newKey(join(folder, 'stranger'), 'ecdsa');
    const agent = await startAgent(join(folder, 'agent'), [stranger.file, keyFile('rsa')]);
    try {
      await roundTrip({ key: '', options: { IdentitiesOnly: 'no' } }, { SSH_AUTH_SOCK: agent.socket });
    } finally {
      await agent.stop();
    }
  });

  test('signs in with a password', async () => {
    const answer = join(folder, 'answer');
    writeFileSync(answer, "#!/bin/sh\necho 'right one'\n", { mode: 0o700 });
    await roundTrip({ key: '' }, { SSH_ASKPASS: answer, SSH_ASKPASS_REQUIRE: 'force' });
  });

  test('refuses a key and a user that it does not know', async () => {
    const { file } = newKey(join(folder, 'other'), 'ed25519');
    for (const call of [{ key: file }, { user: 'nobody' }]) {
      await expect(connect(call)).rejects.toMatchObject({
        kind: 'closed',
        facts: { exitCode: 255, stderr: expect.stringContaining('Permission denied') as string },
      });
    }
  });

  test('is known by what ssh-keyscan finds, and refused where that changed', async () => {
    const scan = spawn('ssh-keyscan', ['-H', '-p', String(running.port), running.host], { env: ENV });
    const scanned = join(folder, 'scanned');
    writeFileSync(scanned, await text(scan.stdout));
    await roundTrip({ options: { UserKnownHostsFile: scanned } });
    const changed = join(folder, 'changed');
    const { line } = newKey(join(folder, 'host'), 'ed25519');
    writeFileSync(changed, `[${running.host}]:${running.port} ${line}\n`);
    await expect(connect({ options: { UserKnownHostsFile: changed } })).rejects.toMatchObject({
      facts: { exitCode: 255, stderr: expect.stringContaining('IDENTIFICATION HAS CHANGED') as string },
    });
  });

  test('ends with 0 where the client leaves, and with 1 where it breaks the protocol', async () => {
    expect(await ended(args({}), '')).toEqual({ code: 0, stderr: '' });
    const broken = await ended(args({}), 'hello\n');
    expect(broken.code).toBe(1);
    expect(broken.stderr).not.toBe('');
  });

  test('offers one subsystem and the commands of PowerShell alone', async () => {
    expect(await ended(args({ subsystem: 'sftp' }), '')).toEqual({
      code: 255,
      stderr: expect.stringContaining('subsystem request failed') as string,
    });
    const command = (line: string): readonly string[] => [...args({}).slice(0, -3), running.host, line];
    expect((await ended(command('pwsh -sshs -NoLogo'), '')).code).toBe(0);
    expect((await ended(command('cat /etc/passwd'), '')).code).toBe(255);
  });

  test('serves two clients at once, and two sessions over one connection', async () => {
    const sessions = await Promise.all([connect(), connect({ key: keyFile('rsa') })]);
    await Promise.all(sessions.map(answers));
    await Promise.all(sessions.map((session) => session.close()));

    const shared = { ControlMaster: 'auto', ControlPath: join(folder, 'control') };
    const first = await connect({ options: shared });
    const second = await connect({ options: shared });
    await second.close();
    await answers(first);
    await first.close();
  });

  test('carries large answers and calls', async () => {
    const session = await connect();
    // Property bags with all that is within them are large.
    lab.setOptions({ objectForm: 'bag' });
    const statement = { cmdlet: 'Get-OwaVirtualDirectory', parameters: { ADPropertiesOnly: true } };
    const further = Array.from({ length: 699 }, () => statement);
    const outcome = await session.invokeInTurn([statement, ...further]);
    lab.setOptions({});
    expect(JSON.stringify(outcome).length).toBeGreaterThan(3_000_000);
    const fileData = new Uint8Array(4_000_000).fill(7);
    const call = {
      cmdlet: 'Import-ExchangeCertificate',
      parameters: { Server: 'BSAEX01', FileData: fileData },
    };
    expect(await session.invoke(call)).toMatchObject({ kind: 'objects', objects: [], errors: [{}] });
    expect(lab.journal().at(-1)?.parameters).toMatchObject({ FileData: '<4000000 bytes>' });
    await session.close();
  });

  test('that drops the connection ends the client', async () => {
    const session = await connect();
    lab.arm({ at: 1, effect: 'drop' });
    const outcome = await session.invoke({ cmdlet: 'Get-ExchangeServer', parameters: {} });
    expect(outcome).toMatchObject({ kind: 'unknown', interruption: 'closed' });
    await session.close();
  });
});
