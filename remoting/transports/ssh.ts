import type * as Ssh2 from 'ssh2';
import type { Client, ClientChannel } from 'ssh2';
import { OutOfProcessCarrier } from '../out-of-process-carrier';
import { RemotingError, type RemotingFacts } from '../remoting-error';
import type { ByteChannel, Carrier, CarrierOptions, Transport } from '../transport';
import { HostKeyCheck, type HostKeyTrust } from './host-key';
import { SignIn, type SshAuthentication, type SshError } from './ssh-sign-in';
import { Tail } from './tail';

/** PowerShell behind an SSH server. */
export interface SshOptions {
  readonly host: string;
  /** @default 22 */
  readonly port?: number;
  readonly user: string;
  readonly authentication: SshAuthentication;
  /** How the server's host key is known. An unknown one is never accepted. */
  readonly hostKey: HostKeyTrust;
  /**
   * What offers PowerShell remoting there: a subsystem that the administrator configured, or a command, for example
   * `powershell.exe -s -NoLogo -NoProfile`.
   *
   * @default the subsystem `powershell`
   */
  readonly peer?: { readonly subsystem: string } | { readonly command: string };
  /**
   * Milliseconds in which the SSH handshake and authentication must be done.
   *
   * @default 20000
   */
  readonly readyTimeoutMs?: number;
  /**
   * Milliseconds between keep-alives. After four without an answer the connection is given up.
   *
   * @default 15000
   */
  readonly keepAliveMs?: number;
}

/** The algorithms of OpenSSH 7.4 (2016) and later, without SHA-1, CBC, and finite-field groups below 3072 bits. */
const KEY_EXCHANGES = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
] as const;
const CIPHERS = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
] as const;
const MACS = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
] as const;
const KEEP_ALIVES = 4;
const STDERR_CHARACTERS = 4000;

export function sshTransport(options: SshOptions): Transport {
  return {
    async connect(carrierOptions: CarrierOptions, signal: AbortSignal): Promise<Carrier> {
      const { onReached } = carrierOptions;
      return new OutOfProcessCarrier(await openChannel(options, onReached, signal), carrierOptions);
    },
  };
}

async function openChannel(
  options: SshOptions,
  onReached: CarrierOptions['onReached'],
  signal: AbortSignal,
): Promise<ByteChannel> {
  const port = options.port ?? 22;
  const where: RemotingFacts = { host: options.host, port, user: options.user };
  const check = await HostKeyCheck.load(options.hostKey, options.host, port);
  const { Client, utils } = await loadSsh2();
  const signIn = await SignIn.load(options.user, options.authentication, where, utils.parseKey);
  const connect = async (): Promise<ByteChannel> => {
    const client = new Client();
    // After the key exchange the server has proved that the accepted host key is its own.
    client.on('handshake', () => onReached('peer'));
    client.on('ready', () => onReached('user'));
    const onAbort = (): void => {
      client.destroy();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await handshake(client, options, check, signIn, where);
      return await startPeer(client, options, where);
    } catch (error) {
      client.destroy();
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  };
  for (;;) {
    const shown = check.typesShown;
    try {
      return await connect();
    } catch (error) {
      if (signal.aborted || check.typesShown === shown || !check.mayKnowAnother()) throw error;
    }
  }
}

function handshake(
  client: Client,
  options: SshOptions,
  check: HostKeyCheck,
  signIn: SignIn,
  where: RemotingFacts,
): Promise<void> {
  return new Promise((resolve, reject) => {
    client.on('ready', resolve);
    client.on('close', () =>
      reject(check.refusal ?? new RemotingError('closed', 'the SSH server hung up', where)),
    );
    client.on('error', (error: SshError) => {
      if (signIn.outlives(error)) return;
      reject(check.refusal ?? signIn.refusal(error) ?? handshakeError(error, where));
    });
    client.on('change password', () => reject(signIn.expired()));
    client.connect({
      host: options.host,
      port: options.port ?? 22,
      username: options.user,
      authHandler: signIn.handler(reject),
      hostVerifier: (key: Buffer) => check.accepts(key),
      algorithms: {
        kex: [...KEY_EXCHANGES],
        cipher: [...CIPHERS],
        hmac: [...MACS],
        compress: ['none'],
        serverHostKey: [...check.algorithms()],
      },
      readyTimeout: options.readyTimeoutMs ?? 20_000,
      keepaliveInterval: options.keepAliveMs ?? 15_000,
      keepaliveCountMax: KEEP_ALIVES,
    });
    // A call sends several small packets in turn. Without this, each would wait for the acknowledgement of the one
    // before, 40 ms on most systems (RFC 896, RFC 1122 section 4.2.3.2).
    client.setNoDelay(true);
  });
}

function handshakeError(error: SshError, where: RemotingFacts): RemotingError {
  const facts = { ...where, ...(typeof error.code === 'string' ? { code: error.code } : {}) };
  const cause = { cause: error };
  switch (error.level) {
    case 'client-timeout':
      return new RemotingError(
        'timeout',
        `${where.host} did not finish the SSH handshake in time`,
        facts,
        cause,
      );
    case 'client-socket':
    case 'client-dns':
      return new RemotingError(
        'unreachable',
        `${where.host} cannot be reached: ${error.message}`,
        facts,
        cause,
      );
    default:
      return new RemotingError('protocol', `SSH with ${where.host} failed: ${error.message}`, facts, cause);
  }
}

async function startPeer(client: Client, options: SshOptions, where: RemotingFacts): Promise<ByteChannel> {
  const peer = options.peer ?? { subsystem: 'powershell' };
  const channel = await new Promise<ClientChannel>((resolve, reject) => {
    const onOpen = (error: Error | undefined, opened: ClientChannel): void => {
      if (error === undefined) {
        resolve(opened);
        return;
      }
      const what = 'subsystem' in peer ? `the subsystem ${peer.subsystem}` : 'the command';
      const facts = { ...where, ...('subsystem' in peer ? { subsystem: peer.subsystem } : {}) };
      reject(new RemotingError('refused', `${where.host} refused ${what}`, facts, { cause: error }));
    };
    client.on('close', () => reject(new RemotingError('closed', 'the SSH server hung up', where)));
    if ('subsystem' in peer) client.subsys(peer.subsystem, onOpen);
    else client.exec(peer.command, onOpen);
  });
  return asByteChannel(client, channel, where);
}

function asByteChannel(client: Client, channel: ClientChannel, where: RemotingFacts): ByteChannel {
  const stderr = new Tail(STDERR_CHARACTERS);
  let facts = where;
  channel.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  channel.stderr.on('error', () => undefined);
  channel.on('exit', (code: number | null, signal?: string) => {
    facts = {
      ...facts,
      ...(code === null ? {} : { exitCode: code }),
      ...(signal === undefined ? {} : { signal }),
    };
  });
  client.on('error', ({ code }: SshError) => {
    facts = { ...facts, ...(typeof code === 'string' ? { code } : {}) };
  });
  const ended = new Promise<RemotingFacts>((resolve) => {
    const end = (): void => resolve(stderr.text === '' ? facts : { ...facts, stderr: stderr.text });
    channel.on('close', end);
    client.on('close', end);
  });
  void ended.then(() => client.end());
  return {
    readable: channel,
    writable: channel,
    ended,
    stderr: () => stderr.text,
    destroy: () => {
      client.destroy();
    },
  };
}

/**
 * Loads ssh2 when a connection is made. Takes the default export, since bundlers differ in the names that they give to
 * the exports of a CommonJS package.
 */
async function loadSsh2(): Promise<typeof Ssh2> {
  return (await import('ssh2')).default;
}
