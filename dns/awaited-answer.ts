import type { Answered } from './agreed-key';
import { nameOfCode, OPCODES, rcodeName, RCODES, TSIG_ERRORS } from './codes';
import { DnsError, KeyRefused } from './dns-error';
import { decodeMessage, type Message, type Question, type Received } from './message';
import { fold, MalformedMessage } from './name';
import { readSignature, type Signature, type Signed, type TsigKey, verify } from './tsig';

/** A signed request, and the key that signed it. */
export interface Signing {
  readonly key: TsigKey;
  readonly signed: Signed;
}

type Reading =
  | { readonly kind: 'answer'; readonly received: Received }
  /** Anybody could have sent it, so it is passed over. Where nothing better comes, `meaning` is reported. */
  | { readonly kind: 'unproven'; readonly meaning: DnsError }
  | { readonly kind: 'foreign' };

/**
 * Waits for the answer to a request among everything that comes. What does not match the request belongs to somebody
 * else and is passed over (RFC 5452 section 9). To a signed request, an answer without a valid signature is passed
 * over, too: otherwise anybody who answers faster than the server could decide what we believe (RFC 8945 section 5.4).
 *
 * A server that does not know the key, or knows it with another secret, cannot sign its refusal (section 5.3.2; BIND
 * 9.18 answers NOTAUTH with an empty MAC). So such a refusal is believed only at the end of the wait: a wrong key costs
 * one time-out, two seconds by default, and is not asked about again.
 */
export class AwaitedAnswer {
  #refusal: KeyRefused | undefined;
  #unproven: DnsError | undefined;

  constructor(
    private readonly request: Message,
    private readonly signing: Signing | undefined,
  ) {}

  /** What the most telling of the answers that were passed over means; `undefined` where there was none. */
  get unproven(): DnsError | undefined {
    return this.#refusal ?? this.#unproven;
  }

  /**
   * Gives the answer if the bytes are the awaited one; `undefined` if they are passed over.
   *
   * @throws KeyRefused where the server refuses the signature and proves that it is the server
   */
  take(bytes: Buffer): Answered | undefined {
    const reading = this.#read(bytes);
    if (reading.kind === 'answer') return { bytes, received: reading.received };
    if (reading.kind === 'unproven') {
      if (reading.meaning instanceof KeyRefused) this.#refusal = reading.meaning;
      else this.#unproven = reading.meaning;
    }
    return undefined;
  }

  #read(bytes: Buffer): Reading {
    if (!isResponseTo(bytes, this.request)) return { kind: 'foreign' };
    try {
      const received = decodeMessage(bytes);
      if (!repeatsQuestion(received.message, this.request)) return { kind: 'foreign' };
      if (this.signing === undefined) return { kind: 'answer', received };
      return this.#checked(bytes, received, this.signing);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      const meaning = new DnsError(`the answer cannot be read: ${error.message}`, { cause: error });
      return { kind: 'unproven', meaning };
    }
  }

  #checked(bytes: Buffer, received: Received, { key, signed }: Signing): Reading {
    const { message, signature } = received;
    if (signature === undefined) return unproven(`the answer ${rcodeName(message.rcode)} is not signed`);
    const verdict = verify(bytes, signature, [key], { requestMac: signed.mac });
    const refused = refusalIn(readSignature(bytes, signature));
    if (verdict.kind === 'refused') {
      return refused !== undefined && isUnsigned(verdict.signature) && message.rcode === RCODES.NOTAUTH
        ? { kind: 'unproven', meaning: new KeyRefused(refused) }
        : unproven(`the signature of the answer is wrong (${verdict.error})`);
    }
    // A BADTIME answer is signed (section 5.2.3), and so proves the server.
    if (refused !== undefined) throw new KeyRefused(refused);
    return { kind: 'answer', received };
  }
}

function unproven(what: string): Reading {
  return { kind: 'unproven', meaning: new DnsError(what) };
}

function refusalIn({ error }: Signature): keyof typeof TSIG_ERRORS | undefined {
  const name = nameOfCode(TSIG_ERRORS, error, '');
  return name in TSIG_ERRORS ? (name as keyof typeof TSIG_ERRORS) : undefined;
}

function isUnsigned({ mac }: Signature): boolean {
  return mac.length === 0;
}

/** Decided by the header, which can be read even where the rest cannot. */
function isResponseTo(bytes: Buffer, request: Message): boolean {
  if (bytes.length < 12 || bytes.readUInt16BE(0) !== request.id) return false;
  const flags = bytes.readUInt8(2);
  return (flags & 0x80) !== 0 && ((flags >> 3) & 0xf) === request.opcode;
}

/**
 * Whether the response is to this question. The response to an update may leave the zone out (RFC 2136 section 3.8).
 * The response to a query lacks its question only where the server could not read it, or does not know this kind of
 * request.
 */
function repeatsQuestion(response: Message, request: Message): boolean {
  const { questions, rcode } = response;
  if (questions.length === 0) {
    return request.opcode === OPCODES.UPDATE || rcode === RCODES.FORMERR || rcode === RCODES.NOTIMP;
  }
  return (
    questions.length === request.questions.length &&
    questions.every((question, index) => isSame(question, request.questions[index]))
  );
}

function isSame(left: Question, right: Question | undefined): boolean {
  return (
    right !== undefined &&
    left.type === right.type &&
    left.class === right.class &&
    fold(left.name) === fold(right.name)
  );
}
