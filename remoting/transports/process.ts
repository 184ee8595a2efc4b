import type { RemotingFacts } from '../remoting-error';
import { RemotingError } from '../remoting-error';
import { OutOfProcessCarrier } from '../out-of-process-carrier';
import type { ByteChannel, Carrier, CarrierOptions, Transport } from '../transport';
import { Tail } from './tail';

/**
 * A local program that offers PowerShell remoting on its standard streams, for example `pwsh -s -NoLogo -NoProfile`.
 */
export interface ProcessOptions {
  readonly command: string;
  /** Never put a secret here: other users of the machine can read arguments. */
  readonly args?: readonly string[];
  /**
   * The whole environment of the program. Nothing is inherited.
   *
   * @default empty
   */
  readonly env?: { readonly [name: string]: string };
  /**
   * The folder that the program runs in.
   *
   * @default the current folder
   */
  readonly cwd?: string;
}

const STDERR_CHARACTERS = 4000;

export function processTransport(options: ProcessOptions): Transport {
  return {
    async connect(carrierOptions: CarrierOptions, signal: AbortSignal): Promise<Carrier> {
      const channel = await start(options, signal);
      carrierOptions.onReached('user');
      return new OutOfProcessCarrier(channel, carrierOptions);
    },
  };
}

async function start(options: ProcessOptions, signal: AbortSignal): Promise<ByteChannel> {
  const { spawn } = await import('node:child_process');
  const child = spawn(options.command, [...(options.args ?? [])], {
    env: { ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const stderr = new Tail(STDERR_CHARACTERS);
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // Standard error only helps to explain failures. Without a listener, an error of it would end this process.
  child.stderr.on('error', () => undefined);
  const ended = new Promise<RemotingFacts>((resolve) => {
    child.on('close', (code, killedBy) => resolve(endFacts(options.command, code, killedBy, stderr)));
  });
  await new Promise<void>((resolve, reject) => {
    child.on('spawn', resolve);
    child.on('error', (error: NodeJS.ErrnoException) => {
      const facts = { command: options.command, ...(error.code === undefined ? {} : { code: error.code }) };
      const message = `${options.command} could not be started`;
      reject(new RemotingError('unreachable', message, facts, { cause: error }));
    });
  });
  const destroy = (): void => {
    child.stdin.destroy();
    child.kill('SIGKILL');
  };
  if (signal.aborted) {
    destroy();
    throw new RemotingError('timeout', `${options.command} did not start in time`, {
      command: options.command,
    });
  }
  return { readable: child.stdout, writable: child.stdin, ended, stderr: () => stderr.text, destroy };
}

function endFacts(
  command: string,
  code: number | null,
  killedBy: NodeJS.Signals | null,
  stderr: Tail,
): RemotingFacts {
  return {
    command,
    ...(code === null ? {} : { exitCode: code }),
    ...(killedBy === null ? {} : { signal: killedBy }),
    ...(stderr.text === '' ? {} : { stderr: stderr.text }),
  };
}
