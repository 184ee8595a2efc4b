import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  generateKeyPair,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import { protocolError } from './remoting-error';

/**
 * Secure strings (MS-PSRP 2.2.5.1.24, 3.1.5.4.3 to 3.1.5.4.5): the client sends an RSA public key, and the server an
 * AES key encrypted with it. Then both ends encrypt texts with the AES key.
 */
const KEY_BITS = 2048;
/** PUBLICKEYBLOB, version 2, CALG_RSA_KEYX, `RSA1` (MS-PSRP 2.2.2.3; Win32 RSAPUBKEY). */
const PUBLIC_KEY_HEADER = Buffer.from('06020000' + '00a40000' + '52534131', 'hex');
/** SIMPLEBLOB, version 2, CALG_AES_256, CALG_RSA_KEYX (MS-PSRP 2.2.2.4). */
const SESSION_KEY_HEADER = Buffer.from('01020000' + '10660000' + '00a40000', 'hex');
const AES_KEY_BYTES = 32;
const ZERO_IV = Buffer.alloc(16);

const generate = promisify(generateKeyPair);

/** The client's half: makes a key pair for one session, and decrypts the server's key with it. */
export class KeyExchange {
  private constructor(
    /** The text for PUBLIC_KEY. */
    readonly publicKey: string,
    readonly privateKey: KeyObject,
  ) {}

  static async start(): Promise<KeyExchange> {
    const { publicKey, privateKey } = await generate('rsa', { modulusLength: KEY_BITS });
    return new KeyExchange(publicKeyBlob(publicKey).toString('base64'), privateKey);
  }

  /** Decrypts the session key in ENCRYPTED_SESSION_KEY. */
  finish(encryptedSessionKey: string): SessionKey {
    const blob = Buffer.from(encryptedSessionKey, 'base64');
    const header = blob.subarray(0, SESSION_KEY_HEADER.length);
    if (!header.equals(SESSION_KEY_HEADER) || blob.length !== SESSION_KEY_HEADER.length + KEY_BITS / 8) {
      throw protocolError('the session key is not a SIMPLEBLOB for our key');
    }
    const reversed = Buffer.from(blob.subarray(SESSION_KEY_HEADER.length)).reverse();
    let padded: Buffer;
    try {
      // Node refuses RSA_PKCS1_PADDING here (CVE-2023-46809). The attack behind that needs many attempts with one key
      // pair, and ours decrypts a single message.
      padded = privateDecrypt({ key: this.privateKey, padding: constants.RSA_NO_PADDING }, reversed);
    } catch (error) {
      throw protocolError('the session key cannot be decrypted', error);
    }
    return new SessionKey(withoutPadding(padded));
  }
}

export class SessionKey {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    if (key.length !== AES_KEY_BYTES) throw protocolError('the session key is not an AES-256 key');
    this.#key = key;
  }

  static random(): SessionKey {
    return new SessionKey(randomBytes(AES_KEY_BYTES));
  }

  encrypt(plain: string): Buffer {
    const cipher = createCipheriv('aes-256-cbc', this.#key, ZERO_IV);
    return Buffer.concat([cipher.update(Buffer.from(plain, 'utf16le')), cipher.final()]);
  }

  decrypt(encrypted: Uint8Array): string {
    const decipher = createDecipheriv('aes-256-cbc', this.#key, ZERO_IV);
    try {
      return Buffer.concat([decipher.update(encrypted), decipher.final()]).toString('utf16le');
    } catch (error) {
      throw protocolError('a secure string cannot be decrypted', error);
    }
  }

  /** The server's half: gives the text for ENCRYPTED_SESSION_KEY. */
  sealFor(publicKey: string): string {
    const key = publicKeyFromBlob(Buffer.from(publicKey, 'base64'));
    const sealed = publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, this.#key);
    return Buffer.concat([SESSION_KEY_HEADER, Buffer.from(sealed).reverse()]).toString('base64');
  }
}

function publicKeyBlob(key: KeyObject): Buffer {
  const { n, e } = key.export({ format: 'jwk' });
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32LE(KEY_BITS, 0);
  numbers.writeUIntLE(Buffer.from(e ?? '', 'base64url').readUIntBE(0, 3), 4, 4);
  const modulus = Buffer.from(n ?? '', 'base64url').reverse();
  return Buffer.concat([PUBLIC_KEY_HEADER, numbers, modulus]);
}

function publicKeyFromBlob(blob: Buffer): KeyObject {
  const start = PUBLIC_KEY_HEADER.length + 8;
  const bits = blob.length >= start ? blob.readUInt32LE(PUBLIC_KEY_HEADER.length) : 0;
  if (
    !blob.subarray(0, PUBLIC_KEY_HEADER.length).equals(PUBLIC_KEY_HEADER) ||
    bits !== KEY_BITS ||
    blob.length !== start + bits / 8
  ) {
    throw protocolError('the public key is not a PUBLICKEYBLOB of 2048 bits');
  }
  const exponent = Buffer.alloc(4);
  exponent.writeUInt32BE(blob.readUInt32LE(PUBLIC_KEY_HEADER.length + 4));
  const modulus = Buffer.from(blob.subarray(start)).reverse();
  try {
    return createPublicKey({
      format: 'jwk',
      key: { kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') },
    });
  } catch (error) {
    throw protocolError('the public key is not an RSA key', error);
  }
}

/** RFC 8017 section 7.2.2: 00 02, at least eight bytes that are not zero, 00, the message. */
function withoutPadding(padded: Buffer): Buffer {
  const end = padded.indexOf(0, 2);
  if (padded[0] !== 0 || padded[1] !== 2 || end < 10) {
    throw protocolError('the session key is not padded as PKCS #1 v1.5');
  }
  return padded.subarray(end + 1);
}
