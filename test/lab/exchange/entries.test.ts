import { resolve } from 'node:path';
import { startSshServer, type RunningSshServer } from '../../../lab/exchange/ssh-server';
import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import { SecureText } from '../../../powershell/invocation';
import { openSession, type RemotingSession } from '../../../remoting/session';
import { processTransport } from '../../../remoting/transports/process';
import { sshTransport } from '../../../remoting/transports/ssh';
import { removeFolders, twoServers } from './session';

afterAll(removeFolders);

const root = resolve(__dirname, '../../..');

function started(lab: SimulatedOrganization, server: string): Promise<RemotingSession> {
  return openSession(
    processTransport({
      command: process.execPath,
      args: ['--import', 'tsx', resolve(root, 'lab/exchange/stdio.ts'), lab.folder, server],
      cwd: root,
    }),
  );
}

describe('the lab as a process', () => {
  let lab: SimulatedOrganization;
  let session: RemotingSession;
  beforeAll(async () => {
    lab = twoServers();
    session = await started(lab, 'BSAEX01');
  });
  afterAll(() => session.close());

  test('answers our own client', async () => {
    const outcome = await session.invoke({ cmdlet: 'Get-ExchangeServer', parameters: {} });
    expect(outcome).toMatchObject({ kind: 'objects', objects: [{ text: 'BSAEX01' }, { text: 'BSAEX02' }] });
  });

  test('keeps what was changed where every process sees it', async () => {
    const uri = 'https://autodiscover.andersonpatricio.info/Autodiscover/Autodiscover.xml';
    await session.invoke({
      cmdlet: 'Set-ClientAccessServer',
      parameters: { Identity: 'BSAEX02', AutoDiscoverServiceInternalUri: uri },
    });
    expect(lab.read().servers.get('BSAEX02')?.services['ClientAccessServer']).toMatchObject({
      AutoDiscoverServiceInternalUri: uri,
    });
  });

  test('takes a PFX with its password as a secure string, and keeps no secret in the journal', async () => {
    const exported = await session.invoke({
      cmdlet: 'Import-ExchangeCertificate',
      parameters: {
        Server: 'BSAEX02',
        FileData: new Uint8Array([1, 2, 3]),
        Password: new SecureText('open-sesame', 'the PFX password'),
      },
    });
    expect(exported).toMatchObject({ kind: 'objects', objects: [], errors: [{}] });
    const entry = lab.journal().at(-1);
    expect(entry?.parameters).toEqual({ Server: 'BSAEX02', FileData: '<3 bytes>', Password: '<secure>' });
  });

  test('breaks the connection where a fault asks for it, after the change', async () => {
    const own = await started(lab, 'BSAEX01');
    lab.arm({ at: 1, cmdlet: 'Set-OwaVirtualDirectory', effect: 'drop', when: 'after' });
    const outcome = await own.invoke({
      cmdlet: 'Set-OwaVirtualDirectory',
      parameters: {
        Identity: 'BSAEX02\\owa (Default Web Site)',
        ExternalUrl: 'https://mail.contoso.com/owa',
      },
    });
    expect(outcome.kind).toBe('unknown');
    expect(lab.journal().at(-1)).toMatchObject({ outcome: 'dropped', applied: true });
    await own.close();
  });

  test('refuses a session on a server that is stopped', async () => {
    lab.stopServer('BSAEX02');
    await expect(started(lab, 'BSAEX02')).rejects.toThrow();
    lab.startServer('BSAEX02');
  });
});

describe('the lab behind SSH', () => {
  let lab: SimulatedOrganization;
  let running: RunningSshServer;
  beforeAll(async () => {
    lab = twoServers();
    lab.ssh.add('admin', { password: 'right' });
    running = await startSshServer(lab, { server: 'BSAEX01' });
  });
  afterAll(() => running.close());

  const connect = (password: string, peer?: { readonly command: string }) =>
    openSession(
      sshTransport({
        host: running.host,
        port: running.port,
        user: 'admin',
        authentication: { password: new SecureText(password, 'the password') },
        hostKey: { fingerprints: [lab.ssh.hostFingerprint()] },
        ...(peer === undefined ? {} : { peer }),
      }),
    );

  test.each([undefined, { command: 'powershell.exe -s -NoLogo -NoProfile' }])(
    'answers as a subsystem and as a command: %j',
    async (peer) => {
      const session = await connect('right', peer);
      const outcome = await session.invoke({
        cmdlet: 'Get-ExchangeServer',
        parameters: { Identity: 'BSAEX01' },
      });
      expect(outcome).toMatchObject({ kind: 'objects', objects: [{ text: 'BSAEX01' }] });
      await session.close();
    },
  );

  test('refuses a wrong password', async () => {
    await expect(connect('wrong')).rejects.toMatchObject({ kind: 'authentication-refused' });
  });

  test('refuses any other command', async () => {
    await expect(connect('right', { command: 'cat /etc/passwd' })).rejects.toThrow();
  });

  test('drops the connection on request', async () => {
    const session = await connect('right');
    lab.arm({ at: 1, effect: 'drop' });
    const outcome = await session.invoke({ cmdlet: 'Get-ExchangeServer', parameters: {} });
    expect(outcome.kind).toBe('unknown');
    await session.close();
  });
});
