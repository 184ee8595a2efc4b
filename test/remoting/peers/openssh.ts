import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '../../../lab/kerberos/free-port';
import { missingProc, type Want } from '../../requirement';

const PATH = `${process.env['PATH'] ?? ''}${delimiter}/usr/sbin${delimiter}/usr/local/sbin`;
const TOOLS = ['sshd', 'ssh', 'ssh-agent', 'ssh-add', 'ssh-keygen', 'ssh-keyscan'] as const;
const STARTS = 3;

const processes = new Set<ChildProcess>();
process.on('exit', () => processes.forEach((child) => child.kill('SIGKILL')));

/** Without root sshd lets in nobody but the account that runs it. */
export const SSHD_USER = userInfo().username;

/** Undefined where OpenSSH's server and tools are there, and the system shows which processes are its. */
export function missingOpenSsh(): Want | undefined {
  const proc = missingProc();
  if (proc !== undefined) return proc;
  const missing = TOOLS.filter((tool) => find(tool) === undefined);
  if (missing.length === 0) return undefined;
  const what = `${missing.join(', ')} (Debian: apt-get install openssh-server openssh-client)`;
  return {
    what,
    check: missing.map((tool) => `PATH=$PATH:/usr/sbin:/usr/local/sbin command -v ${tool}`).join(' && '),
  };
}

