import type { Forgery } from '../../../lab/wsman/sealing';
import { SecureText } from '../../../powershell/invocation';
import type { RemotingSession, SessionOptions } from '../../../remoting/session';
import type { WsmanOptions } from '../../../remoting/transports/wsman/transport';
import { PASSWORD, USER } from '../../kerberos/realm';
import { KerberosDoor } from '../../lab/wsman/kerberos-door';
import { describeWithKerberos } from '../peers/kdc';
import { removeCertificate, type Lab } from './lab';

const echo = { cmdlet: 'Get-Echo', parameters: { A: 1 } };
const WHENS = ['before', 'during', 'after'] as const;

describeWithKerberos('what is known of a call with Kerberos', () => {
  const door = new KerberosDoor();
  let lab: Lab;
  beforeAll(() => door.start());
  beforeEach(async () => {
    lab = await door.open({ windows: 2022 });
  });
  afterEach(async () => {
    expect(lab.service.shells).toBe(0);
    await door.closeAll();
  });
  afterAll(async () => {
    await door.stop();
    removeCertificate();
  });

  const password = new SecureText(PASSWORD, 'the password');
  const authentication = {
    kind: 'negotiate',
    signIn: { kind: 'password', principal: USER, password },
  } as const;

  describe.each(['http', 'https'] as const)('over %s', (scheme) => {
    const connect = (wsman: Partial<WsmanOptions> = {}, session?: SessionOptions): Promise<RemotingSession> =>
      lab.connect({ url: scheme === 'http' ? lab.httpUrl : lab.url, authentication, ...wsman }, session);

    test.each(WHENS)('a sign-in that is dropped %s it was answered had no effect', async (when) => {
      lab.disturbances.arm({ operation: 'SignIn', effect: { kind: 'reset' }, when });
      await expect(connect()).rejects.toMatchObject({ kind: 'closed', facts: { noEffect: true } });
      expect(lab.operations()).toEqual(['SignIn']);
    });

    test.each(WHENS)('a Create that is dropped %s it took effect leaves no shell', async (when) => {
      lab.disturbances.arm({ operation: 'Create', effect: { kind: 'reset' }, when });
      const error: unknown = await connect().catch((reason: unknown) => reason);
      expect(error).toMatchObject({ kind: 'closed' });
      expect(error).not.toHaveProperty('facts.noEffect');
      expect(lab.operations()).toEqual(['SignIn', 'Create', 'SignIn', 'Delete']);
    });

    test.each(WHENS)(
      'a Command that is dropped %s it took effect is unknown, and not repeated',
      async (when) => {
        const session = await connect();
        lab.operations();
        lab.disturbances.arm({ operation: 'Command', effect: { kind: 'reset' }, when });
        expect(await session.invoke(echo)).toMatchObject({ kind: 'unknown', interruption: 'closed' });
        expect(lab.operations()).toEqual(['Command']);
        await session.close();
        expect(lab.operations()).toEqual(['SignIn', 'Delete']);
      },
    );

    test.each(WHENS)('a Receive that is dropped %s it was answered is unknown', async (when) => {
      const session = await connect();
      lab.operations();
      lab.disturbances.arm({ operation: 'Receive', effect: { kind: 'reset' }, when });
      expect(await session.invoke(echo)).toMatchObject({ kind: 'unknown', interruption: 'closed' });
      expect(lab.operations()).toEqual(['Command', 'Receive']);
      await session.close();
    });

    test.each(WHENS)(
      'of several requests only the last, dropped %s it took effect, is unknown',
      async (when) => {
        const call = { cmdlet: 'Get-Echo', parameters: { FileData: new Uint8Array(60_000).fill(9) } };
        const small = { maxEnvelopeBytes: 32_768 };
        const whole = await connect(small);
        expect(await whole.invoke(call)).toMatchObject({ kind: 'objects' });
        await whole.close();
        const sends = lab.operations().filter((operation) => operation === 'Send').length;
        expect(sends).toBeGreaterThan(2);
        for (const at of [0, 1, sends]) {
          const session = await connect(small);
          const operation = at === 0 ? ('Command' as const) : ('Send' as const);
          lab.disturbances.arm({ operation, at: Math.max(at, 1), effect: { kind: 'reset' }, when });
          expect(await session.invoke(call)).toMatchObject(
            at === sends
              ? { kind: 'unknown', interruption: 'closed' }
              : { kind: 'failed', notSent: 'closed' },
          );
          expect(lab.disturbances.waiting).toEqual([]);
          await session.close();
        }
      },
    );

    test.each(WHENS)('a Delete that is dropped %s it took effect is sent once more', async (when) => {
      const session = await connect();
      lab.operations();
      lab.disturbances.arm({ operation: 'Delete', effect: { kind: 'reset' }, when });
      await session.close();
      expect(lab.operations()).toEqual(['Delete', 'SignIn', 'Delete']);
    });

    test.each(['silence', 'half-close'] as const)(
      'a server that answers with %s is given up',
      async (kind) => {
        const session = await connect({}, { ackTimeoutMs: 500 });
        lab.disturbances.arm({ operation: 'Command', effect: { kind } });
        expect(await session.invoke(echo)).toMatchObject({ kind: 'unknown' });
        await session.close();
      },
    );

    test('a sign-in that is never answered is given up in time, without effect', async () => {
      lab.disturbances.arm({ operation: 'SignIn', effect: { kind: 'silence' } });
      await expect(connect({}, { ackTimeoutMs: 500 })).rejects.toMatchObject({
        kind: 'timeout',
        facts: { bound: 'ackTimeoutMs', noEffect: true },
      });
    });

    test('a command that had no effect for its fault is told so, and the session stays of use', async () => {
      const session = await connect();
      const effect = { kind: 'fault', subcode: 'QuotaLimit', windowsCode: 2150859240 } as const;
      lab.operations();
      lab.disturbances.arm({ operation: 'Command', effect });
      expect(await session.invoke(echo)).toMatchObject({ kind: 'objects' });
      expect(lab.operations().filter((operation) => operation === 'Command')).toHaveLength(2);
      await session.close();
    });
  });

  test('HTTP 503 is asked again over https, and believed by nobody over http', async () => {
    const effect = { kind: 'status', status: 503, headers: { 'Retry-After': '0' } } as const;
    const safe = await lab.connect({ authentication });
    lab.disturbances.arm({ operation: 'Command', effect });
    expect(await safe.invoke(echo)).toMatchObject({ kind: 'objects' });
    await safe.close();
    const sealed = await lab.connect({ url: lab.httpUrl, authentication });
    lab.disturbances.arm({ operation: 'Command', effect });
    expect(await sealed.invoke(echo)).toMatchObject({ kind: 'unknown' });
    expect(sealed.failure).toMatchObject({ kind: 'not-sealed' });
    await sealed.close();
  });

  test.each<Forgery>(['tampered', 'cut', 'repeated', 'reflected', 'unsealed'])(
    'an answer that is %s is not taken',
    async (answer) => {
      const session = await lab.connect({ url: lab.httpUrl, authentication });
      lab.disturbances.arm({ operation: 'Command', effect: { kind: 'forgery', answer } });
      expect(await session.invoke(echo)).toMatchObject({ kind: 'unknown', interruption: 'closed' });
      expect(session.failure).toMatchObject({ kind: 'not-sealed' });
      await session.close();
    },
  );

  test('bodies past what IIS keeps go over HTTPS where it asks for a certificate', async () => {
    const session = await lab.connect({ authentication }, { runspaces: 2 });
    const call = { cmdlet: 'Get-Echo', parameters: { FileData: new Uint8Array(200_000).fill(9) } };
    const outcomes = await Promise.all([session.invoke(call), session.invoke(call)]);
    expect(outcomes).toMatchObject([{ kind: 'objects' }, { kind: 'objects' }]);
    await session.close();
  });
});
