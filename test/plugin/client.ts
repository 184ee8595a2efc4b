import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectHttp2, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { createInterface } from 'node:readline';
import { connect as connectTls } from 'node:tls';
import { createRunCertificate } from '../../plugin/wire/certificate';
import type { Message } from '../../plugin/wire/message';

const COOKIE = 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2';
const PREFIX_BYTES = 5;

export interface StartOptions {
  /** Path of a bundle of a provider. */
  readonly bundle: string;
  /** Of Node, before the bundle. */
  readonly args?: readonly string[];
  readonly environment?: { readonly [name: string]: string };
}

/** A provider in a process of its own, spoken to as Terraform does: handshake, TLS with pinned certificates, gRPC. */
export class PluginClient {
  readonly #child: ChildProcess;
  readonly #session: ClientHttp2Session;
  readonly #exited: Promise<number | null>;
  /** What it wrote to its log. */
  readonly log: string[];

  private constructor(
    child: ChildProcess,
    session: ClientHttp2Session,
    exited: Promise<number | null>,
    log: string[],
  ) {
    this.#child = child;
    this.#session = session;
    this.#exited = exited;
    this.log = log;
  }

  static async start({ bundle, args = [], environment = {} }: StartOptions): Promise<PluginClient> {
    const certificate = createRunCertificate(new Date());
    const child = spawn(process.execPath, [...args, bundle], {
      env: {
        PATH: process.env.PATH ?? '',
        TF_PLUGIN_MAGIC_COOKIE: COOKIE,
        PLUGIN_PROTOCOL_VERSIONS: '6',
        PLUGIN_CLIENT_CERT: certificate.pem,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => log.push(chunk.toString()));
    const exited = once(child, 'exit').then(([code]) => code as number | null);
    const line = await Promise.race([
      once(createInterface(child.stdout), 'line').then(([text]) => String(text)),
      exited.then((code) => Promise.reject(new Error(`the provider ended with ${code}: ${log.join('')}`))),
    ]);
    const path = /\|unix\|([^|]+)\|/.exec(line)?.[1];
    if (path === undefined) throw new Error(`no handshake: ${line}`);
    const socket = connectTls({
      path,
      cert: certificate.pem,
      key: certificate.keyPem,
      // The provider's certificate is made for this run.
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
    });
    socket.on('error', () => undefined);
    const session = connectHttp2('https://localhost', { createConnection: () => socket });
    session.on('error', () => undefined);
    return new PluginClient(child, session, exited, log);
  }

  /** One unary call. Rejects where it ends with another status than 0, or the provider is gone. */
  async call<Request extends object, Response extends object>(
    method: string,
    request: Message<Request>,
    response: Message<Response>,
    asked: Request,
  ): Promise<Response> {
    const message = request.encode(asked);
    const frame = Buffer.alloc(PREFIX_BYTES + message.length);
    frame.writeUInt32BE(message.length, 1);
    frame.set(message, PREFIX_BYTES);
    const stream = this.#session.request({
      ':method': 'POST',
      ':path': method.startsWith('/') ? method : `/tfplugin6.Provider/${method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const chunks: Buffer[] = [];
    let ending: IncomingHttpHeaders = {};
    stream.on('response', (headers: IncomingHttpHeaders) => (ending = { ...ending, ...headers }));
    stream.on('trailers', (headers: IncomingHttpHeaders) => (ending = { ...ending, ...headers }));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.end(frame);
    await new Promise<void>((resolve, reject) => {
      stream.once('end', resolve);
      stream.once('error', reject);
      stream.once('close', () => reject(new Error(`${method} was not answered`)));
    });
    if (ending['grpc-status'] !== '0') {
      throw new Error(
        `${method}: status ${String(ending['grpc-status'])}, ${String(ending['grpc-message'])}`,
      );
    }
    return response.decode(Buffer.concat(chunks).subarray(PREFIX_BYTES));
  }

  /** Whether the process runs. */
  get lives(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Hangs up, as Terraform does at last; the exit code of the provider. */
  async end(): Promise<number | null> {
    this.#session.destroy();
    return this.#exited;
  }

  kill(): void {
    this.#session.destroy();
    this.#child.kill('SIGKILL');
  }
}
