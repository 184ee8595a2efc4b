import { answer } from './answer';
import { CLASSES, OPCODES, type Rcode, RCODES, TSIG_ERRORS, TYPES } from '../../dns/codes';
import { decodeMessage, encodeMessage, type Message, type Received } from '../../dns/message';
import { fold, MalformedMessage } from '../../dns/name';
import {
  appendError,
  currentTime,
  sign,
  timeBytes,
  type TsigKey,
  verify,
  type Verdict,
} from '../../dns/tsig';
import { update } from './update';
import type { Zone } from './zone';

/** The longest message over UDP with a client that announces EDNS (RFC 6891), as in BIND. */
const LARGEST_UDP_BYTES = 1232;
/** The bytes by which the signature of a BADTIME answer is longer than that of the request. */
const SERVER_TIME_BYTES = 6;

type Reply = Omit<Message, 'id' | 'opcode' | 'flags' | 'questions' | 'udpSize' | 'ednsVersion'> & {
  readonly authoritative: boolean;
};

const bare = (rcode: Rcode): Reply => ({
  rcode: RCODES[rcode],
  authoritative: false,
  answers: [],
  authorities: [],
  additionals: [],
});

/** Makes the bytes of an answer from the bytes of a request, without sockets. */
export class Responder {
  private zones: readonly Zone[];

  constructor(
    zones: readonly Zone[],
    private readonly keys: readonly TsigKey[],
    /** Receives the zones after every change, before the change is answered. */
    private readonly changed: (zones: readonly Zone[]) => void = () => undefined,
    private readonly now: () => number = currentTime,
  ) {
    this.zones = zones;
  }

  /**
   * @param limit the largest answer in bytes where the request announces no size (UDP); `undefined` over TCP
   * @returns the answer; `undefined` for bytes that are not a request, which get no answer
   */
  respond(bytes: Buffer, limit?: number): Buffer | undefined {
    let received: Received;
    try {
      received = decodeMessage(bytes);
    } catch (error) {
      if (error instanceof MalformedMessage) return malformed(bytes);
      throw error;
    }
    const { message } = received;
    if (message.flags.response === true) return undefined;

    let verdict: Verdict | undefined;
    try {
      if (received.signature !== undefined) {
        verdict = verify(bytes, received.signature, this.keys, { time: this.now() });
      }
    } catch (error) {
      if (error instanceof MalformedMessage) return malformed(bytes);
      throw error;
    }
    const reply = verdict?.kind === 'refused' ? bare('NOTAUTH') : this.reply(message, verdict);
    const signatureBytes =
      received.signature === undefined ? 0 : bytes.length - received.signature.start + SERVER_TIME_BYTES;
    const room =
      limit === undefined
        ? Infinity
        : Math.max(limit, Math.min(message.udpSize ?? 0, LARGEST_UDP_BYTES)) - signatureBytes;
    return this.finish(shrunk(encodable(message, reply), room), verdict);
  }

  private reply(message: Message, verdict: Verdict | undefined): Reply {
    if (message.ednsVersion !== undefined && message.ednsVersion > 0) return bare('BADVERS');
    const [question, ...others] = message.questions;
    if (question === undefined || others.length > 0) return bare('FORMERR');
    if (message.opcode === OPCODES.QUERY) {
      const found = answer(this.zones, question);
      return { ...found, rcode: RCODES[found.rcode] };
    }
    if (message.opcode !== OPCODES.UPDATE) return bare('NOTIMP');

    if (question.type !== TYPES.SOA) return bare('FORMERR');
    const zone = this.zones.find((each) => fold(each.name) === fold(question.name));
    if (zone === undefined || question.class !== CLASSES.IN) return bare('NOTAUTH');
    if (verdict?.kind !== 'valid') return bare('REFUSED');
    const result = update(zone, message);
    if (result.zone !== undefined) this.replace(zone, result.zone);
    return bare(result.rcode);
  }

  private replace(before: Zone, after: Zone): void {
    const zones = this.zones.map((zone) => (zone === before ? after : zone));
    this.changed(zones);
    this.zones = zones;
  }

  /** RFC 8945 section 5.3: a signed request gets a signed answer, unless its signature cannot be trusted. */
  private finish(response: Buffer, verdict: Verdict | undefined): Buffer {
    if (verdict === undefined) return response;
    const { signature } = verdict;
    const time = this.now();
    if (verdict.kind === 'valid') {
      return sign(response, verdict.key, { requestMac: signature.mac, time }).bytes;
    }
    const error = TSIG_ERRORS[verdict.error];
    if (verdict.key === undefined) return appendError(response, signature, error);
    // A BADTIME answer carries the signed time of the request, and the time of the server beside it.
    const times = verdict.error === 'BADTIME' ? { time: signature.time, other: timeBytes(time) } : { time };
    return sign(response, verdict.key, { requestMac: signature.mac, error, ...times }).bytes;
  }
}

function encodable(request: Message, reply: Reply): Message {
  const { authoritative, ...rest } = reply;
  return {
    ...rest,
    id: request.id,
    opcode: request.opcode,
    flags: { response: true, authoritative, recursionDesired: request.flags.recursionDesired === true },
    questions: request.questions,
    udpSize: request.udpSize === undefined ? undefined : LARGEST_UDP_BYTES,
  };
}

/**
 * Shortens a message to a size. The additional section is dropped first, from its end: that does not count as
 * truncation (RFC 2181 section 9).
 */
function shrunk(message: Message, room: number): Buffer {
  for (let count = message.additionals.length; count >= 0; count--) {
    const bytes = encodeMessage({ ...message, additionals: message.additionals.slice(0, count) });
    if (bytes.length <= room) return bytes;
  }
  const flags = { ...message.flags, truncated: true };
  return encodeMessage({ ...message, answers: [], authorities: [], additionals: [], flags });
}

/**
 * A message that cannot be read gets an answer with only its header, unless it is an answer itself (RFC 1035 4.1.1).
 */
function malformed(bytes: Buffer): Buffer | undefined {
  if (bytes.length < 12 || (bytes.readUInt8(2) & 0x80) !== 0) return undefined;
  return encodeMessage({
    id: bytes.readUInt16BE(0),
    opcode: (bytes.readUInt8(2) >> 3) & 0xf,
    rcode: RCODES.FORMERR,
    flags: { response: true },
    questions: [],
    answers: [],
    authorities: [],
    additionals: [],
  });
}
