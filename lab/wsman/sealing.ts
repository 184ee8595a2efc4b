import type { SecurityContext } from '../../kerberos';
import {
  encryptedContentType,
  readEncryptedMessage,
  writeEncryptedMessage,
  type SealedBy,
} from '../../remoting/transports/wsman/encrypted-message';

/** A body as it goes over the wire. */
export interface SealedBody {
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** What unsealing gives. */
export interface OpenedBody {
  readonly type: string;
  readonly bytes: Buffer;
}

/** Exchange writes a space between the dashes and the boundary (seen by pypsrp's author: its `encryption.py`). */
const AFTER_DASHES = ' ';

/** The messages of a connection that a Kerberos context seals: each way in its order, each once. */
export class Sealing {
  readonly #scheme: SealedBy;
  readonly #context: SecurityContext;

  constructor(scheme: SealedBy, context: SecurityContext) {
    this.#scheme = scheme;
    this.#context = context;
  }

  /**
   * @throws RemotingError where it is no encrypted message of this scheme
   * @throws KerberosError where it was altered, repeated, reordered, or one before it is missing
   */
  open(body: Buffer): OpenedBody {
    const { scheme, type, plainBytes, sealed } = readEncryptedMessage(body);
    const bytes = this.#context.unseal(sealed);
    if (scheme !== this.#scheme || bytes.length !== plainBytes)
      throw new Error('the message is not as it says');
    return { type, bytes };
  }

  seal(bytes: Buffer): SealedBody {
    return {
      contentType: encryptedContentType(this.#scheme),
      bytes: writeEncryptedMessage(this.#scheme, bytes.length, this.#context.seal(bytes), {
        afterDashes: AFTER_DASHES,
      }),
    };
  }

  close(): void {
    this.#context.close();
  }
}
