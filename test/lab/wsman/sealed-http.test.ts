import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { PASSWORD, USER, type Lab } from '../../remoting/wsman/lab';
import { describeWithKerberos } from '../../remoting/peers/kdc';
import { asked, doorOfTests } from './kerberos-door';
import { sealed, unsealed, type RawAnswer } from './raw-client';

/** The fault for a shell that is not there: the request came to the service. */
const ARRIVED = 'InvalidSelectors';

describeWithKerberos('the endpoint over HTTP', () => {
  const door = doorOfTests();

  function expectNothingDone(lab: Lab): void {
    expect(lab.traffic.map(({ operation }) => operation).filter((name) => name !== 'SignIn')).toEqual(['']);
    expect(lab.service.shells).toBe(0);
  }

  describe('the sign-in', () => {
    test('is challenged with Kerberos, and nothing else', async () => {
      const lab = await door.open();
      const { status, headers } = await door.client(lab.httpUrl).post();
      expect([status, headers['www-authenticate']]).toEqual([401, 'Kerberos']);
    });

    test.each([
      [['Negotiate'], 'Negotiate'],
      [['Negotiate', 'Kerberos'], 'Negotiate, Kerberos'],
    ] as const)('is challenged with %j where the endpoint is to', async (schemes, challenge) => {
      const lab = await door.open({}, { schemes });
      const { headers } = await door.client(lab.httpUrl).post();
      expect(headers['www-authenticate']).toBe(challenge);
    });

    test.each(['Kerberos', 'Negotiate'] as const)(
      'with %s is an empty request, whose empty answer proves the server; the connection remembers it',
      async (scheme) => {
        const lab = await door.open({}, { schemes: [scheme] });
        const client = door.client(lab.httpUrl);
        const context = door.initiate({ mechanism: scheme === 'Kerberos' ? 'kerberos' : 'spnego' });
        expect(await client.signIn(context, scheme)).toMatchObject({ status: 200, body: Buffer.alloc(0) });
        expect(context.complete).toBe(true);
        for (let call = 0; call < 3; call += 1) {
          const { body, headers } = sealed(context, asked('Receive'), { scheme });
          const answer = await client.post(body, headers);
          expect(answer.status).toBe(500);
          expect(answer.headers['www-authenticate']).toBeUndefined();
          expect(unsealed(context, answer).toString()).toContain(ARRIVED);
        }
        expect(lab.traffic.map(({ operation, connection }) => [operation, connection])).toEqual([
          ['SignIn', 1],
          ['Receive', 1],
          ['Receive', 1],
          ['Receive', 1],
        ]);
      },
    );

    test('counts for its connection only', async () => {
      const lab = await door.open();
      const { context } = await door.signedIn(lab);
      const { body, headers } = sealed(context, asked('Create'));
      const answer = await door.client(lab.httpUrl).post(body, headers);
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Kerberos']);
      expectNothingDone(lab);
    });

    test('takes no Basic, though HTTPS does', async () => {
      const basic = (user: string, password: string) => user === USER && password === PASSWORD;
      const lab = await door.open({ authentication: { basic } });
      const header = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
      const refused = await door.client(lab.httpUrl).post(asked('Create'), { Authorization: header });
      expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, undefined]);
      const tls = { rejectUnauthorized: false };
      const taken = await door.client(lab.url, tls).post(asked('Create'), { Authorization: header });
      expect(taken.status).toBe(200);
    });
  });

  describe('a body', () => {
    test('comes back with Exchange’s space in the boundary, and a tab before the names in it', async () => {
      const { client, context } = await door.signedIn(await door.open());
      const { body, headers } = sealed(context, asked('Receive'));
      const answer = await client.post(body, { ...headers, 'Accept-Encoding': 'identity' });
      expect(answer.headers['content-type']).toBe(
        'multipart/encrypted;protocol="application/HTTP-Kerberos-session-encrypted";boundary="Encrypted Boundary"',
      );
      const text = answer.body.toString('latin1');
      expect(text).toMatch(
        /^-- Encrypted Boundary\r\n\tContent-Type: application\/HTTP-Kerberos-session-encrypted\r\n\tOriginalContent: type=application\/soap\+xml;charset=UTF-8;Length=\d+\r\n-- Encrypted Boundary\r\n\tContent-Type: application\/octet-stream\r\n/,
      );
      expect(text).toMatch(/-- Encrypted Boundary--\r\n$/);
      expect(text).not.toContain('Envelope');
      expect(answer.headers['content-encoding']).toBeUndefined();
      expect(unsealed(context, answer).toString()).toContain(ARRIVED);
    });

    test('is compressed beneath the seal for a client that takes that', async () => {
      const { client, context } = await door.signedIn(await door.open());
      const { body, headers } = sealed(context, asked('Receive'));
      const answer = await client.post(body, { ...headers, 'Accept-Encoding': 'gzip, deflate' });
      expect(answer.headers['content-encoding']).toBe('gzip');
      expect(gunzipSync(unsealed(context, answer)).toString()).toContain(ARRIVED);
    });

    test.each([
      ['without a tab before names', asked('Receive'), { beforeNames: '' }],
      ['with Exchange’s space', asked('Receive'), { afterDashes: ' ' }],
      [
        'in UTF-16',
        Buffer.from(`\ufeff${asked('Receive')}`, 'utf16le'),
        { type: 'application/soap+xml;charset=UTF-16' },
      ],
    ])('is taken %s', async (_how, plain, options) => {
      const { client, context } = await door.signedIn(await door.open());
      const { body, headers } = sealed(context, plain, options);
      const answer = await client.post(body, { ...headers, 'Accept-Encoding': 'identity' });
      expect(unsealed(context, answer).toString()).toContain(ARRIVED);
    });

    test('past the envelope is refused with a fault, and the next one is not', async () => {
      const { client, context } = await door.signedIn(await door.open({ maxEnvelopeBytes: 100_000 }));
      const large = sealed(context, `<a>${' '.repeat(200_000)}</a>`);
      const answer = await client.post(large.body, large.headers);
      expect(unsealed(context, answer).toString()).toContain('EncodingLimit');
      const next = sealed(context, asked('Receive'));
      expect(unsealed(context, await client.post(next.body, next.headers)).toString()).toContain(ARRIVED);
    });

    test('that nothing seals is refused, and does nothing', async () => {
      const lab = await door.open();
      const { client } = await door.signedIn(lab);
      const answer = await client.post(asked('Create'), {
        'Content-Type': 'application/soap+xml;charset=UTF-8',
      });
      expect([answer.status, answer.body]).toEqual([500, Buffer.alloc(0)]);
      expectNothingDone(lab);
    });

    test.each([
      [
        'altered',
        (body: Buffer) => Buffer.from(body.map((byte, at) => (at === body.length - 60 ? byte ^ 1 : byte))),
      ],
      ['cut', (body: Buffer) => Buffer.concat([body.subarray(0, -40), body.subarray(-24)])],
      ['no encrypted message', () => Buffer.from('<a/>')],
      [
        'of another scheme',
        (body: Buffer) => Buffer.from(body.toString('latin1').replaceAll('Kerberos', 'SPNEGO'), 'latin1'),
      ],
    ])('that is %s is refused, and does nothing', async (_how, change) => {
      const lab = await door.open();
      const { client, context } = await door.signedIn(lab);
      const { body, headers } = sealed(context, asked('Create'));
      expect((await client.post(change(body), headers)).status).toBe(400);
      expectNothingDone(lab);
    });

    test('that comes twice does nothing the second time', async () => {
      const lab = await door.open();
      const { client, context } = await door.signedIn(lab);
      const { body, headers } = sealed(context, asked('Create'));
      expect((await client.post(body, headers)).status).toBe(200);
      expect((await client.post(body, headers)).status).toBe(400);
      expect(lab.service.shells).toBe(1);
    });
  });

  describe('trouble on request', () => {
    async function meeting(disturbance: Parameters<Lab['disturbances']['arm']>[0]) {
      const lab = await door.open();
      const { client, context } = await door.signedIn(lab);
      const ask = (): Promise<RawAnswer> => {
        const { body, headers } = sealed(context, asked('Receive'));
        return client.post(body, { ...headers, 'Accept-Encoding': 'identity' });
      };
      const first = await ask();
      unsealed(context, first);
      lab.disturbances.arm(disturbance);
      return { lab, context, first, ask };
    }

    test('an answer of HTTP alone is not sealed, whatever its headers say', async () => {
      const headers = { Location: 'https://evil.test/', 'Retry-After': '1' };
      const { ask } = await meeting({ effect: { kind: 'status', status: 302, headers } });
      const answer = await ask();
      expect(answer).toMatchObject({
        status: 302,
        headers: { location: 'https://evil.test/', 'retry-after': '1', 'content-type': 'text/html' },
      });
    });

    test('a fault is sealed as every answer', async () => {
      const { ask, context } = await meeting({ effect: { kind: 'fault', subcode: 'QuotaLimit' } });
      const answer = await ask();
      expect(answer.status).toBe(500);
      expect(unsealed(context, answer).toString()).toContain('QuotaLimit');
    });

    test.each([{ kind: 'silence' }, { kind: 'endless', part: 'head' }] as const)(
      'an answer that is $kind never comes, and the connection stays',
      async (effect) => {
        const { lab, ask } = await meeting({ effect });
        const before = lab.traffic.length;
        const patience = sleep(300).then(() => 'nothing');
        const asking = ask().catch((error: unknown) => String(error));
        expect(await Promise.race([asking, patience])).toBe('nothing');
        expect(lab.traffic.slice(before).map(({ operation }) => operation)).toEqual(['Receive']);
        await lab.stop();
        expect(await asking).toMatch(/ECONNRESET|hang up|aborted/);
      },
    );

    test('a server may end its half of a connection instead of an answer', async () => {
      const { ask } = await meeting({ effect: { kind: 'half-close' } });
      await expect(ask()).rejects.toThrow('hang up');
    });

    test.each(['tampered', 'cut', 'repeated', 'reflected'] as const)(
      'a %s answer looks like every other, and does not unseal',
      async (answer) => {
        const { ask, context, first } = await meeting({ effect: { kind: 'forgery', answer } });
        const forged = await ask();
        expect(forged.status).toBe(500);
        expect(forged.headers['content-type']).toBe(first.headers['content-type']);
        expect(forged.body.equals(first.body)).toBe(answer === 'repeated');
        expect(() => unsealed(context, forged)).toThrow(
          expect.objectContaining({ kind: 'message-invalid' }) as Error,
        );
      },
    );

    test('an answer that was sealed comes open', async () => {
      const { ask } = await meeting({ effect: { kind: 'forgery', answer: 'unsealed' } });
      const answer = await ask();
      expect(answer.headers['content-type']).toBe('application/soap+xml;charset=UTF-8');
      expect(answer.body.toString()).toContain(ARRIVED);
    });

    test.each([
      ['before', 0],
      ['during', 1],
      ['after', 1],
    ] as const)('a connection drops %s a request took effect', async (when, shells) => {
      const lab = await door.open();
      const { client, context } = await door.signedIn(lab);
      lab.disturbances.arm({ operation: 'Create', effect: { kind: 'reset' }, when });
      const { body, headers } = sealed(context, asked('Create'));
      await expect(client.post(body, headers)).rejects.toThrow(/ECONNRESET|hang up|aborted/);
      expect(lab.service.shells).toBe(shells);
    });

    test.each(['before', 'during', 'after'] as const)('a connection drops %s its sign-in', async (when) => {
      const lab = await door.open();
      lab.disturbances.arm({ operation: 'SignIn', effect: { kind: 'reset' }, when });
      const client = door.client(lab.httpUrl);
      await expect(client.signIn(door.initiate())).rejects.toThrow(/ECONNRESET|hang up|aborted/);
      expect((await client.signIn(door.initiate())).status).toBe(200);
    });
  });
});
