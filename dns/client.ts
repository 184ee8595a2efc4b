import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';

import { CLASSES, nameOfCode, OPCODES, rcodeName, RCODES, TSIG_ERRORS, TYPES } from './codes';
import { frame, Unframer } from './framing';
import { decodeMessage, encodeMessage, type Message, type WireRecord } from './message';
import { fold, MalformedMessage } from './name';
import type { RecordType } from './record';
import { readSignature, sign, type Signed, type TsigKey, verify } from './tsig';

export const TRANSPORTS = ['udp', 'udp4', 'udp6', 'tcp', 'tcp4', 'tcp6'] as const;
export type Transport = (typeof TRANSPORTS)[number];

export interface DnsClientOptions {
  /** Name or address of the server. */
  readonly server: string;
  readonly port: number;
  /** A trailing 4 or 6 asks for that version of IP. Answers too long for UDP are asked for again over TCP. */
  readonly transport: Transport;
  readonly timeoutMs: number;
  /** How many times to ask again where no answer comes, or the server says that it failed. */
  readonly retries: number;
  /** Signs every message; left out, nothing is signed and no signature is asked for. */
  readonly key?: TsigKey;
}

/** The exchange with the server failed; the message says how, in one sentence. */
export class DnsError extends Error {}

/** The server does not take the signature of a request. */
export class KeyRefused extends DnsError {
  constructor(readonly reason: keyof typeof TSIG_ERRORS) {
    super(`the server does not accept the signature (${reason}): ${KEY_REMEDIES[reason]}`);
  }
}

/** RFC 8945 section 5.2: what each error says of the key. */
const KEY_REMEDIES = {
  BADKEY: 'it knows no key of this name and algorithm; check both',
  BADSIG: 'its secret of this key is another one; check the secret',
  BADTIME: 'its clock and the one of this machine differ by more than five minutes; set the clocks',
  BADTRUNC: 'it wants a longer signature than it was sent; check the algorithm of the key',
} as const;

/** No answer in time: worth asking again. */
class NoAnswer extends DnsError {}

/** What the client takes over UDP once an answer was too long, RFC 6891. */
const UDP_BYTES = 4096;

export class DnsClient {
  constructor(private readonly options: DnsClientOptions) {}

  /** Asks for the records of a name and type, without recursion. */
  query(name: string, type: RecordType): Promise<Message> {
    const question = { name, type: TYPES[type], class: CLASSES.IN };
    return this.exchange({ ...empty(OPCODES.QUERY), questions: [question] });
  }

  /** Changes a zone in one update, RFC 2136. */
  update(zone: string, changes: readonly WireRecord[]): Promise<Message> {
    const question = { name: zone, type: TYPES.SOA, class: CLASSES.IN };
    return this.exchange({ ...empty(OPCODES.UPDATE), questions: [question], authorities: changes });
  }

  /**
   * Sends a message, again where that helps, and gives the answer whose signature was right.
   *
   * @throws DnsError where there is none
   */
  private async exchange(request: Message): Promise<Message> {
    const { retries } = this.options;
    let overTcp = this.options.transport.startsWith('tcp');
    let message = request;
    for (let left = retries; ; left--) {
      try {
        const response = await this.attempt(message, overTcp);
        if (response.flags.truncated === true && !overTcp) {
          // First a larger size over UDP, then TCP; each is a new start.
          if (message.udpSize === undefined) message = { ...message, udpSize: UDP_BYTES };
          else overTcp = true;
          left = retries + 1;
          continue;
        }
        if (response.rcode !== RCODES.SERVFAIL || left <= 0) return response;
      } catch (error) {
        if (!(error instanceof NoAnswer) || left <= 0) throw error;
      }
    }
  }

  private async attempt(message: Message, overTcp: boolean): Promise<Message> {
    const bytes = encodeMessage(message);
    const { key } = this.options;
    const signed: Signed | undefined = key === undefined ? undefined : sign(bytes, key);
    const outgoing = signed?.bytes ?? bytes;
    const { address, family } = await this.resolve();
    const { port, timeoutMs } = this.options;
    const exchange = overTcp ? overStream : overDatagram;
    const incoming = await exchange({ address, family, port, timeoutMs }, outgoing, (candidate) =>
      answers(candidate, message),
    );
    return this.accept(incoming, signed);
  }

