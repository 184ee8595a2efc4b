import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SignIn, tlsServerEndPoint } from '../../../kerberos';
import { endpointCertificate } from '../../../lab/wsman/certificate';
import { RemotingError } from '../../../remoting';
import { NegotiateAuthenticator } from '../../../remoting/transports/wsman/negotiate';
import { PASSWORD, Realm, SERVICE, USER } from '../../kerberos/realm';
import { describeWithKerberos } from '../peers/kdc';

describeWithKerberos('Negotiate', () => {
  const realm = new Realm();
  const folder = mkdtempSync(join(tmpdir(), 'negotiate-'));
  const { caFile, cert } = endpointCertificate(folder, ['localhost']);
  const raw = new X509Certificate(cert).raw;
  // All that is asked of it.
  const socket = { getPeerCertificate: () => ({ raw }) } as unknown as TLSSocket;

  beforeAll(() => realm.start(), 60_000);
  beforeEach(() => realm.reset());
  afterEach(() => realm.closeAll());
  afterAll(async () => {
    await realm.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function authorize(signIn?: SignIn, timeoutMs = 20_000): Promise<string | undefined> {
    const { signal } = new AbortController();
    return new NegotiateAuthenticator(SERVICE, signIn).authorize('new', { socket, signal, timeoutMs });
  }

  async function accepted(header: string | undefined, bindings: Buffer | undefined) {
    const server = realm.accept({ mechanism: 'spnego', ...(bindings === undefined ? {} : { bindings }) });
    await server.token(Buffer.from(header?.replace(/^Negotiate /, '') ?? '', 'base64'));
    return server;
  }

  test('binds the ticket to the certificate of the connection', async () => {
    realm.signIn();
    const server = await accepted(await authorize(), tlsServerEndPoint(raw));
    expect(server).toMatchObject({ complete: true, bound: true, peer: USER });
    const other = new X509Certificate(readFileSync(caFile)).raw;
    await expect(accepted(await authorize(), tlsServerEndPoint(other))).rejects.toMatchObject({
      kind: 'bindings-mismatch',
    });
  });

  test('signs in with a password', async () => {
    const signIn = { kind: 'password', principal: USER, password: { reveal: () => PASSWORD } } as const;
    expect((await accepted(await authorize(signIn), undefined)).peer).toBe(USER);
  });

  test('says what is wrong, and what to do, without the password', async () => {
    const signIn = { kind: 'password', principal: USER, password: { reveal: () => 'canary-6e6e' } } as const;
    const error: unknown = await authorize(signIn).catch((reason: unknown) => reason);
    if (!(error instanceof RemotingError)) throw new Error('not refused');
    expect(error).toMatchObject({ kind: 'authentication-refused', facts: { noEffect: true } });
    expect(error.message).toContain(`did not accept the password of ${USER}`);
    expect(error.message).toContain('Check the password.');
    expect(error.message).not.toContain('canary');
  });
});
