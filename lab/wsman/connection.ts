import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { tlsServerEndPoint } from '../../kerberos';
import type { Asked, CertificateQuestion } from './certificate-question';
import type { Sealing } from './sealing';

/** The state of a connection that the server keeps, as IIS does with Kerberos. */
export class Connection {
  readonly number: number;
  /** Whether the connection is encrypted by TLS. */
  readonly encrypted: boolean;
  /** The header of Basic authentication that was accepted: checking a password again is slow by design. */
  basic?: { readonly header: string; readonly user: string };
  readonly #socket: Socket;
  readonly #takesPostHandshakeAuth: boolean;
  #user: string | undefined;
  #sealing: Sealing | undefined;

  /** @param takesPostHandshakeAuth whether the client offers post-handshake authentication of TLS 1.3 */
  constructor(number: number, socket: Socket, takesPostHandshakeAuth: boolean) {
    this.number = number;
    this.#takesPostHandshakeAuth = takesPostHandshakeAuth;
    this.encrypted = socket instanceof TLSSocket;
    this.#socket = socket;
    socket.once('close', () => this.#sealing?.close());
  }

  /** The user whom a Kerberos ticket has authenticated. */
  get user(): string | undefined {
    return this.#user;
  }

  /** Encrypts the bodies ("sealing"), once a ticket was accepted. */
  get sealing(): Sealing | undefined {
    return this.#sealing;
  }

  /** The channel bindings that a ticket may be bound to: those of the certificate that was shown. */
  get bindings(): Buffer | undefined {
    const shown = this.#socket instanceof TLSSocket ? this.#socket.getCertificate() : null;
    return shown !== null && 'raw' in shown ? tlsServerEndPoint(shown.raw as Buffer) : undefined;
  }

  /** Asks for a client certificate, before the first request is served. */
  async asked(question: CertificateQuestion, bodyBytes: number): Promise<Asked> {
    if (!(this.#socket instanceof TLSSocket)) return 'passed';
    return question.ask(this.#socket, this.#takesPostHandshakeAuth, bodyBytes);
  }

  /** The name in the client certificate that TLS has verified. */
  get certified(): string | undefined {
    if (!(this.#socket instanceof TLSSocket) || !this.#socket.authorized) return undefined;
    return [this.#socket.getPeerCertificate().subject.CN].flat()[0];
  }

  signIn(user: string, sealing: Sealing): void {
    this.#sealing?.close();
    if (this.#socket.destroyed) sealing.close();
    this.#sealing = sealing;
    this.#user = user;
  }
}
