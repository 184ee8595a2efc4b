import fc from 'fast-check';
import { KerberosError, type SecurityContext } from '../../kerberos';
import { NegotiatingAcceptor, NegotiatingInitiator } from '../../kerberos/spnego';

/** A context that takes any token and is complete then; what it was given, in order. */
class Willing implements SecurityContext {
  complete = false;
  readonly peer = 'peer';
  readonly bound = false;
  readonly given: string[] = [];
  closed = false;

  constructor(private readonly first: 'initiate' | 'accept') {}

  async token(received?: Uint8Array): Promise<Buffer | undefined> {
    this.given.push(received === undefined ? '' : Buffer.from(received).toString());
    this.complete = received !== undefined;
    return this.complete && this.first === 'initiate' ? undefined : Buffer.from(`${this.first} token`);
  }
  seal = (): never => {
    throw new Error('not used');
  };
  unseal = this.seal;
  sign = this.seal;
  verify(message: Uint8Array, signature: Uint8Array): void {
    this.given.push(`verify ${Buffer.from(message).toString('hex')} ${Buffer.from(signature).toString()}`);
  }
  close(): void {
    this.closed = true;
  }
}

const KERBEROS = '06092a864886f712010202';
const NTLM = '060a2b06010401823702020a';

function element(tag: string, ...contents: readonly string[]): string {
  const content = contents.join('');
  return `${tag}${(content.length / 2).toString(16).padStart(2, '0')}${content}`;
}

/** NegTokenResp, in hexadecimal. */
function response(...fields: readonly string[]): Buffer {
  return Buffer.from(element('a1', element('30', ...fields)), 'hex');
}

function offer(mechanisms: readonly string[], ...more: readonly string[]): Buffer {
  const list = element('a0', element('30', ...mechanisms));
  return Buffer.from(element('60', '06062b0601050502', element('a0', element('30', list, ...more))), 'hex');
}

const COMPLETED = element('a0', '0a0100');
const INCOMPLETE = element('a0', '0a0101');
const REJECTED = element('a0', '0a0102');
const CHOSEN = element('a1', KERBEROS);
const ANSWER = element('a2', element('04', Buffer.from('answer').toString('hex')));
const TOKEN = element('a2', element('04', Buffer.from('begin').toString('hex')));

async function kindOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  return error instanceof KerberosError ? error.kind : error;
}

describe('SPNEGO', () => {
  test('begins with Kerberos alone, and its token at once', async () => {
    const token = await new NegotiatingInitiator(new Willing('initiate')).token();
    const mechanism = element('a2', element('04', Buffer.from('initiate token').toString('hex')));
    expect(token).toEqual(offer([KERBEROS], mechanism));
  });

  test('hands the answer on, and is complete then', async () => {
    const inner = new Willing('initiate');
    const context = new NegotiatingInitiator(inner);
    await context.token();
    expect(context.complete).toBe(false);
    expect(await context.token(response(COMPLETED, CHOSEN, ANSWER))).toBeUndefined();
    expect(inner.given).toEqual(['', 'answer']);
    expect(context.complete).toBe(true);
  });

  test('checks what the acceptor signed of the offer', async () => {
    const inner = new Willing('initiate');
    const context = new NegotiatingInitiator(inner);
    await context.token();
    const mic = element('a3', element('04', Buffer.from('mic').toString('hex')));
    await context.token(response(COMPLETED, CHOSEN, ANSWER, mic));
    expect(inner.given.at(-1)).toBe(`verify ${element('30', KERBEROS)} mic`);
  });

  test.each([
    ['rejects', response(REJECTED), 'refused'],
    ['chooses NTLM', response(COMPLETED, element('a1', NTLM), ANSWER), 'token-invalid'],
    ['wants more', response(INCOMPLETE, CHOSEN, ANSWER), 'token-invalid'],
    ['says that it is done, and proves nothing', response(COMPLETED, CHOSEN), 'token-invalid'],
    ['names a field twice', response(COMPLETED, COMPLETED, ANSWER), 'token-invalid'],
    ['answers nothing', Buffer.alloc(0), 'token-invalid'],
    ['sends an offer', offer([KERBEROS], TOKEN), 'token-invalid'],
  ])('an acceptor that %s is not believed', async (_name, answer, kind) => {
    const inner = new Willing('initiate');
    const context = new NegotiatingInitiator(inner);
    await context.token();
    expect(await kindOf(context.token(answer))).toBe(kind);
    expect([context.complete, inner.closed]).toEqual([false, true]);
    expect(() => context.seal(Buffer.from('secret'))).toThrow(KerberosError);
  });

  test('answers an offer that begins with Kerberos, as older Windows names it too', async () => {
    for (const mechanism of [KERBEROS, '06092a864882f712010202']) {
      const inner = new Willing('accept');
      const context = new NegotiatingAcceptor(inner);
      const answer = element('a2', element('04', Buffer.from('accept token').toString('hex')));
      expect(await context.token(offer([mechanism, NTLM], TOKEN))).toEqual(
        response(COMPLETED, element('a1', mechanism), answer),
      );
      expect(inner.given).toEqual(['begin']);
      expect(context.complete).toBe(true);
    }
  });

  test('takes Kerberos without a negotiation around it, and answers so', async () => {
    const inner = new Willing('accept');
    const context = new NegotiatingAcceptor(inner);
    const token = Buffer.from(element('60', KERBEROS, '0100', '6e00'), 'hex');
    expect((await context.token(token))?.toString()).toBe('accept token');
    expect(inner.given).toEqual([token.toString()]);
    expect(context.complete).toBe(true);
  });

  test.each([
    ['begins with NTLM', offer([NTLM, KERBEROS], TOKEN)],
    ['has no token', offer([KERBEROS])],
    ['has no list', offer([], TOKEN)],
    ['goes on', Buffer.concat([offer([KERBEROS], TOKEN), Buffer.from('00', 'hex')])],
    ['is empty', Buffer.alloc(0)],
  ])('an offer that %s is refused', async (_name, token) => {
    expect(await kindOf(new NegotiatingAcceptor(new Willing('accept')).token(token))).toBe('token-invalid');
  });

  test('any bytes are refused, at either end', async () => {
    const whole = [response(COMPLETED, CHOSEN, ANSWER), offer([KERBEROS], TOKEN)];
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.tuple(fc.constantFrom(...whole), fc.nat(40), fc.nat(255)).map(([bytes, at, value]) => {
        const copy = Buffer.from(bytes);
        copy[at % copy.length] = value;
        return copy;
      }),
      // Lengths of four bytes and more.
      fc
        .tuple(fc.constantFrom(0x60, 0xa1), fc.integer({ min: 0x80, max: 0xff }), fc.uint8Array())
        .map(([tag, length, rest]) => Buffer.from([tag, length, ...rest])),
    );
    await fc.assert(
      fc.asyncProperty(hostile, async (bytes) => {
        const initiator = new NegotiatingInitiator(new Willing('initiate'));
        await initiator.token();
        for (const end of [initiator, new NegotiatingAcceptor(new Willing('accept'))]) {
          const outcome = await kindOf(end.token(bytes));
          // A changed byte of a token within is for Kerberos to find.
          if (!end.complete) expect(['token-invalid', 'refused']).toContain(outcome);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
