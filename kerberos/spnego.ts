import { DerError, readElements, readOnly, writeElement } from './der';
import { problem } from './problem';
import type { Sealed, SecurityContext, Waiting } from './security-context';

/** 1.3.6.1.5.5.2 */
const SPNEGO = oid('2b0601050502');
/** 1.2.840.113554.1.2.2 */
const KERBEROS = oid('2a864886f712010202');
/** 1.2.840.48018.1.2.2, by which older versions of Windows name Kerberos ([MS-SPNG] 3.1.5.2). */
const KERBEROS_OF_WINDOWS = oid('2a864882f712010202');

const TAG = {
  octets: 0x04,
  enumerated: 0x0a,
  sequence: 0x30,
  application: 0x60,
  context: [0xa0, 0xa1, 0xa2, 0xa3],
} as const;
const ACCEPT_COMPLETED = 0;
const REJECT = 2;

/** An object identifier in DER, with tag and length. */
function oid(content: string): Buffer {
  return writeElement(0x06, Buffer.from(content, 'hex'));
}

/**
 * Kerberos within SPNEGO (RFC 4178), as HTTP's `Negotiate` needs it. Only Kerberos is offered and accepted, so nobody
 * on the way can change the choice: a library's own SPNEGO may offer NTLM as well. Messages are sealed and signed by
 * Kerberos.
 */
abstract class Negotiation implements SecurityContext {
  protected readonly inner: SecurityContext;
  /** True when the peer's last message of the negotiation was heard. */
  #settled = false;

  constructor(inner: SecurityContext) {
    this.inner = inner;
  }

  get complete(): boolean {
    return this.#settled && this.inner.complete;
  }

  get peer(): string {
    return this.inner.peer;
  }

  get bound(): boolean {
    return this.inner.bound;
  }

  async token(received?: Uint8Array, waiting?: Waiting): Promise<Buffer | undefined> {
    try {
      return await this.step(received === undefined ? undefined : Buffer.from(received), waiting);
    } catch (error) {
      this.inner.close();
      if (error instanceof DerError) throw problem('token-invalid', {}, error.message);
      throw error;
    }
  }

  protected abstract step(received: Buffer | undefined, waiting?: Waiting): Promise<Buffer | undefined>;

  protected settle(): void {
    this.#settled = true;
  }

  seal(message: Uint8Array): Sealed {
    this.#check();
    return this.inner.seal(message);
  }

  unseal(sealed: { readonly header: Uint8Array; readonly data: Uint8Array }): Buffer {
    this.#check();
    return this.inner.unseal(sealed);
  }

  sign(message: Uint8Array): Buffer {
    this.#check();
    return this.inner.sign(message);
  }

  verify(message: Uint8Array, signature: Uint8Array): void {
    this.#check();
    this.inner.verify(message, signature);
  }

  close(): void {
    this.inner.close();
  }

  #check(): void {
    if (!this.complete) throw problem('usage', {}, 'the negotiation is not complete');
  }
}

export class NegotiatingInitiator extends Negotiation {
  protected async step(received: Buffer | undefined, waiting?: Waiting): Promise<Buffer | undefined> {
    if (received === undefined) {
      const token = await this.inner.token(undefined, waiting);
      return token === undefined ? undefined : offer(token);
    }
    const fields = readResponse(received);
    const state = fields[0] === undefined ? undefined : readOnly(fields[0], TAG.enumerated)[0];
    if (state === REJECT) throw problem('refused', {}, 'the acceptor takes no Kerberos');
    const chosen = fields[1];
    if (chosen !== undefined && !isKerberos(chosen)) {
      throw problem('token-invalid', {}, 'the acceptor chose what was not offered');
    }
    const answer = fields[2];
    const rest = answer === undefined ? undefined : readOnly(answer, TAG.octets);
    const next = rest === undefined ? undefined : await this.inner.token(rest, waiting);
    if (!this.inner.complete || next !== undefined || state !== ACCEPT_COMPLETED) {
      throw problem('token-invalid', {}, 'the acceptor wants more than Kerberos has');
    }
    const mic = fields[3];
    if (mic !== undefined) this.inner.verify(OFFERED, readOnly(mic, TAG.octets));
    this.settle();
    return undefined;
  }
}