function find(tool: string): string | undefined {
  return PATH.split(delimiter)
    .map((folder) => join(folder, tool))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** What one of OpenSSH's tools prints. */
export function openSsh(tool: (typeof TOOLS)[number], ...args: readonly string[]): string {
  return execFileSync(tool, args, { env: { PATH }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

export type KeyType = 'ed25519' | 'ecdsa' | 'rsa';

export interface KeyOptions {
  readonly passphrase?: string;
  /** @default OpenSSH's own */
  readonly format?: 'PEM' | 'PKCS8';
}

export interface KeyFile {
  /** Of the private key; the public one lies beside it. */
  readonly file: string;
  /** The public key as a line of an authorized_keys file. */
  readonly line: string;
  /** As `ssh-keygen -lf` prints it. */
  readonly fingerprint: string;
}

/** A key pair of ssh-keygen. */
export function newKey(file: string, type: KeyType, { passphrase = '', format }: KeyOptions = {}): KeyFile {
  const bits = type === 'rsa' ? ['-b', '2048'] : [];
  const form = format === undefined ? [] : ['-m', format];
  // The fewest rounds of its hash of the passphrase.
  openSsh('ssh-keygen', '-q', '-t', type, ...bits, ...form, '-a', '1', '-N', passphrase, '-f', file);
  const listed = openSsh('ssh-keygen', '-lf', `${file}.pub`);
  return {
    file,
    line: readFileSync(`${file}.pub`, 'utf8').trim(),
    fingerprint: listed.split(' ')[1] ?? '',
  };
}

export interface SshdOptions {
  /** For its files; made where it is missing. */
  readonly folder: string;
  /** Files of private keys. */
  readonly hostKeys: readonly string[];
  /** Lines of an authorized_keys file. */
  readonly authorizedKeys?: readonly string[];
  /** Command of the subsystem `powershell`. Left out: there is none. */
  readonly subsystem?: string | undefined;
  /** Further lines of the configuration; they outdo those that are always there. */
  readonly settings?: readonly string[];
}

export interface Sshd {
  readonly port: number;
  /** What it wrote until now. */
  log(): string;
  /** How many there are. */
  connections(): number;
  /** Kills it with all of its connections. */
  kill(): Promise<void>;
  /** Ends it; connections live on. */
  stop(): Promise<void>;
}

/**
 * OpenSSH's server on a port of the loopback address, with nothing of the machine's own configuration.
 *
 * @throws where it does not come up; the message holds its log
 */
export async function startSshd(options: SshdOptions): Promise<Sshd> {
  mkdirSync(options.folder, { recursive: true });
  let log = '';
  for (let attempt = 1; attempt <= STARTS; attempt++) {
    const port = await freePort();
    const file = join(options.folder, 'sshd_config');
    writeFileSync(file, configuration(port, options));
    // It starts itself again for each connection and wants its whole path for that.
    const child = spawn(find('sshd') ?? 'sshd', ['-D', '-e', '-f', file], {
      env: { PATH },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    processes.add(child);
    log = '';
    const ended = once(child, 'exit').then(() => processes.delete(child));
    const listening = new Promise<boolean>((resolve) => {
      child.stderr.on('data', (chunk: Buffer) => {
        log += chunk.toString();
        if (log.includes('Server listening on')) resolve(true);
      });
      child.stderr.on('close', () => resolve(false));
    });
    const end = async (signal: NodeJS.Signals): Promise<void> => {
      child.kill(signal);
      await ended;
    };
    if (await listening) {
      return {
        port,
        log: () => log,
        connections: () => childrenOf(child.pid).length,
        kill: () => {
          descendantsOf(child.pid).forEach(kill);
          return end('SIGKILL');
        },
        stop: () => end('SIGTERM'),
      };
    }
    await ended;
    // For root it wants an empty folder, which only the service's own start makes on Debian.
    const folder = /Missing privilege separation directory: (\S+)/.exec(log)?.[1];
    if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o755 });
  }
  throw new Error(`sshd did not start:\n${log}`);
}

function configuration(port: number, options: SshdOptions): string {
  const authorized = join(options.folder, 'authorized_keys');
  writeFileSync(authorized, (options.authorizedKeys ?? []).map((line) => `${line}\n`).join(''));
  return [
    ...(options.settings ?? []),
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...options.hostKeys.map((file) => `HostKey ${file}`),
    `AuthorizedKeysFile ${authorized}`,
    // Folders for temporary files are open to all.
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin prohibit-password',
    'PermitUserRC no',
    'PidFile none',
    'LogLevel VERBOSE',
    ...(hasPenalties() ? ['PerSourcePenalties no'] : []),
    ...(options.subsystem === undefined ? [] : [`Subsystem powershell ${options.subsystem}`]),
    '',
  ].join('\n');
}

/** From 9.8 it shuts out an address from which sign-ins failed; the tests' all come from one. */
function hasPenalties(): boolean {
  const { stderr } = spawnSync('ssh', ['-V'], { env: { PATH }, encoding: 'utf8' });
  const [, major, minor] = /^OpenSSH_(\d+)\.(\d+)/.exec(stderr) ?? [];
  return Number(major) * 100 + Number(minor) >= 908;
}

/** Of sshd there is one for each connection, which may have others in turn; each in a process group of its own. */
function childrenOf(pid: number | undefined): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(/\s+/).filter(Boolean).map(Number);
}

function descendantsOf(pid: number | undefined): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It ended with the one above it.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export interface RunningAgent {
  readonly socket: string;
  stop(): Promise<void>;
}

/** OpenSSH's agent with these private keys, in this order. */
export async function startAgent(
  socket: string,
  keyFiles: readonly string[],
  /** Those of which the agent asks its user each time, who says no. */
  refused: readonly string[] = [],
): Promise<RunningAgent> {
  const child = spawn('ssh-agent', ['-D', '-a', socket], {
    env: { PATH, SSH_ASKPASS: '/bin/false', SSH_ASKPASS_REQUIRE: 'force' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  processes.add(child);
  const ended = once(child, 'exit').then(() => processes.delete(child));
  await once(child.stdout, 'data');
  for (const file of keyFiles) {
    const confirm = refused.includes(file) ? ['-c'] : [];
    execFileSync('ssh-add', ['-q', ...confirm, file], {
      env: { PATH, SSH_AUTH_SOCK: socket },
      stdio: 'ignore',
    });
  }
  return {
    socket,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
