import { agreeOnKey, type Answered } from '../../dns/agreed-key';
import { CLASSES, RCODES, TKEY_ERRORS, TYPES } from '../../dns/codes';
import { decodeMessage, encodeMessage, type Message, type WireRecord } from '../../dns/message';
import { encodeName } from '../../dns/name';
import { sign, type SignatureContext } from '../../dns/tsig';

/** One end that takes `rounds` tokens of the peer, and then signs with a letter. */
function contextOf(rounds: number): SignatureContext & { readonly taken: Buffer[] } {
  const taken: Buffer[] = [];
  return {
    taken,
    get complete() {
      return taken.length >= rounds;
    },
    token: (received) => {
      if (received !== undefined) taken.push(Buffer.from(received));
      return Promise.resolve(taken.length >= rounds ? undefined : Buffer.from(`token ${taken.length}`));
    },
    sign: () => Buffer.from('a signature'),
    isSignatureOf: (signature) => Buffer.from(signature).toString() === 'a signature',
    close: () => undefined,
  };
}

function keyData(token: string, error = 0): Buffer {
  const fixed = Buffer.alloc(14);
  fixed.writeUInt16BE(3, 8);
  fixed.writeUInt16BE(error, 10);
  fixed.writeUInt16BE(token.length, 12);
  return Buffer.concat([encodeName('gss-tsig.'), fixed, Buffer.from(token), Buffer.alloc(2)]);
}

const answered = (message: Partial<Message>): Answered => ({
  bytes: Buffer.alloc(0),
  received: {
    message: {
      id: 1,
      opcode: 0,
      rcode: RCODES.NOERROR,
      flags: {},
      questions: [],
      answers: [],
      authorities: [],
      additionals: [],
      ...message,
    },
  },
});
const answer = ({ name }: WireRecord, data: Buffer | undefined) =>
  answered({ answers: [{ name, type: TYPES.TKEY, class: CLASSES.ANY, ttl: 0, data }] });

describe('the agreement on a key', () => {
  test('asks with each token under one name, which no other has', async () => {
    const context = contextOf(2);
    const asked: WireRecord[] = [];
    const key = await agreeOnKey('dc1.contoso.local', context, (question, record) => {
      expect(question).toEqual({ name: record.name, type: TYPES.TKEY, class: CLASSES.ANY });
      asked.push(record);
      return Promise.resolve(answer(record, keyData(`answer ${asked.length}`)));
    });
    expect(context.taken.map(String)).toEqual(['answer 1', 'answer 2']);
    expect(asked.map(({ data }) => (data as Buffer).subarray(-9, -2).toString())).toEqual([
      'token 0',
      'token 1',
    ]);
    expect(new Set(asked.map(({ name }) => name))).toEqual(new Set([key.name]));
    expect(key.name).toMatch(/^[0-9a-f]{16}\.dc1\.contoso\.local\.$/);
    const other = await agreeOnKey('dc1.contoso.local', contextOf(0), () =>
      Promise.reject(new Error('nothing is asked')),
    );
    expect(other.name).not.toBe(key.name);
  });

  test.each<[string, (record: WireRecord) => Answered, string]>([
    ['refuses', () => answered({ rcode: RCODES.REFUSED }), 'answers REFUSED'],
    ['holds no key', () => answered({}), 'answers without a key'],
    ['holds an empty key', (record) => answer(record, undefined), 'answers without a key'],
    [
      'holds another key',
      (record) => answer({ ...record, name: 'other.contoso.local.' }, keyData('x')),
      'answers without a key',
    ],
    ['says that it is wrong', (record) => answer(record, keyData('', TKEY_ERRORS.BADKEY)), '(BADKEY)'],
    ['says what nobody knows', (record) => answer(record, keyData('', 99)), '(error 99)'],
    ['is cut off', (record) => answer(record, keyData('token').subarray(0, 14)), 'leaves its message'],
    [
      'is cut off in its token',
      (record) => answer(record, keyData('token').subarray(0, -5)),
      'leaves the key',
    ],
    ['never ends', (record) => answer(record, keyData('again')), 'after 8 tokens'],
  ])('ends where the answer %s', async (_title, respond, said) => {
    const attempt = agreeOnKey('dc1', contextOf(99), (_question, record) => Promise.resolve(respond(record)));
    await expect(attempt).rejects.toThrow(said);
  });

  test.each([
    ['a right signature', 'right signature', undefined],
    ['a wrong signature', 'forged signature', '(BADSIG)'],
  ])('looks at the last answer, with %s', async (_title, signature, problem) => {
    const context = (signed: string): SignatureContext => ({
      ...contextOf(9),
      complete: true,
      token: (received) => Promise.resolve(received === undefined ? Buffer.from('token') : undefined),
      sign: () => Buffer.from(signed),
      isSignatureOf: (mac) => Buffer.from(mac).toString() === 'right signature',
    });
    const attempt = agreeOnKey('dc1', context('of the client'), (_question, record) => {
      const { message } = answer(record, keyData('enough')).received;
      const server = { name: record.name, context: context(signature) };
      const { bytes } = sign(encodeMessage({ ...message, flags: { response: true } }), server);
      return Promise.resolve({ bytes, received: decodeMessage(bytes) });
    });
    if (problem === undefined) expect((await attempt).context.complete).toBe(true);
    else await expect(attempt).rejects.toThrow(problem);
  });

  /** Its own token is the last: what comes then is what the server says to it. */
  const last = (): SignatureContext => ({
    ...contextOf(9),
    complete: true,
    token: (received) =>
      received === undefined ? Promise.resolve(Buffer.from('token')) : Promise.reject(new Error('no token')),
  });

  test('takes no token from the answer to the last one, which repeats it', async () => {
    const key = await agreeOnKey('dc1', last(), (_question, record) => {
      const { message } = answer(record, keyData('token')).received;
      const server = { name: record.name, context: contextOf(0) };
      const { bytes } = sign(encodeMessage({ ...message, flags: { response: true } }), server);
      return Promise.resolve({ bytes, received: decodeMessage(bytes) });
    });
    expect(key.context.complete).toBe(true);
  });

  test('does not believe an answer to the last token that nobody signed', async () => {
    const attempt = agreeOnKey('dc1', last(), (_question, record) =>
      Promise.resolve(answer(record, keyData('token'))),
    );
    await expect(attempt).rejects.toThrow('is not signed');
  });

  test('ends where the server stops before its end', async () => {
    const context: SignatureContext = {
      ...contextOf(9),
      complete: false,
      token: (received) => Promise.resolve(received === undefined ? Buffer.from('token') : undefined),
    };
    const attempt = agreeOnKey('dc1', context, (_question, record) =>
      Promise.resolve(answer(record, keyData('enough'))),
    );
    await expect(attempt).rejects.toThrow('broke off the agreement');
  });
});
