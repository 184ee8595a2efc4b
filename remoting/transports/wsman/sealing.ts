import type { SecurityContext } from '../../../kerberos';
import { protocolError, RemotingError } from '../../remoting-error';
import type { Answer, WireAnswer } from './answer';
import {
  encryptedContentType,
  isEncryptedType,
  readEncryptedMessage,
  writeEncryptedMessage,
  type SealedBy,
} from './encrypted-message';

/** Seals the messages of one connection, with the context that signed it in (MS-WSMV 2.2.9.1). */
export class Sealing {
  readonly #scheme: SealedBy;
  readonly #context: SecurityContext;

  /** @param context complete, and used by nobody else */
  constructor(scheme: SealedBy, context: SecurityContext) {
    this.#scheme = scheme;
    this.#context = context;
  }

  seal(body: Buffer): { readonly contentType: string; readonly body: Buffer } {
    return {
      contentType: encryptedContentType(this.#scheme),
      body: writeEncryptedMessage(this.#scheme, body.length, this.#context.seal(body)),
    };
  }

  /**
   * Gives only the sealed part of an answer: anybody on the way can write its status and headers, even where the body
   * is sealed. So the result never says where to go, how long to wait, or that a request had no effect.
   *
   * @throws RemotingError `not-sealed`, `protocol`; the context cannot be used after that
   */
  unseal({ status, contentType, body }: WireAnswer): Answer {
    if (!isEncryptedType(contentType)) {
      throw new RemotingError('not-sealed', `an answer came that is not encrypted (HTTP ${status})`, {
        httpStatus: status,
      });
    }
    const message = readEncryptedMessage(body);
    if (message.scheme !== this.#scheme) throw protocolError('the answer is encrypted under another scheme');
    const plain = this.#opened(message.sealed);
    if (plain.length !== message.plainBytes)
      throw protocolError('an encrypted answer does not have the length that it states');
    return { status: 200, contentType: message.type, location: '', methods: [], body: plain };
  }

  #opened(sealed: Parameters<SecurityContext['unseal']>[0]): Buffer {
    try {
      return this.#context.unseal(sealed);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new RemotingError(
        'not-sealed',
        `an answer cannot be decrypted with the Kerberos session of this connection: ${reason}`,
        {},
        { cause: error },
      );
    }
  }

  close(): void {
    this.#context.close();
  }
}
