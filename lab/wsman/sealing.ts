import type { Sealed, SecurityContext } from '../../kerberos';
import {
  encryptedContentType,
  readEncryptedMessage,
  writeEncryptedMessage,
  type SealedBy,
} from '../../remoting/transports/wsman/encrypted-message';

/** An encrypted body as it is sent. */
export interface SealedBody {
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** A decrypted body. */
export interface OpenedBody {
  readonly type: string;
  readonly bytes: Buffer;
}

/**
 * What an attacker on the way can do to an encrypted answer.
 *
 * - `tampered`: one bit is flipped.
 * - `cut`: its last bytes are missing, while its lines and lengths agree.
 * - `repeated`: the encrypted answer before it is sent once more.
 * - `reflected`: the request itself is sent back.
 * - `unsealed`: the right text is sent unencrypted.
 */
export type Forgery = 'tampered' | 'cut' | 'repeated' | 'reflected' | 'unsealed';

/** The bytes that `cut` removes: fewer than the header has. */
const CUT_BYTES = 8;

/** Exchange writes a space between the dashes and the boundary (found by the author of pypsrp: its `encryption.py`). */
const AFTER_DASHES = ' ';

/**
 * Encrypts and decrypts ("seals") the messages of a connection with a Kerberos context. In each direction the messages
 * must come in order, each once.
 */
export class Sealing {
  readonly #scheme: SealedBy;
  readonly #context: SecurityContext;
  /** The last messages, as they were sent. */
  #request: Buffer | undefined;
  #answer: Buffer | undefined;

  constructor(scheme: SealedBy, context: SecurityContext) {
    this.#scheme = scheme;
    this.#context = context;
  }

  /**
   * @throws RemotingError where the body is not an encrypted message of this scheme
   * @throws KerberosError where it was altered, repeated or reordered, or one before it is missing
   */
  open(body: Buffer): OpenedBody {
    this.#request = body;
    const { scheme, type, plainBytes, sealed } = readEncryptedMessage(body);
    const bytes = this.#context.unseal(sealed);
    if (scheme !== this.#scheme || bytes.length !== plainBytes)
      throw new Error('the message is not as it says');
    return { type, bytes };
  }

  seal(bytes: Buffer): SealedBody {
    return this.#body((this.#answer = this.#write(bytes.length, this.#context.seal(bytes))));
  }

  /** The message that replaces the encrypted answer, which is dropped. */
  forge(bytes: Buffer, forgery: Exclude<Forgery, 'unsealed'>): SealedBody {
    const before = this.#answer;
    const sealed = this.#context.seal(bytes);
    const answer = this.#write(bytes.length, sealed);
    this.#answer = answer;
    switch (forgery) {
      case 'tampered': {
        const data = Buffer.from(sealed.data);
        data[data.length >> 1]! ^= 1;
        return this.#body(this.#write(bytes.length, { ...sealed, data }));
      }
      case 'cut': {
        const data = sealed.data.subarray(0, -CUT_BYTES);
        return this.#body(this.#write(data.length, { ...sealed, data }));
      }
      case 'repeated':
        if (before === undefined) throw new Error('there is no answer before that could be repeated');
        return this.#body(before);
      case 'reflected':
        return this.#body(this.#request ?? Buffer.alloc(0));
    }
  }

  close(): void {
    this.#context.close();
  }

  #write(plainBytes: number, sealed: Sealed): Buffer {
    return writeEncryptedMessage(this.#scheme, plainBytes, sealed, { afterDashes: AFTER_DASHES });
  }

  #body(bytes: Buffer): SealedBody {
    return { contentType: encryptedContentType(this.#scheme), bytes };
  }
}
