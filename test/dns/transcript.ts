import { opcodeName, rcodeName } from '../../lab/dns/codes';
import { formatQuestion, formatWireRecord, type Message, type WireRecord } from '../../lab/dns/message';

/** A message as text, for comparison: ids, times and signatures are not in it. */
export interface MessageText {
  readonly opcode: string;
  readonly rcode: string;
  readonly flags: string;
  /** Question or zone, answers or prerequisites, authorities or changes, additions. */
  readonly sections: readonly (readonly string[])[];
}

export function messageText(message: Message): MessageText {
  const { response, authoritative, truncated, recursionDesired } = message.flags;
  const flags = [response && 'QR', authoritative && 'AA', truncated && 'TC', recursionDesired && 'RD'];
  return {
    opcode: opcodeName(message.opcode),
    rcode: rcodeName(message.rcode),
    flags: flags.filter((flag) => typeof flag === 'string').join(' '),
    sections: [
      message.questions.map(formatQuestion),
      recordLines(message.answers),
      recordLines(message.authorities),
      recordLines(message.additionals),
    ],
  };
}

/** Records of a set have no order; what an update deletes stands before what it adds. */
function recordLines(records: readonly WireRecord[]): string[] {
  const order = (line: string): number => (/ (NONE|ANY) /.test(line) ? 0 : 1);
  return records
    .map(formatWireRecord)
    .sort((left, right) => order(left) - order(right) || (left < right ? -1 : left > right ? 1 : 0));
}
