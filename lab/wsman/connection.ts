import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { tlsServerEndPoint } from '../../kerberos';
import type { Asked, CertificateQuestion } from './certificate-question';
import type { Sealing } from './sealing';

/** What the server remembers of a connection, as IIS does with Kerberos. */
export class Connection {
  readonly number: number;
  /** Whether TLS protects what comes and goes. */
  readonly encrypted: boolean;
  /** Header of Basic that was right: checking a password is slow by intent. */
  basic?: { readonly header: string; readonly user: string };
  readonly #socket: Socket;
  readonly #takesLateQuestion: boolean;
  #user: string | undefined;
  #sealing: Sealing | undefined;

  /** @param takesLateQuestion whether the client says that it may be asked for a certificate later, within TLS 1.3 too */
  constructor(number: number, socket: Socket, takesLateQuestion: boolean) {
    this.number = number;
    this.#takesLateQuestion = takesLateQuestion;
    this.encrypted = socket instanceof TLSSocket;
    this.#socket = socket;
    socket.once('close', () => this.#sealing?.close());
  }

  /** Whom a ticket has proved. */
  get user(): string | undefined {
    return this.#user;
  }

  /** What seals the bodies, from the sign-in with a ticket on. */
  get sealing(): Sealing | undefined {
    return this.#sealing;
  }

  /** What a ticket may be bound to: the certificate that was shown. */
  get bindings(): Buffer | undefined {
    const shown = this.#socket instanceof TLSSocket ? this.#socket.getCertificate() : null;
    return shown !== null && 'raw' in shown ? tlsServerEndPoint(shown.raw as Buffer) : undefined;
  }

  /** Puts the question for a certificate, before the first request that is served. */
  async asked(question: CertificateQuestion, bodyBytes: number): Promise<Asked> {
    if (!(this.#socket instanceof TLSSocket)) return 'passed';
    return question.ask(this.#socket, this.#takesLateQuestion, bodyBytes);
  }

  /** Name in a client certificate that TLS has verified. */
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
