import { execFileSync } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endpointCertificate } from '../../../lab/wsman/certificate';
import { RemotingError } from '../../../remoting/remoting-error';
import { openSession } from '../../../remoting/session';
import type { Answer } from '../../../remoting/transports/wsman/answer';
import { authenticatorFor } from '../../../remoting/transports/wsman/authentication';
import { HttpChannel } from '../../../remoting/transports/wsman/http-channel';
import { readTrust, type TlsTrust } from '../../../remoting/transports/wsman/tls';
import { wsmanTransport } from '../../../remoting/transports/wsman/transport';
import { setNativeEnvironment } from '../../kerberos/native-environment';
import { Realm, USER } from '../../kerberos/realm';
import { startAcceptor, type Acceptor, type Seen } from '../peers/acceptor';
import { missingKdc } from '../peers/kdc';
import { missingPypsrp } from '../peers/python';
import { describeNeeding } from '../../requirement';

const SIZES = [0, 1, 1_000, 5_000_000];
/** Encryption types, bytes of the header of a sealed message, and of the session key. */
const TYPES = [
  ['aes256-cts-hmac-sha1-96', 60, 32],
  ['aes128-cts-hmac-sha1-96', 60, 16],
  ['aes128-cts-hmac-sha256-128', 64, 16],
  ['aes256-cts-hmac-sha384-192', 72, 32],
] as const;

