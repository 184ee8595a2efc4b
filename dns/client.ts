import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';

import { agreeOnKey, type Answered } from './agreed-key';
import { AwaitedAnswer } from './awaited-answer';
import { CLASSES, OPCODES, RCODES, TYPES } from './codes';
import { DnsError, KeyRefused } from './dns-error';
import { frame, Unframer } from './framing';
import { encodeMessage, type Message, type WireRecord } from './message';
import type { RecordType } from './record';
import { type KerberosSignIn, kerberosContext } from './kerberos-sign-in';
import { type SharedKey, sign, type TsigKey } from './tsig';

export const TRANSPORTS = ['udp', 'udp4', 'udp6', 'tcp', 'tcp4', 'tcp6'] as const;
export type Transport = (typeof TRANSPORTS)[number];

export interface DnsClientOptions {
  /** Name or address of the server. */
  readonly server: string;
  readonly port: number;
  /**
   * A trailing 4 or 6 demands that version of IP. Over UDP, a question whose answer is too long is asked again over
   * TCP.
   */
  readonly transport: Transport;
  readonly timeoutMs: number;
  /** How many times to ask again where no answer comes, or where the server says that it failed. */
  readonly retries: number;
  /** Signs every message. Left out: nothing is signed, and answers need no signature. */
  readonly key?: SharedKey;
  /** Agrees on a key with the server for each message, and signs the message with it. Takes precedence over `key`. */
  readonly kerberos?: KerberosSignIn;
}

/** No answer came in time. It is worth asking again. */
class NoAnswer extends DnsError {}

/** The size that the client takes over UDP after an answer was too long, RFC 6891. */
const UDP_BYTES = 4096;

export class DnsClient {
  constructor(private readonly options: DnsClientOptions) {}

  /** Asks for the records of a name and type, without recursion. */
  query(name: string, type: RecordType): Promise<Message> {
    const question = { name, type: TYPES[type], class: CLASSES.IN };
    return this.exchange({ ...empty(OPCODES.QUERY), questions: [question] });
  }

  /** Changes a zone in one update message, RFC 2136. */
  update(zone: string, changes: readonly WireRecord[]): Promise<Message> {
    const question = { name: zone, type: TYPES.SOA, class: CLASSES.IN };
    return this.exchange({ ...empty(OPCODES.UPDATE), questions: [question], authorities: changes });
  }

  /**
   * Sends a message, several times where that helps, and gives the answer.
   *
   * @throws DnsError where no valid answer comes
   */
  private async exchange(request: Message): Promise<Message> {
    const { retries } = this.options;
    let overTcp = this.options.transport.startsWith('tcp');
    let message = request;
    for (let left = retries; ; left--) {
      try {
        const response = await this.signedAttempt(message, overTcp);
        if (response.flags.truncated === true && !overTcp) {
          // An answer that is too long is asked for with a larger size over UDP first, and then over TCP.
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

  private async signedAttempt(message: Message, overTcp: boolean): Promise<Message> {
    const { server, key, kerberos } = this.options;
    if (kerberos === undefined) return (await this.attempt(message, overTcp, key)).received.message;
    const host = server.toLowerCase().replace(/\.$/, '');
    const context = await kerberosContext(host, kerberos);
    try {
      const agreed = await agreeOnKey(host, context, (question, record) =>
        // A token is too large for UDP.
        this.attempt({ ...empty(OPCODES.QUERY), questions: [question], additionals: [record] }, true),
      );
      // Both ends count the signatures of this key, and over UDP a message may get lost.
      return (await this.attempt(message, true, agreed)).received.message;
    } finally {
      context.close();
    }
  }

  private async attempt(message: Message, overTcp: boolean, key?: TsigKey): Promise<Answered> {
    const bytes = encodeMessage(message);
    const { port, timeoutMs } = this.options;
    const signing = key === undefined ? undefined : { key, signed: sign(bytes, key) };
    const { address, family } = await this.resolve();
    const exchange = overTcp ? overStream : overDatagram;
    const awaited = new AwaitedAnswer(message, signing);
    return exchange({ address, family, port, timeoutMs }, signing?.signed.bytes ?? bytes, awaited);
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
}

function empty(opcode: number): Message {
  const nothing = { questions: [], answers: [], authorities: [], additionals: [] };
  return { id: randomInt(0x10000), opcode, rcode: RCODES.NOERROR, flags: {}, ...nothing };
}

interface Peer {
  readonly address: string;
  readonly family: number;
  readonly port: number;
  readonly timeoutMs: number;
}

function failure(peer: Peer, error: Error): DnsError {
  return new DnsError(`no answer from ${peer.address} port ${peer.port}: ${error.message}`, { cause: error });
}

/** The error at the end of a wait without an answer. A refusal of the key is reported as such. */
function silence(peer: Peer, { unproven }: AwaitedAnswer): DnsError {
  const where = `from ${peer.address} port ${peer.port} within ${peer.timeoutMs} ms`;
  if (unproven === undefined) return new NoAnswer(`no answer ${where}`);
  if (unproven instanceof KeyRefused) return unproven;
  return new DnsError(`no trustworthy answer ${where}: ${unproven.message}`, { cause: unproven });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new DnsError(String(error));
}

function overDatagram(peer: Peer, message: Buffer, awaited: AwaitedAnswer): Promise<Answered> {
  const socket: Socket = createSocket(peer.family === 6 ? 'udp6' : 'udp4');
  return new Promise<Answered>((resolve, reject) => {
    const timer = setTimeout(() => finish(() => reject(silence(peer, awaited))), peer.timeoutMs);
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.close();
      settle();
    };
    const fail = (error: Error): void => finish(() => reject(failure(peer, error)));
    socket.on('error', fail);
    socket.on('message', (bytes) => {
      try {
        const answer = awaited.take(bytes);
        if (answer !== undefined) finish(() => resolve(answer));
      } catch (error) {
        finish(() => reject(asError(error)));
      }
    });
    // A connected socket learns at once where nobody listens, and takes nothing from other addresses.
    socket.connect(peer.port, peer.address, () => socket.send(message, (error) => error && fail(error)));
  });
}

function overStream(peer: Peer, message: Buffer, awaited: AwaitedAnswer): Promise<Answered> {
  const connection = connect({ host: peer.address, port: peer.port });
  return new Promise<Answered>((resolve, reject) => {
    const unframer = new Unframer();
    const timer = setTimeout(() => finish(() => reject(silence(peer, awaited))), peer.timeoutMs);
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      connection.destroy();
      settle();
    };
    const fail = (error: Error): void => finish(() => reject(awaited.unproven ?? failure(peer, error)));
    connection.on('error', fail);
    connection.on('close', () => fail(new Error('the connection was closed')));
    connection.on('data', (chunk) => {
      try {
        for (const bytes of unframer.push(chunk)) {
          const answer = awaited.take(bytes);
          if (answer !== undefined) finish(() => resolve(answer));
        }
      } catch (error) {
        finish(() => reject(asError(error)));
      }
    });
    connection.write(frame(message));
  });
}