export class NegotiatingAcceptor extends Negotiation {
  protected async step(received: Buffer | undefined, waiting?: Waiting): Promise<Buffer | undefined> {
    const begun = received ?? Buffer.alloc(0);
    if (isKerberosToken(begun)) {
      // Some clients send Kerberos' token without SPNEGO, and Windows accepts that ([MS-SPNG] 3.3.5.1).
      const answer = await this.inner.token(begun, waiting);
      this.settle();
      return answer;
    }
    const { mechanism, token } = readOffer(begun);
    const answer = await this.inner.token(token, waiting);
    this.settle();
    return writeElement(
      TAG.context[1],
      writeElement(
        TAG.sequence,
        writeElement(TAG.context[0], writeElement(TAG.enumerated, Buffer.from([ACCEPT_COMPLETED]))),
        writeElement(TAG.context[1], mechanism),
        ...(answer === undefined ? [] : [writeElement(TAG.context[2], writeElement(TAG.octets, answer))]),
      ),
    );
  }
}

/** Our MechTypeList. A checksum of the negotiation covers it. */
const OFFERED = writeElement(TAG.sequence, KERBEROS);

/** NegTokenInit: offers Kerberos, with its first token. */
function offer(token: Buffer): Buffer {
  return writeElement(
    TAG.application,
    SPNEGO,
    writeElement(
      TAG.context[0],
      writeElement(
        TAG.sequence,
        writeElement(TAG.context[0], OFFERED),
        writeElement(TAG.context[2], writeElement(TAG.octets, token)),
      ),
    ),
  );
}

/** Whether this is Kerberos' own token (RFC 2743, section 3.1), without SPNEGO around it. */
function isKerberosToken(received: Buffer): boolean {
  const [whole] = received[0] === TAG.application ? readElements(received) : [];
  return whole?.content.subarray(0, KERBEROS.length).equals(KERBEROS) ?? false;
}

function readOffer(received: Buffer): { readonly mechanism: Buffer; readonly token: Buffer } {
  const [kind, negotiation, ...more] = readElements(readOnly(received, TAG.application));
  if (kind === undefined || negotiation === undefined || more.length > 0 || !kind.whole.equals(SPNEGO)) {
    throw new DerError('no negotiation');
  }
  const fields = fieldsOf(readOnly(negotiation.whole, TAG.context[0]));
  const [first] = readElements(readOnly(fields[0] ?? Buffer.alloc(0), TAG.sequence));
  // The token belongs to the first mechanism of the list. A checksum would have to protect the choice of another one.
  if (first === undefined || fields[2] === undefined || !isKerberos(first.whole)) {
    throw problem('token-invalid', {}, 'the initiator does not begin with Kerberos');
  }
  return { mechanism: first.whole, token: readOnly(fields[2], TAG.octets) };
}

/** Reads a NegTokenResp. */
function readResponse(received: Buffer): Fields {
  return fieldsOf(readOnly(received, TAG.context[1]));
}

type Fields = { readonly [number: number]: Buffer };

/** The fields of a sequence by their tags. */
function fieldsOf(sequence: Buffer): Fields {
  const fields: { [number: number]: Buffer } = {};
  for (const { tag, content } of readElements(readOnly(sequence, TAG.sequence))) {
    const number = TAG.context.findIndex((known) => known === tag);
    if (number < 0 || fields[number] !== undefined) throw new DerError(`an unexpected field ${tag}`);
    fields[number] = content;
  }
  return fields;
}

function isKerberos(mechanism: Buffer): boolean {
  return mechanism.equals(KERBEROS) || mechanism.equals(KERBEROS_OF_WINDOWS);
}