  private async resolve(): Promise<{ address: string; family: number }> {
    const { server, transport } = this.options;
    const family = transport.endsWith('4') ? 4 : transport.endsWith('6') ? 6 : 0;
    try {
      return await lookup(server, { family });
    } catch (error) {
      throw new DnsError(`the server '${server}' was not found: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  private accept(bytes: Buffer, request: Signed | undefined): Message {
    const { key } = this.options;
    try {
      const received = decodeMessage(bytes);
      if (key === undefined || request === undefined) return received.message;
      if (received.signature === undefined) {
        throw new DnsError(`the answer ${rcodeName(received.message.rcode)} is not signed`);
      }
      // Such an answer cannot be signed where the server lacks the key, RFC 8945 section 5.3.2.
      const refused = nameOfCode(TSIG_ERRORS, readSignature(bytes, received.signature).error, '');
      if (refused in TSIG_ERRORS) throw new KeyRefused(refused as keyof typeof TSIG_ERRORS);
      const verdict = verify(bytes, received.signature, [key], { requestMac: request.mac });
      if (verdict.kind === 'refused') {
        throw new DnsError(`the signature of the answer is not right (${verdict.error})`);
      }
      return received.message;
    } catch (error) {
      if (error instanceof MalformedMessage) {
        throw new DnsError(`the answer cannot be read: ${error.message}`, { cause: error });
      }
      throw error;
    }
  }
}

function empty(opcode: number): Message {
  const nothing = { questions: [], answers: [], authorities: [], additionals: [] };
  return { id: randomInt(0x10000), opcode, rcode: RCODES.NOERROR, flags: {}, ...nothing };
}

/** Whether bytes answer a request: what does not is somebody else's, and is passed over (RFC 5452). */
function answers(bytes: Buffer, request: Message): boolean {
  if (bytes.length < 12 || bytes.readUInt16BE(0) !== request.id || (bytes.readUInt8(2) & 0x80) === 0)
    return false;
  try {
    const [question] = decodeMessage(bytes).message.questions;
    const [asked] = request.questions;
    // An answer that reports a malformed request may come without the question.
    return question === undefined || (asked !== undefined && fold(question.name) === fold(asked.name));
  } catch (error) {
    if (error instanceof MalformedMessage) return true;
    throw error;
  }
}

interface Peer {
  readonly address: string;
  readonly family: number;
  readonly port: number;
  readonly timeoutMs: number;
}

type IsAnswer = (bytes: Buffer) => boolean;

function failure(peer: Peer, error: Error): DnsError {
  return new DnsError(`no answer from ${peer.address} port ${peer.port}: ${error.message}`, { cause: error });
}

function silence(peer: Peer): NoAnswer {
  return new NoAnswer(`no answer from ${peer.address} port ${peer.port} within ${peer.timeoutMs} ms`);
}

/** What goes wrong in a handler of events ends the exchange: nobody else would hear of it. */
function orFail(fail: (error: Error) => void, handle: () => void): void {
  try {
    handle();
  } catch (error) {
    fail(error instanceof Error ? error : new Error('an error without a message', { cause: error }));
  }
}

function overDatagram(peer: Peer, message: Buffer, isAnswer: IsAnswer): Promise<Buffer> {
  const socket: Socket = createSocket(peer.family === 6 ? 'udp6' : 'udp4');
  return new Promise<Buffer>((resolve, reject) => {
    const timer = setTimeout(() => finish(() => reject(silence(peer))), peer.timeoutMs);
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.close();
      settle();
    };
    const fail = (error: Error): void => finish(() => reject(failure(peer, error)));
    socket.on('error', fail);
    socket.on('message', (bytes) =>
      orFail(fail, () => {
        if (isAnswer(bytes)) finish(() => resolve(bytes));
      }),
    );
    // A connected socket hears at once that nobody listens.
    const send = (): void => socket.send(message, (error) => error && fail(error));
    orFail(fail, () => socket.connect(peer.port, peer.address, () => orFail(fail, send)));
  });
}

function overStream(peer: Peer, message: Buffer, isAnswer: IsAnswer): Promise<Buffer> {
  const connection = connect({ host: peer.address, port: peer.port });
  return new Promise<Buffer>((resolve, reject) => {
    const unframer = new Unframer();
    const timer = setTimeout(() => finish(() => reject(silence(peer))), peer.timeoutMs);
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      connection.destroy();
      settle();
    };
    const fail = (error: Error): void => finish(() => reject(failure(peer, error)));
    connection.on('error', fail);
    connection.on('close', () => fail(new Error('the connection was closed')));
    connection.on('data', (chunk) =>
      orFail(fail, () => {
        const found = unframer.push(chunk).find(isAnswer);
        if (found !== undefined) finish(() => resolve(found));
      }),
    );
    orFail(fail, () => connection.write(frame(message)));
  });
}
