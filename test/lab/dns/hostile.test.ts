import fc from 'fast-check';

import { decodeMessage } from '../../../dns/message';
import { MalformedMessage } from '../../../dns/name';
import { Responder } from '../../../lab/dns/responder';
import { sign, tsigKey } from '../../../dns/tsig';
import { Zone } from '../../../lab/dns/zone';
import { startLab } from '../../dns/lab';
import { overTcp, overUdp } from '../../dns/raw';
import { clientOf, newKey } from '../../dns/rig';

const ZONE = 'contoso.com.';
const key = newKey();
const header = (questions: number, answers = 0): string =>
  `1234 0000 ${questions.toString(16).padStart(4, '0')} ${answers.toString(16).padStart(4, '0')} 0000 0000`;
const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

const MALFORMED: readonly (readonly [string, Buffer])[] = [
  ['more questions than bytes', bytes(header(0xffff))],
  ['a name that points to itself', bytes(`${header(1)} c00c 0001 0001`)],
  ['a name that points forward', bytes(`${header(1)} c010 0001 0001 00`)],
  ['names that point to each other', bytes(`${header(2)} 0161 c012 0001 0001 0162 c00c 0001 0001`)],
  ['a label that leaves the message', bytes(`${header(1)} 3f61`)],
  ['a label of an unknown form', bytes(`${header(1)} 8061 00 0001 0001`)],
  [
    'a name that is too long',
    Buffer.concat([bytes(header(1)), Buffer.alloc(300, bytes('0161')), bytes('00 0001 0001')]),
  ],
  ['a label with a dot in it', bytes(`${header(1)} 03612e62 00 0001 0001`)],
  ['a record whose data leaves the message', bytes(`${header(0, 1)} 00 0001 0001 00000000 ffff 7f000001`)],
  ['an address of three bytes', bytes(`${header(0, 1)} 00 0001 0001 00000000 0003 7f0000`)],
  ['a text that is longer than its data', bytes(`${header(0, 1)} 00 0010 0001 00000000 0002 ff61`)],
  ['data that goes on behind its name', bytes(`${header(0, 1)} 00 0005 0001 00000000 0003 016100ff`)],
  ['bytes behind the message', bytes(`${header(0)} 00`)],
  ['a signature in the middle', bytes(`1234 0000 0000 0001 0000 0000 00 00fa 00ff 00000000 0000`)],
  ['a signature without data', bytes(`1234 0000 0000 0000 0000 0001 00 00fa 00ff 00000000 0000`)],
  ['a signature that is cut off', bytes(`1234 0000 0000 0000 0000 0001 00 00fa 00ff 00000000 0003 016100`)],
];

describe('a hostile packet', () => {
  test.each(MALFORMED)('with %s is answered with FORMERR', async (_, packet) => {
    const rig = await startLab({ zones: [{ name: ZONE }], keys: [key] });
    try {
      const response = await overUdp(rig, packet);
      expect(response.subarray(0, 4).toString('hex')).toBe('12348001');
      expect((await clientOf(rig, key).query(ZONE, 'SOA')).answers).toHaveLength(1);
    } finally {
      await rig.stop();
    }
  });

  test('of any bytes is a message or malformed, and nothing else', () => {
    const responder = new Responder(
      [Zone.declared({ name: ZONE })],
      [tsigKey(key.name, key.algorithm, key.secret)],
    );
    const starts = fc.constantFrom(...MALFORMED.map(([, packet]) => packet), Buffer.alloc(0));
    fc.assert(
      fc.property(
        starts,
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(),
        fc.integer({ min: 0, max: 255 }),
        (begin, end, at, value) => {
          const packet = Buffer.concat([begin, Buffer.from(end)]);
          if (packet.length > 0) packet[at % packet.length] = value;
          responder.respond(packet, 512);
          try {
            decodeMessage(packet);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedMessage);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('that is an answer is not answered, so that two servers cannot talk for ever', () => {
    const responder = new Responder([Zone.declared({ name: ZONE })], []);
    expect(responder.respond(bytes('1234 8000 0001 0000 0000 0000 ffff'))).toBeUndefined();
    expect(responder.respond(bytes('1234 8000 0000 0000 0000 0000'))).toBeUndefined();
    expect(responder.respond(bytes('1234'))).toBeUndefined();
  });

  test('over TCP that never ends its message holds no other connection up', async () => {
    const rig = await startLab({ zones: [{ name: ZONE }], keys: [key] });
    try {
      const stuck = overTcp(rig, bytes('ffff 1234'), 500);
      const many = overTcp(
        rig,
        Buffer.concat(Array.from({ length: 50 }, () => bytes('000c 1234 0000 ffff 0000 0000 0000'))),
        500,
      );
      expect((await clientOf(rig, key, 'tcp').query(ZONE, 'SOA')).answers).toHaveLength(1);
      expect(await stuck).toHaveLength(0);
      expect((await many).length).toBe(50 * 14);
    } finally {
      await rig.stop();
    }
  });

  test('with a signature of an impossible length is malformed', async () => {
    const rig = await startLab({ zones: [{ name: ZONE }], keys: [key] });
    try {
      const { bytes: signed } = sign(
        bytes(`${header(1)} 07636f6e746f736f03636f6d00 0006 0001`),
        tsigKey(key.name, key.algorithm, key.secret),
      );
      // The MAC's length stands behind the key's name, the record's frame, the algorithm and the time.
      const macLength = signed.indexOf(bytes('012c 0020')) + 2;
      const cut = Buffer.concat([
        signed.subarray(0, macLength),
        bytes('0004'),
        signed.subarray(macLength + 2, macLength + 6),
        signed.subarray(macLength + 34),
      ]);
      const dataLength = signed.indexOf(bytes('00fa 00ff')) + 8;
      cut.writeUInt16BE(signed.readUInt16BE(dataLength) - 28, dataLength);
      expect((await overUdp(rig, cut)).subarray(0, 4).toString('hex')).toBe('12348001');
    } finally {
      await rig.stop();
    }
  });
});
