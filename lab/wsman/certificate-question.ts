import type { TLSSocket } from 'node:tls';

/** The version of Windows Server under IIS. Each treats a client of TLS 1.3 in its own way. */
export type WindowsServer = 2019 | 2022 | 2025;

/**
 * The result of asking. `passed`: the client has no certificate, or was asked before. `reset`, `not-supported`: the
 * client cannot be asked. `too-large`: the body of its request is too long to be read before the question.
 */
export type Asked = 'passed' | 'reset' | 'not-supported' | 'too-large';

/** `uploadReadAheadSize` of IIS: the most bytes of a body that it reads before the client has answered. */
const READ_AHEAD_BYTES = 49_152;

/**
 * The request for a client certificate in the middle of a connection. IIS sends it before the first request that it
 * serves in a directory with `sslFlags="SslNegotiateCert"`, such as Exchange's `PowerShell`. Within TLS 1.2 it uses a
 * renegotiation. Within TLS 1.3 it asks only clients that offer post-handshake authentication
 * (https://techcommunity.microsoft.com/t5/iis-support-blog/addressing-tls-1-3-compatibility-issues-in-iis-express-on/ba-p/4449362);
 * Node cannot send that question, so that it counts as answered with no certificate.
 */
export class CertificateQuestion {
  readonly #windows: WindowsServer;
  readonly #asked = new WeakSet<TLSSocket>();

  constructor(windows: WindowsServer) {
    this.#windows = windows;
  }

  /** @param takesPostHandshakeAuth whether the client offers post-handshake authentication of TLS 1.3 */
  async ask(socket: TLSSocket, takesPostHandshakeAuth: boolean, bodyBytes: number): Promise<Asked> {
    if (this.#asked.has(socket)) return 'passed';
    if (socket.getProtocol() === 'TLSv1.3' && !takesPostHandshakeAuth) {
      return this.#windows === 2025 ? 'not-supported' : 'reset';
    }
    if (bodyBytes > READ_AHEAD_BYTES) return 'too-large';
    this.#asked.add(socket);
    if (socket.getProtocol() !== 'TLSv1.3') await renegotiate(socket);
    return 'passed';
  }
}

async function renegotiate(socket: TLSSocket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('close', () => reject(new Error('the connection ended while it was renegotiated')));
    socket.renegotiate({ requestCert: true, rejectUnauthorized: false }, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}
