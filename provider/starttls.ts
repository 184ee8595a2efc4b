import type { Socket } from 'node:net';

/** The server does not answer as one that takes STARTTLS; `reply` is its last line. */
export class NoStartTls extends Error {
  override readonly name = 'NoStartTls';

  constructor(readonly reply: string) {
    super('the server takes no STARTTLS');
  }
}

/** A longer reply is not one of SMTP. */
const MOST_CHARACTERS = 16_384;
const LAST_LINE = /^(\d{3})(?: |\r?\n|$)/;

/**
 * Speaks SMTP up to the point where the TLS handshake begins (RFC 3207). EHLO names the address of this machine, as for
 * a client without a name (RFC 5321, 4.1.3). Rejects where the server takes no TLS, or ends the connection.
 */
export async function startTls(socket: Socket): Promise<void> {
  const replies = new Replies(socket);
  await replies.expect('220');
  const own = socket.localAddress ?? '127.0.0.1';
  socket.write(`EHLO [${own.includes(':') ? `IPv6:${own}` : own}]\r\n`);
  await replies.expect('250');
  socket.write('STARTTLS\r\n');
  await replies.expect('220');
  replies.stop();
}

class Replies {
  #text = '';
  #wake: () => void = () => undefined;
  readonly #take = (part: Buffer) => {
    this.#text += part.toString('latin1');
    this.#wake();
  };
  readonly #end = () => this.#wake();

  constructor(private readonly socket: Socket) {
    socket.on('data', this.#take);
    socket.once('close', this.#end);
  }

  /** Reads a whole reply: in all its lines except the last a dash follows the code. */
  async expect(code: string): Promise<void> {
    for (;;) {
      const end = this.#text.indexOf('\n');
      if (end === -1) {
        if (this.socket.destroyed) throw new Error('the connection ended');
        if (this.#text.length > MOST_CHARACTERS) throw new NoStartTls(this.#text.slice(0, 80));
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      const line = this.#text.slice(0, end).trimEnd();
      this.#text = this.#text.slice(end + 1);
      if (!line.startsWith(code)) throw new NoStartTls(line.slice(0, 200));
      if (LAST_LINE.test(line)) return;
    }
  }

  /**
   * Stops reading, since the handshake comes next. Unencrypted text after the last reply is dropped: it must not be
   * taken for an answer within TLS.
   */
  stop(): void {
    this.socket.off('data', this.#take);
    this.socket.off('close', this.#end);
    this.socket.pause();
  }
}
