import { CLASSES, OPCODES, RCODES, TSIG_ERRORS, TYPES } from '../../dns/codes';
import { decodeMessage, encodeMessage } from '../../dns/message';
import { currentTime, readSignature, sign, TSIG_ALGORITHMS, tsigKey, verify } from '../../dns/tsig';
import { describeEachServer } from './servers';
import { overUdp } from './raw';
import { clientOf, type DnsRig, newKey, type RigKey } from './rig';

const ZONE = 'contoso.com.';
const keys = TSIG_ALGORITHMS.map((algorithm) => newKey(algorithm, `${algorithm}.`));
const keyOf = (key: RigKey) => tsigKey(key.name, key.algorithm, key.secret);

const question = encodeMessage({
  id: 4711,
  opcode: OPCODES.QUERY,
  rcode: 0,
  flags: {},
  questions: [{ name: ZONE, type: TYPES.SOA, class: CLASSES.IN }],
  answers: [],
  authorities: [],
  additionals: [],
});

describeEachServer('a signed message', (start) => {
  let rig: DnsRig;
  beforeAll(async () => {
    rig = await start({ zones: [{ name: ZONE }], keys });
  });
  afterAll(() => rig.stop());

  test.each(keys.map((key) => [key.algorithm, key] as const))(
    'with %s is answered and signed',
    async (_, key) => {
      const { message } = decodeMessage(await overUdp(rig, sign(question, keyOf(key)).bytes));
      expect(message.rcode).toBe(RCODES.NOERROR);
      const answer = await clientOf(rig, { ...key, name: key.name.toUpperCase() }).query(ZONE, 'SOA');
      expect(answer.answers).toHaveLength(1);
    },
  );

  const [key] = keys as [RigKey];
  const ask = async (bytes: Buffer) => {
    const response = await overUdp(rig, bytes);
    const received = decodeMessage(response);
    if (received.signature === undefined) throw new Error('the answer has no signature');
    return {
      ...received,
      signature: received.signature,
      response,
      read: readSignature(response, received.signature),
    };
  };

  test.each([
    ['an unknown key', { ...key, name: 'unknown.' }, TSIG_ERRORS.BADKEY],
    [
      'a known key under another algorithm',
      { ...key, algorithm: 'hmac-sha512' as const },
      TSIG_ERRORS.BADKEY,
    ],
    ['a wrong secret', { ...key, secret: newKey().secret }, TSIG_ERRORS.BADSIG],
  ])('with %s gets an answer without a signature of its own', async (_, wrong, error) => {
    const { message, read } = await ask(sign(question, keyOf(wrong)).bytes);
    expect(message.rcode).toBe(RCODES.NOTAUTH);
    expect(read.error).toBe(error);
    expect(read.mac).toHaveLength(0);
  });

  test.each([-1000, 1000])(
    '%s seconds off gets a signed answer with the time of the server',
    async (seconds) => {
      const time = currentTime() + seconds;
      const request = sign(question, keyOf(key), { time });
      const { message, read, response, signature } = await ask(request.bytes);
      expect(message.rcode).toBe(RCODES.NOTAUTH);
      expect(read.error).toBe(TSIG_ERRORS.BADTIME);
      expect(Math.abs(read.other.readUIntBE(0, 6) - currentTime())).toBeLessThan(60);
      expect(verify(response, signature, [keyOf(key)], { requestMac: request.mac, time }).kind).toBe('valid');
    },
  );

  test('changed on its way is refused', async () => {
    const { bytes } = sign(question, keyOf(key));
    // The first letter of the name that is asked for.
    bytes.write('d', 13);
    const { read } = await ask(bytes);
    expect(read.error).toBe(TSIG_ERRORS.BADSIG);
  });

  test('whose answer is checked with another request does not pass', async () => {
    const request = sign(question, keyOf(key));
    const { response, signature } = await ask(request.bytes);
    const check = (requestMac: Buffer) => verify(response, signature, [keyOf(key)], { requestMac });
    expect(check(request.mac).kind).toBe('valid');
    expect(check(Buffer.alloc(request.mac.length))).toMatchObject({ kind: 'refused', error: 'BADSIG' });
  });
});

describe('a key', () => {
  test.each([
    ['a name without a dot at its end', 'update', 'hmac-sha256', 'c2VjcmV0', 'update'],
    ['an unknown algorithm', 'update.', 'hmac-sha3', 'c2VjcmV0', 'hmac-sha3'],
    ['a secret that is not Base64', 'update.', 'hmac-sha256', 'not base64!', 'Base64'],
    ['an empty secret', 'update.', 'hmac-sha256', '', 'Base64'],
  ])('with %s is refused, and its secret is not in the message', (_, name, algorithm, secret, said) => {
    const make = () => tsigKey(name, algorithm, secret);
    expect(make).toThrow(said);
    if (secret !== '') expect(make).not.toThrow(secret);
  });
});
