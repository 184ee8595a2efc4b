import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SecurityContext, type SignIn, tlsServerEndPoint } from '../../../kerberos';
import { endpointCertificate } from '../../../lab/wsman/certificate';
import { RemotingError } from '../../../remoting';
import type { WireAnswer } from '../../../remoting/transports/wsman/answer';
import type { SignInOutcome } from '../../../remoting/transports/wsman/authenticator';
import type { Connection } from '../../../remoting/transports/wsman/connection';
import { KerberosAuthenticator } from '../../../remoting/transports/wsman/kerberos-authenticator';
import { PASSWORD, Realm, SERVICE, USER } from '../../kerberos/realm';
import { describeWithKerberos } from '../peers/kdc';

describeWithKerberos('Kerberos of a connection', () => {
  const realm = new Realm();
  const folder = mkdtempSync(join(tmpdir(), 'negotiate-'));
  const { caFile, cert } = endpointCertificate(folder, ['localhost']);
  const raw = new X509Certificate(cert).raw;
  beforeAll(() => realm.start());
  beforeEach(() => realm.reset());
  afterEach(() => realm.closeAll());
  afterAll(async () => {
    await realm.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const answer = (status: number, challenges: string, methods: readonly string[] = []): WireAnswer => ({
    status,
    contentType: '',
    location: '',
    methods,
    challenges,
    cookies: [],
    body: Buffer.alloc(0),
  });

  /** A server that is asked by an empty request; what it was sent, and what came of that. */
  async function signIn(
    respond: (token: Buffer, scheme: string) => Promise<WireAnswer>,
    how?: SignIn,
    authenticator = new KerberosAuthenticator(SERVICE, how),
  ): Promise<SignInOutcome> {
    // All that is asked of it.
    const connection = {
      certificate: raw,
      exchange: ({ headers }: { readonly headers: { readonly [name: string]: string } }) => {
        const [scheme = '', token = ''] = (headers['Authorization'] ?? '').split(' ');
        return respond(Buffer.from(token, 'base64'), scheme);
      },
    } as unknown as Connection;
    const { signal } = new AbortController();
    const options = { signal, tokenBy: performance.now() + 20_000, firstBodyBytes: 0, headers: {} };
    const outcome = await authenticator.signIn(connection, options);
    if (outcome.kind === 'ready') outcome.proof?.context.close();
    return outcome;
  }

  async function proof(server: SecurityContext, token: Buffer, scheme: string): Promise<WireAnswer> {
    const given = await server.token(token);
    return answer(200, `${scheme} ${given?.toString('base64') ?? ''}`);
  }

  test('binds the ticket to the certificate of the connection', async () => {
    realm.signIn();
    const bindings = tlsServerEndPoint(raw) as Buffer;
    const server = realm.accept({ bindings });
    await expect(signIn((token, scheme) => proof(server, token, scheme))).resolves.toMatchObject({
      kind: 'ready',
    });
    expect(server).toMatchObject({ complete: true, bound: true, peer: USER });
    const other = tlsServerEndPoint(new X509Certificate(readFileSync(caFile)).raw) as Buffer;
    const elsewhere = realm.accept({ bindings: other });
    await expect(signIn((token, scheme) => proof(elsewhere, token, scheme))).rejects.toMatchObject({
      kind: 'bindings-mismatch',
    });
  });

  const password = { kind: 'password', principal: USER, password: { reveal: () => PASSWORD } } as const;

  test('signs in with a password, by Kerberos’ own tokens first', async () => {
    const server = realm.accept();
    const outcome = await signIn((token, scheme) => proof(server, token, scheme), password);
    expect(outcome).toMatchObject({ kind: 'ready', proof: { scheme: 'Kerberos' } });
    expect(server.peer).toBe(USER);
  });

  test('goes over to SPNEGO where the server offers that alone, and remembers it', async () => {
    const authenticator = new KerberosAuthenticator(SERVICE, password);
    const refuse = () => Promise.resolve(answer(401, 'Negotiate', ['Negotiate']));
    expect(await signIn(refuse, password, authenticator)).toMatchObject({ kind: 'refused', again: true });
    for (let time = 0; time < 2; time += 1) {
      const server = realm.accept({ mechanism: 'spnego' });
      const respond = (token: Buffer, scheme: string) => proof(server, token, scheme);
      const outcome = await signIn(respond, password, authenticator);
      expect(outcome).toMatchObject({ kind: 'ready', proof: { scheme: 'Negotiate' } });
    }
  });

  test.each([
    ['other schemes alone', 'Basic realm="x"', ['Basic']],
    ['Kerberos, which it refuses', 'Kerberos, Negotiate', ['Kerberos', 'Negotiate']],
    ['nothing', '', []],
  ])('does not try again where the server offers %s', async (_what, challenges, methods) => {
    const outcome = await signIn(() => Promise.resolve(answer(401, challenges, methods)), password);
    expect(outcome).toMatchObject({ kind: 'refused', again: false, answer: { status: 401 } });
  });

  test.each([
    ['none', answer(200, '')],
    ['one of another scheme', answer(200, 'Negotiate AAAA')],
  ])('does not take a server whose proof is %s', async (_what, given) => {
    const outcome = await signIn(() => Promise.resolve(given), password);
    expect(outcome).toMatchObject({ kind: 'refused', again: false });
  });

  test.each([
    ['one that is none', () => answer(200, 'Kerberos AAAA')],
    ['its own again', (token: Buffer) => answer(200, `Kerberos ${token.toString('base64')}`)],
  ])('does not take a server whose proof is %s', async (_what, respond) => {
    await expect(signIn((token) => Promise.resolve(respond(token)), password)).rejects.toMatchObject({
      kind: 'authentication-refused',
      facts: { noEffect: true },
    });
  });

  test('proves itself with each request only where the server asks again', async () => {
    const authenticator = new KerberosAuthenticator(SERVICE, password);
    const connection = { certificate: raw } as unknown as Connection;
    const { signal } = new AbortController();
    const options = { signal, tokenBy: performance.now() + 20_000, firstBodyBytes: 0, headers: {} };
    expect(await authenticator.authorization(connection, options)).toBeUndefined();
    authenticator.forgotten();
    const bindings = tlsServerEndPoint(raw) as Buffer;
    for (let request = 0; request < 2; request += 1) {
      const header = (await authenticator.authorization(connection, options)) ?? '';
      const server = realm.accept({ bindings });
      await server.token(Buffer.from(header.replace(/^Kerberos /, ''), 'base64'));
      expect(server).toMatchObject({ complete: true, bound: true, peer: USER });
    }
  });

  test('asks for a name where an address has no service', async () => {
    const authenticator = new KerberosAuthenticator('HTTP@192.0.2.1', password);
    await expect(
      signIn(() => Promise.reject(new Error('sent')), password, authenticator),
    ).rejects.toMatchObject({
      kind: 'authentication-refused',
      facts: { remedy: expect.stringContaining('full name of the server (FQDN)') as string },
    });
  });

  test('says what is wrong, and what to do, without the password', async () => {
    const wrong = { kind: 'password', principal: USER, password: { reveal: () => 'canary-6e6e' } } as const;
    const error: unknown = await signIn(() => Promise.reject(new Error('sent')), wrong).catch(
      (reason: unknown) => reason,
    );
    if (!(error instanceof RemotingError)) throw new Error('not refused');
    expect(error).toMatchObject({ kind: 'authentication-refused', facts: { noEffect: true } });
    expect(error.message).toContain(`did not accept the password of ${USER}`);
    expect(error.facts.remedy).toContain('Check the password before you try again');
    expect(error.message).not.toContain('canary');
  });
});