/** `acceptor.test.ts` shows that the acceptor is right by itself. */
describeNeeding(missingKdc() ?? missingPypsrp(), 'our channel to the acceptor of pyspnego', () => {
  const realm = new Realm();
  const channels: HttpChannel[] = [];
  let environment: { readonly [name: string]: string };
  let cache: string;
  let acceptor: Acceptor;
  beforeAll(async () => {
    await realm.start();
    const types = TYPES.map(([type]) => `${type}:normal`).join();
    realm.kdc.administer(`ktadd -e ${types} -k ${realm.kdc.keytab} HTTP/localhost`);
    cache = realm.signIn();
    environment = { ...realm.kdc.environment, KRB5_KTNAME: realm.kdc.keytab };
    acceptor = await startAcceptor(environment);
  });
  beforeEach(async () => {
    realm.reset();
    setNativeEnvironment({ KRB5CCNAME: cache });
    await acceptor.look();
  });
  afterEach(() => channels.splice(0).forEach((channel) => channel.destroy()));
  afterAll(async () => {
    await acceptor.stop();
    await realm.stop();
  });

  function channel(path: string, { port } = acceptor, trust?: TlsTrust): HttpChannel {
    const opened = new HttpChannel({
      url: new URL(`${trust === undefined ? 'http' : 'https'}://localhost:${port}/${path}`),
      tls: readTrust(trust ?? {}),
      authenticator: authenticatorFor({ kind: 'negotiate' }, 'localhost'),
      maxAnswerBytes: 16_000_000,
    });
    channels.push(opened);
    return opened;
  }

  function post(to: HttpChannel, text: string): Promise<Answer> {
    return to.post(text, { timeoutMs: 20_000, bound: 'timeoutMs', signal: new AbortController().signal });
  }

  async function echoed(to: HttpChannel, text: string): Promise<string> {
    return (await post(to, text)).body.toString();
  }

  async function refusal(to: HttpChannel): Promise<RemotingError> {
    const answer: unknown = await post(to, 'secret').catch((error: unknown) => error);
    if (answer instanceof RemotingError) return answer;
    throw new Error(`it was not refused: ${JSON.stringify(answer)}`);
  }

  /** What came with a body; that all of it was sealed, the acceptor looks after. */
  function bodiesOf(seen: readonly Seen[]): readonly Seen[] {
    expect(seen.flatMap(({ refused = [] }) => refused)).toEqual([]);
    expect(seen.map(({ path }) => path).join()).not.toContain('elsewhere');
    return seen.filter(({ bodyBytes }) => bodyBytes > 0);
  }

  test.each(TYPES)('bodies go both ways with %s', async (type, headerBytes, keyBytes) => {
    realm.configure(type, [`permitted_enctypes = ${type} aes256-cts-hmac-sha1-96`], [...realm.centers]);
    // Whatever its type, one ticket for the service is kept.
    realm.signIn();
    const to = channel('Kerberos/proven/echo/exchange/windows/echo');
    for (const size of SIZES) {
      const body = randomBytes(size).toString('hex').slice(0, size);
      const answer = await post(to, body);
      expect(answer.status).toBe(200);
      expect(answer.body.toString() === body).toBe(true);
    }
    const seen = await acceptor.look();
    const [signedIn, ...sealed] = seen;
    expect(signedIn).toMatchObject({
      authorization: 'Kerberos',
      type: 'application/soap+xml;charset=UTF-8',
      bodyBytes: 0,
      complete: true,
      peer: USER,
      keyBytes,
    });
    expect(sealed).toMatchObject(SIZES.map((plainBytes) => ({ authorization: '', headerBytes, plainBytes })));
    expect(new Set(seen.map(({ connection }) => connection)).size).toBe(1);
  });

  test('follows a challenge to Negotiate, and keeps to it', async () => {
    const to = channel('Negotiate/proven/echo/challenge/echo');
    expect(await echoed(to, 'first')).toBe('first');
    await refusal(to);
    expect(await echoed(to, 'over another connection')).toBe('over another connection');
    const seen = await acceptor.look();
    expect(bodiesOf(seen)).toHaveLength(3);
    expect(seen.map(({ authorization }) => authorization)).toEqual([
      'Kerberos',
      'Negotiate',
      '',
      '',
      'Negotiate',
      '',
    ]);
  });

  test('believes of a sealed answer what is sealed, and nothing that stands above it', async () => {
    const to = channel('Kerberos/proven/fault/sealed_redirect/sealed_busy/echo');
    for (const body of ['fault', 'redirect', 'busy', 'last']) {
      const { status, location, retryAfterMs, body: echo } = await post(to, body);
      expect(echo.toString()).toBe(body);
      expect([status, location, retryAfterMs]).toEqual([200, '', undefined]);
    }
    expect(bodiesOf(await acceptor.look())).toHaveLength(4);
  });

  test.each([
    ['altered', 'not-sealed'],
    ['altered_header', 'not-sealed'],
    ['altered_length', 'protocol'],
    ['repeated', 'not-sealed'],
    ['skipped', 'not-sealed'],
    ['reflected', 'not-sealed'],
    ['cut', 'not-sealed'],
    ['endless', 'protocol'],
    ['broken_off', 'closed'],
    ['other_scheme', 'protocol'],
    ['signed', 'not-sealed'],
    ['plain', 'not-sealed'],
    ['plain_as_encrypted', 'protocol'],
    ['encrypted_as_plain', 'not-sealed'],
    ['empty', 'not-sealed'],
    ['plain_fault', 'not-sealed'],
    ['redirect', 'not-sealed'],
    ['busy', 'not-sealed'],
    ['challenge', 'not-sealed'],
  ] as const)('ends the connection at an answer that is %s', async (answer, kind) => {
    const to = channel(`Kerberos/proven/echo/${answer}`);
    expect(await echoed(to, 'first')).toBe('first');
    const error = await refusal(to);
    expect(error.kind).toBe(kind);
    // The server has the body, and nobody who can be believed says what became of it.
    expect(error.facts.noEffect).toBeUndefined();
    expect(await echoed(to, 'next')).toBe('next');
    const seen = await acceptor.look();
    const [first, refused, next] = bodiesOf(seen).map(({ connection }) => connection);
    expect(refused).toBe(first);
    expect(next).not.toBe(first);
    expect(seen.map(({ authorization }) => authorization)).toEqual(['Kerberos', '', '', 'Kerberos', '']);
  });

  describe.each(['Kerberos', 'Negotiate'])('signing in with %s', (scheme) => {
    test.each([
      ['unproven', 'not-sealed'],
      ['tokenless', 'not-sealed'],
      ['altered', 'authentication-refused'],
      ['cut', 'authentication-refused'],
      ['refused', 'authentication-refused'],
      ['redirected', 'not-sealed'],
    ] as const)('sends no body where the answer to its token is %s', async (signIn, kind) => {
      const error = await refusal(channel(`${scheme}/${signIn}/echo`));
      expect(error).toMatchObject({ kind, facts: { noEffect: true } });
      const seen = await acceptor.look();
      expect(seen.at(-1)).toMatchObject({ authorization: scheme, complete: true });
      expect(bodiesOf(seen)).toEqual([]);
    });
  });

  test.each([
    ['redirect', 'not-sealed'],
    ['busy', 'not-sealed'],
    ['challenge', 'not-sealed'],
    ['plain_fault', 'not-sealed'],
    ['sealed_redirect', 'protocol'],
    ['sealed_busy', 'protocol'],
  ])('a session is asked for once where the answer is %s', async (answer, kind) => {
    const transport = wsmanTransport({
      url: `http://localhost:${acceptor.port}/Kerberos/proven/${answer}`,
      authentication: { kind: 'negotiate' },
      allowedRedirectHosts: [`localhost:${acceptor.port}`],
    });
    await expect(openSession(transport)).rejects.toMatchObject({ kind });
    const bodies = bodiesOf(await acceptor.look());
    // What follows only asks to delete the shell, and is shorter.
    expect(bodies.filter(({ plainBytes = 0 }) => plainBytes > 2_000)).toHaveLength(1);
  });

  describe('over TLS', () => {
    const { caFile } = endpointCertificate(realm.folder, ['localhost']);
    const file = (name: string): string => join(realm.folder, name);
    let bound: Acceptor | undefined;
    afterEach(() => bound?.stop());

    /** @param boundTo certificate that the acceptor wants tokens to be bound to */
    async function attempt(name: string, boundTo: string, trust: TlsTrust, scheme = 'Kerberos') {
      const [certificateFile, keyFile] = [file(`${name}-cert.pem`), file(`${name}-key.pem`)];
      bound = await startAcceptor(environment, { certificateFile, keyFile, boundTo });
      const answer = await post(channel(`${scheme}/proven/told`, bound, trust), 'plain');
      return { answer, seen: await bound.look() };
    }

    test.each(['Kerberos', 'Negotiate'])(
      'a token of %s that is bound to the certificate is taken',
      async (scheme) => {
        const { answer, seen } = await attempt('wsman', file('wsman-cert.pem'), { caFile }, scheme);
        expect(answer.status).toBe(200);
        expect(JSON.parse(answer.body.toString())).toMatchObject({ bytes: 'plain'.length });
        const [body, signedIn] = [...seen].reverse();
        expect(signedIn).toMatchObject({ authorization: scheme, bound: true, bodyBytes: 0, peer: USER });
        expect(body).toMatchObject({ authorization: '', bodyBytes: 'plain'.length });
      },
    );

    test('one that is bound to another certificate is refused', async () => {
      const { answer, seen } = await attempt('wsman', caFile, { caFile });
      expect(answer.status).toBe(401);
      expect(seen.map(({ refused }) => refused)).toEqual([expect.stringContaining('BadBindingsError')]);
    });

    test('one that is bound to nothing, as the certificate has no hash of its own, is refused', async () => {
      const [key, certificate] = [file('ed25519-key.pem'), file('ed25519-cert.pem')];
      const args = ['req', '-x509', '-nodes', '-newkey', 'ed25519', '-subj', '/CN=localhost'];
      execFileSync('openssl', [...args, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
      const { fingerprint256 } = new X509Certificate(readFileSync(certificate));
      const { answer, seen } = await attempt('ed25519', certificate, { fingerprints: [fingerprint256] });
      expect(answer.status).toBe(401);
      expect(seen.map(({ refused }) => refused)).toEqual([expect.stringContaining('bound to nothing')]);
    });
  });
});
