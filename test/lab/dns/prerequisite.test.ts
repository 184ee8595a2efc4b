import { CLASSES, OPCODES, rcodeName, TYPES } from '../../../dns/codes';
import { decodeMessage, encodeMessage, type WireRecord, wireRecord } from '../../../dns/message';
import type { RecordData } from '../../../dns/record';
import { sign, tsigKey } from '../../../dns/tsig';
import { describeEachServer } from '../../dns/servers';
import { overUdp } from '../../dns/raw';
import { type DnsRig, newKey } from '../../dns/rig';

const ZONE = 'contoso.com.';
const MAIL = `mail.${ZONE}`;
const NOBODY = `nobody.${ZONE}`;
const key = newKey();
const a = (address: string): RecordData => ({ type: 'A', address });

const bare = (name: string, type: keyof typeof TYPES, kind: keyof typeof CLASSES, ttl = 0): WireRecord => ({
  name,
  type: TYPES[type],
  class: CLASSES[kind],
  ttl,
  data: undefined,
});
const exactly = (name: string, ...data: RecordData[]): WireRecord[] =>
  data.map((each) => wireRecord({ name, ttl: 0, data: each }));

const TABLE: readonly (readonly [string, readonly WireRecord[], string])[] = [
  ['the name is in use', [bare(MAIL, 'ANY', 'ANY')], 'NOERROR'],
  ['a free name is in use', [bare(NOBODY, 'ANY', 'ANY')], 'NXDOMAIN'],
  ['a free name is not in use', [bare(NOBODY, 'ANY', 'NONE')], 'NOERROR'],
  ['the name is not in use', [bare(MAIL, 'ANY', 'NONE')], 'YXDOMAIN'],
  ['the set exists', [bare(MAIL, 'A', 'ANY')], 'NOERROR'],
  ['a missing set exists', [bare(MAIL, 'TXT', 'ANY')], 'NXRRSET'],
  ['a missing set does not exist', [bare(MAIL, 'TXT', 'NONE')], 'NOERROR'],
  ['the set does not exist', [bare(MAIL, 'A', 'NONE')], 'YXRRSET'],
  ['the set is exactly this', exactly(MAIL, a('192.0.2.12'), a('192.0.2.11')), 'NOERROR'],
  ['the set is a part of itself', exactly(MAIL, a('192.0.2.11')), 'NXRRSET'],
  ['the set is something else', exactly(MAIL, a('192.0.2.11'), a('192.0.2.99')), 'NXRRSET'],
  ['a name of another zone is in use', [bare('mail.fabrikam.com.', 'ANY', 'ANY')], 'NOTZONE'],
  ['a TTL that is not zero', [bare(MAIL, 'A', 'ANY', 300)], 'FORMERR'],
  ['both hold, and one does not', [bare(MAIL, 'A', 'ANY'), bare(NOBODY, 'A', 'ANY')], 'NXRRSET'],
];

describeEachServer('an update with the prerequisite that', (start) => {
  let rig: DnsRig;
  beforeAll(async () => {
    const records = ['192.0.2.11', '192.0.2.12'].map((address) => ({
      name: MAIL,
      ttl: 300,
      data: a(address),
    }));
    rig = await start({ zones: [{ name: ZONE, records }], keys: [key] });
  });
  afterAll(() => rig.stop());

  test.each(TABLE)('%s', async (title, prerequisites, wanted) => {
    const mark = `mark-${TABLE.findIndex((row) => row[0] === title)}.${ZONE}`;
    const ask = async (
      opcode: number,
      sections: Partial<Parameters<typeof encodeMessage>[0]>,
    ): Promise<string> => {
      const nothing = {
        questions: [],
        answers: [],
        authorities: [],
        additionals: [],
        flags: {},
        rcode: 0,
        id: 9,
      };
      const { bytes } = sign(
        encodeMessage({ ...nothing, opcode, ...sections }),
        tsigKey(key.name, key.algorithm, key.secret),
      );
      return rcodeName(decodeMessage(await overUdp(rig, bytes)).message.rcode);
    };
    const rcode = await ask(OPCODES.UPDATE, {
      questions: [{ name: ZONE, type: TYPES.SOA, class: CLASSES.IN }],
      answers: prerequisites,
      authorities: [wireRecord({ name: mark, ttl: 300, data: a('192.0.2.1') })],
    });
    expect(rcode).toBe(wanted);
    const question = { name: mark, type: TYPES.A, class: CLASSES.IN };
    expect(await ask(OPCODES.QUERY, { questions: [question] })).toBe(
      wanted === 'NOERROR' ? 'NOERROR' : 'NXDOMAIN',
    );
  });
});
