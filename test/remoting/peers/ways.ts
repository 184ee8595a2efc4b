import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundle } from '../../../install/bundle';
import { SecureText } from '../../../powershell/invocation';
import { serve } from '../../../remoting/server/serve';
import type { Transport } from '../../../remoting/transport';
import { processTransport } from '../../../remoting/transports/process';
import { sshTransport } from '../../../remoting/transports/ssh';
import { wsmanTransport } from '../../../remoting/transports/wsman/transport';
import { PASSWORD, removeCertificate, startLab, USER } from '../wsman/lab';
import { loopback } from './loopback';
import { missingOpenSsh, newKey, startSshd, SSHD_USER } from './openssh';
import { sampleHost } from './sample-host';
import { startSshServer } from './ssh-server';
import type { Want } from '../../requirement';

/** A way to the sample host, open to any number of sessions. */
export interface Way {
  readonly transport: Transport;
  stop(): Promise<void>;
}

async function within(): Promise<Way> {
  return { transport: loopback(sampleHost), stop: async () => undefined };
}

async function overProcess(): Promise<Way> {
  const transport = processTransport({
    command: process.execPath,
    args: ['--require', 'tsx/cjs', join(__dirname, 'stdio-server.ts')],
    cwd: resolve(__dirname, '../../..'),
    env: { PATH: process.env['PATH'] ?? '' },
  });
  return { transport, stop: async () => undefined };
}

async function overSsh(): Promise<Way> {
  const password = 'canary';
  const server = await startSshServer({
    password,
    onChannel: (channel) => void serve(sampleHost, channel, channel).catch(() => undefined),
  });
  const fingerprint = `SHA256:${createHash('sha256').update(server.hostKey).digest('base64').replace(/=+$/, '')}`;
  const transport = sshTransport({
    host: '127.0.0.1',
    port: server.port,
    user: 'admin',
    authentication: { password: new SecureText(password, 'the password') },
    hostKey: { fingerprints: [fingerprint] },
    peer: { subsystem: 'powershell' },
  });
  return { transport, stop: () => server.close() };
}

async function overOpenSsh(): Promise<Way> {
  const folder = mkdtempSync(join(tmpdir(), 'way-openssh-'));
  const program = join(folder, 'stdio.js');
  await bundle('test/remoting/peers/stdio-server.ts', program);
  const hostKey = newKey(join(folder, 'host'), 'ed25519');
  const userKey = newKey(join(folder, 'user'), 'ed25519');
  const sshd = await startSshd({
    folder: join(folder, 'sshd'),
    hostKeys: [hostKey.file],
    authorizedKeys: [userKey.line],
    subsystem: `${process.execPath} ${program}`,
  });
  const transport = sshTransport({
    host: '127.0.0.1',
    port: sshd.port,
    user: SSHD_USER,
    authentication: { privateKeyFile: userKey.file },
    hostKey: { fingerprints: [hostKey.fingerprint] },
  });
  return {
    transport,
    stop: async () => {
      await sshd.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

async function overWsman(): Promise<Way> {
  const lab = await startLab();
  const transport = wsmanTransport({
    url: lab.url,
    authentication: { kind: 'basic', user: USER, password: new SecureText(PASSWORD, 'password') },
    trust: { caFile: lab.caFile },
  });
  return {
    transport,
    stop: async () => {
      await lab.stop();
      removeCertificate();
    },
  };
}

/** Every transport, and none at all; with what each needs and this machine lacks. */
export const WAYS: readonly (readonly [
  name: string,
  start: () => Promise<Way>,
  missing?: Want | undefined,
])[] = [
  ['within the process', within],
  ['over a process', overProcess],
  ['over SSH', overSsh],
  ['over the SSH of OpenSSH', overOpenSsh, missingOpenSsh()],
  ['over WSMan', overWsman],
];
