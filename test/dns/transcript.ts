import { opcodeName, rcodeName } from '../../dns/codes';
import {
  decodeMessage,
  formatQuestion,
  formatWireRecord,
  type Message,
  type WireRecord,
} from '../../dns/message';

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

/** A request and its answer, one line a fact. */
export type Exchange = readonly string[];

const SECTIONS: { readonly [opcode: string]: readonly string[] } = {
  QUERY: ['question', 'answer', 'authority', 'addition'],
  UPDATE: ['zone', 'prerequisite', 'change', 'addition'],
};

export function exchangeLines(
  protocol: 'udp' | 'tcp',
  request: Buffer,
  response: Buffer | undefined,
): Exchange {
  const asked = decodeMessage(request);
  const text = messageText(asked.message);
  const signed = asked.signature === undefined ? 'unsigned' : 'signed';
  const head = [`> ${protocol} ${signed} ${text.opcode}`, ...sectionLines(text)];
  if (response === undefined) return [...head, '< nothing'];
  const answered = decodeMessage(response);
  const answer = messageText(answered.message);
  const [, ...sections] = answer.sections;
  const mark = answered.signature === undefined ? 'unsigned' : 'signed';
  return [
    ...head,
    `< ${mark} ${answer.rcode} ${answer.flags}`,
    ...sectionLines({ ...answer, sections: [[], ...sections] }),
  ];
}

function sectionLines(text: MessageText): string[] {
  const names = SECTIONS[text.opcode] ?? [];
  return text.sections.flatMap((lines, position) => lines.map((line) => `${names[position]} ${line}`));
}
