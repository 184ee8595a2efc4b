import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { CONTENT_TYPE } from '../../remoting/transports/wsman/names';
import { reset } from './reset';
import type { Forgery, SealedBody, Sealing } from './sealing';

const DRIP_MS = 20;

/** The HTTP answer to one request. */
export class HttpAnswer {
  readonly #socket: Socket;
  readonly #response: ServerResponse;
  readonly #compressed: boolean;
  /** Encrypts the body; left out where it is sent as it is. */
  sealing: Sealing | undefined;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#socket = request.socket;
    this.#response = response;
    this.#compressed = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  }

  /** Adds a header that is sent with any answer. */
  header(name: string, value: string): void {
    this.#response.appendHeader(name, value);
  }

  /**
   * An answer of the web server itself. It is never encrypted: the web server answers before anybody reads the body.
   */
  plain(status: number, headers: { readonly [name: string]: string | readonly string[] } = {}): void {
    for (const [name, value] of Object.entries(headers)) this.#response.setHeader(name, value);
    this.#response.writeHead(status, { 'Content-Type': 'text/html' });
    this.#response.end(`<html><body>${status}</body></html>`);
  }

  empty(status: number): void {
    this.#response.writeHead(status, { 'Content-Length': 0 });
    this.#response.end();
  }

  /** An answer that does not belong to the protocol. */
  text(contentType: string, body: string): void {
    this.#response.writeHead(200, { 'Content-Type': contentType });
    this.#response.end(body);
  }

  message(status: number, text: string): void {
    this.#response.end(this.#begin(status, text));
  }

  /** @throws Error where the answer would not be encrypted */
  forged(status: number, text: string, forgery: Forgery): void {
    this.#response.end(this.#begin(status, text, forgery));
  }

  /** Sends half of a message, and ends the connection. */
  broken(status: number, text: string): void {
    const bytes = this.#begin(status, text);
    this.#response.write(bytes.subarray(0, bytes.length / 2), () => this.#socket.destroy());
  }

  /** Sends half of a head, and ends the connection. */
  brokenHead(status: number): void {
    this.#socket.write(`HTTP/1.1 ${status} OK\r\nContent-Le`, () => this.#socket.destroy());
  }

  /** Sends bytes until the client disconnects. */
  endless(part: 'head' | 'body'): void {
    const socket = this.#socket;
    socket.write('HTTP/1.1 200 OK\r\n');
    if (part === 'body') socket.write(`Content-Type: ${CONTENT_TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n`);
    const next = part === 'head' ? `X-Filler: ${'x'.repeat(200)}\r\n` : '1\r\n \r\n';
    const timer = setInterval(() => socket.write(next), DRIP_MS);
    socket.once('close', () => clearInterval(timer));
  }

  halfClose(): void {
    this.#socket.end();
  }

  reset(): void {
    reset(this.#socket);
  }

  drop(): void {
    this.#socket.destroy();
  }

  /**
   * Writes the head, and returns the body. An encrypted body is compressed first and encrypted then: the author of
   * pypsrp, who decrypts what his HTTP library returns, had to ask Exchange for `identity`, since a library only undoes
   * an outer compression. That the head names the compression all the same is (unverified).
   */
  #begin(status: number, text: string, forgery?: Forgery): Buffer {
    const plain = Buffer.from(text, 'utf8');
    const bytes = this.#compressed ? gzipSync(plain) : plain;
    const body = this.#body(bytes, forgery);
    this.#response.writeHead(status, {
      'Content-Type': body.contentType,
      'Content-Length': body.bytes.length,
      ...(this.#compressed ? { 'Content-Encoding': 'gzip' } : {}),
    });
    return body.bytes;
  }

  #body(bytes: Buffer, forgery?: Forgery): SealedBody {
    const open = { contentType: CONTENT_TYPE, bytes };
    if (forgery === undefined) return this.sealing?.seal(bytes) ?? open;
    if (this.sealing === undefined) throw new Error('what is not sealed needs no forgery');
    return forgery === 'unsealed' ? open : this.sealing.forge(bytes, forgery);
  }
}
