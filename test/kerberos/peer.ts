import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { python, pythonEnvironment } from '../remoting/peers/python';

type Bytes = Uint8Array | undefined;

interface Answer {
  readonly bytes: readonly (string | null)[];
  readonly error?: string;
}

/** The other end of a context in Python: `pyspnego`, or MIT's library by `gssapi`. */
export class Peer {
  readonly #child;
  readonly #lines: AsyncIterator<string>;

  constructor(library: 'pyspnego' | 'gssapi', environment: { readonly [name: string]: string }) {
    this.#child = spawn(python, [join(__dirname, 'python/peer.py'), library], {
      env: { ...pythonEnvironment, ...environment },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  /** A new context, in place of the one before. */
  async begin(
    usage: 'initiate' | 'accept',
    protocol: 'kerberos' | 'negotiate',
    bindings: Uint8Array = new Uint8Array(),
  ): Promise<void> {
    await this.#request({ do: 'begin', usage, protocol, bindings: encode(bindings) });
  }

  async ask(
    what: 'step' | 'seal' | 'unseal' | 'sign' | 'verify',
    ...bytes: readonly Bytes[]
  ): Promise<readonly (Buffer | undefined)[]> {
    const answer = await this.#request({ do: what, bytes: bytes.map(encode) });
    return answer.bytes.map((part) => (part === null ? undefined : Buffer.from(part, 'base64')));
  }

  async #request(request: object): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value } = (await this.#lines.next()) as { readonly value?: string };
    if (value === undefined) throw new Error('the peer is gone');
    const answer = JSON.parse(value) as Answer;
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  async stop(): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.stdin.end();
    await closed;
  }
}

function encode(bytes: Bytes): string | null {
  return bytes === undefined ? null : Buffer.from(bytes).toString('base64');
}
