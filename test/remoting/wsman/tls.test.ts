import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAuthority, makeKey, toPem, type KeyedCertificate } from '../../../pki';
import { SecureText } from '../../../powershell/invocation';
import { certificate, PASSWORD, removeCertificate, startLab, USER } from './lab';

const DAY_MS = 86_400_000;
const key = makeKey();
const authority = makeAuthority({ commonName: 'Test authority', ...days(-2, 30), privateKey: key });
const folder = mkdtempSync(join(tmpdir(), 'wsman-tls-'));
const caFile = join(folder, 'ca.pem');
writeFileSync(caFile, toPem(authority.certificate));

function days(from: number, to: number): { readonly notBefore: Date; readonly notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now + from * DAY_MS), notAfter: new Date(now + to * DAY_MS) };
}

function issued(names: readonly string[], from = -1, to = 10): KeyedCertificate {
  return authority.issue({
    commonName: names[0] ?? '',
    subjectAlternativeNames: names,
    ...days(from, to),
    privateKey: key,
  });
}

function tls({ certificate, privateKey }: KeyedCertificate) {
  return { cert: toPem(certificate), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
}

function fingerprint({ certificate }: KeyedCertificate): string {
  return createHash('sha256').update(certificate.der).digest('hex');
}

function colons(hexadecimal: string): string {
  return hexadecimal.toUpperCase().replace(/..(?!$)/g, '$&:');
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

afterAll(() => {
  removeCertificate();
  rmSync(folder, { recursive: true, force: true });
});

test('a certificate of an unknown authority is refused, and nothing is sent', async () => {
  const lab = await startLab({ tls: tls(issued(['localhost'])) });
  await expect(lab.connect({ trust: {} })).rejects.toMatchObject({
    kind: 'tls-untrusted',
    facts: { noEffect: true },
  });
  expect(lab.operations()).toEqual([]);
  await lab.stop();
});

test.each([
  ['for another host', ['mail.contoso.com', 'ex1.contoso.com'], -1, 10, 'tls-name-mismatch'],
  ['that has expired', ['localhost'], -5, -1, 'tls-expired'],
  ['that is not valid yet', ['localhost'], 1, 5, 'tls-expired'],
] as const)('a certificate %s is refused, and nothing is sent', async (_what, names, from, to, kind) => {
  const lab = await startLab({ tls: tls(issued(names, from, to)) });
  await expect(lab.connect({ trust: { caFile } })).rejects.toMatchObject({
    kind,
    ...(kind === 'tls-name-mismatch' ? { facts: { certificateNames: names } } : {}),
  });
  expect(lab.operations()).toEqual([]);
  await lab.stop();
});

test('a pinned certificate is accepted whatever its names and issuer, and no other', async () => {
  const old = issued(['other'], -5, -1);
  const lab = await startLab({ tls: tls(old) });
  await (await lab.connect({ trust: { fingerprints: [fingerprint(old)] } })).close();
  lab.operations();
  const other = '00'.repeat(32);
  await expect(lab.connect({ trust: { fingerprints: [other] } })).rejects.toMatchObject({
    kind: 'tls-untrusted',
    facts: {
      fingerprint: colons(fingerprint(old)),
    },
  });
  expect(lab.operations()).toEqual([]);
  await expect(lab.connect({ trust: { fingerprints: ['12:34'] } })).rejects.toMatchObject({ kind: 'usage' });
  await lab.stop();
});

describe('a certificate for other names', () => {
  const SHOWN = ['webmail.contoso.com', '*.branch.contoso.com'];
  const named = (...names: readonly string[]) => ({ trust: { caFile, names: [{ names }] } });

  test.each([
    ['one of its names', named('autodiscover.contoso.com', 'WEBMAIL.contoso.com.')],
    ['one of its names, after a wildcard', named('*.contoso.com', 'webmail.contoso.com')],
    ['a host of its wildcard', named('mail.branch.contoso.com')],
    ['its wildcard', named('*.branch.contoso.com')],
    [
      'one of its names for this host',
      { trust: { caFile, names: [{ names: SHOWN, hosts: ['LocalHost'] }] } },
    ],
  ])('is accepted where it is expected to have %s', async (_what, wsman) => {
    const lab = await startLab({ tls: tls(issued(SHOWN)) });
    await (await lab.connect(wsman)).close();
    await lab.stop();
  });

  test.each([
    ['for other ones', SHOWN, named('owa.contoso.com', '*.contoso.com'), 'tls-name-mismatch'],
    ['for a host of an expected wildcard', ['www.contoso.com'], named('*.contoso.com'), 'tls-name-mismatch'],
    [
      'for a part of the hosts of an expected wildcard',
      [...'0123456789abcdef'].map((digit) => `${digit}*.contoso.com`),
      named('*.contoso.com'),
      'tls-name-mismatch',
    ],
    [
      'without the names of other hosts',
      SHOWN,
      { trust: { caFile, names: [{ names: SHOWN, hosts: ['ex1'] }] } },
      'tls-name-mismatch',
    ],
    ['whose issuer is not trusted', SHOWN, { trust: { names: [{ names: SHOWN }] } }, 'tls-untrusted'],
  ] as const)('is refused %s, and nothing is sent', async (_what, shown, wsman, kind) => {
    const certificate = issued(shown);
    const lab = await startLab({ tls: tls(certificate) });
    await expect(lab.connect(wsman)).rejects.toMatchObject({
      kind,
      facts: {
        certificateNames: shown,
        fingerprint: colons(fingerprint(certificate)),
        noEffect: true,
      },
    });
    expect(lab.operations()).toEqual([]);
    await lab.stop();
  });

  test('that has expired is refused, although it is expected to have one of its names', async () => {
    const lab = await startLab({ tls: tls(issued(SHOWN, -5, -1)) });
    await expect(lab.connect(named(...SHOWN))).rejects.toMatchObject({ kind: 'tls-expired' });
    expect(lab.operations()).toEqual([]);
    await lab.stop();
  });
});

describe('a certificate that was installed meanwhile', () => {
  test.each([
    ['beside trusted issuers', { caFile }],
    ['beside a pinned one', { fingerprints: ['00'.repeat(32)] }],
  ])('is accepted whatever its names and issuer, %s', async (_what, trust) => {
    const other = makeAuthority({ commonName: 'Another authority', ...days(-2, 30), privateKey: key });
    const installed = other.issue({ commonName: 'mail', ...days(-1, 10), privateKey: key });
    const lab = await startLab({ tls: tls(installed) });
    const thumbprints: string[] = [];
    const connect = () => lab.connect({ trust: { ...trust, installed: () => thumbprints } });
    await expect(connect()).rejects.toMatchObject({ kind: 'tls-untrusted' });
    expect(lab.operations()).toEqual([]);
    thumbprints.push(installed.certificate.thumbprint.toLowerCase());
    await (await connect()).close();
    await lab.stop();
  });

  test('takes no other one along', async () => {
    const installed = issued(['mail.contoso.com']).certificate.thumbprint;
    const lab = await startLab({ tls: tls(issued(['mail.contoso.com'])) });
    const trust = { caFile, installed: () => [installed] };
    await expect(lab.connect({ trust })).rejects.toMatchObject({ kind: 'tls-name-mismatch' });
    await lab.stop();
  });
});

test('TLS before 1.2 is refused', async () => {
  const options = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  const lab = await startLab({ tls: { ...tls(issued(['localhost'])), ...options } });
  await expect(lab.connect({ trust: { caFile } })).rejects.toMatchObject({ kind: 'tls-version' });
  await lab.stop();
});

test('a port that speaks plain HTTP is told as such', async () => {
  const server = createHttpServer((_request, response) => response.end());
  const port = await listening(server);
  const lab = await startLab();
  const url = `https://localhost:${port}/PowerShell/`;
  await expect(lab.connect({ url })).rejects.toMatchObject({ kind: 'not-wsman' });
  await lab.stop();
  server.close();
});

test('a server that hangs up in the handshake is told as such', async () => {
  const server = createTcpServer((socket) => socket.destroy());
  const port = await listening(server);
  const lab = await startLab();
  const url = `https://localhost:${port}/PowerShell/`;
  await expect(lab.connect({ url })).rejects.toMatchObject({ kind: 'closed', facts: { noEffect: true } });
  await lab.stop();
  server.close();
});

test.each([
  ['that is missing', join(folder, 'missing.pem')],
  ['without a certificate', __filename],
])('a file of authorities %s is refused by name', async (_what, file) => {
  const lab = await startLab();
  await expect(lab.connect({ trust: { caFile: file } })).rejects.toMatchObject({
    kind: 'usage',
    facts: { file },
  });
  await lab.stop();
});

describe('a client certificate', () => {
  const client = authority.issue({
    commonName: 'admin.contoso.com',
    ...days(-1, 10),
    privateKey: key,
    shownBy: 'client',
  });
  const files = { certificateFile: join(folder, 'client.pem'), keyFile: join(folder, 'client-key.pem') };
  const options = {
    tls: {
      ...tls(issued(['localhost'])),
      requestCert: true,
      ca: toPem(authority.certificate),
      rejectUnauthorized: false,
    },
    authentication: { certificate: (name: string) => name === 'admin.contoso.com' },
  };
  beforeAll(() => {
    writeFileSync(files.certificateFile, tls(client).cert);
    writeFileSync(files.keyFile, tls(client).key);
  });

  const inPem = { kind: 'certificate', files } as const;
  const pemKey = ({ privateKey }: KeyedCertificate): SecureText =>
    new SecureText(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'the key');
  const asContent = {
    kind: 'certificate',
    content: {
      file: 'client.pfx',
      certificates: toPem(client.certificate),
      key: pemKey(client),
    },
  } as const;

  test.each([
    ['as PEM files', inPem],
    ['as what another file held', asContent],
  ])('opens a session, %s', async (_form, authentication) => {
    const lab = await startLab(options);
    const session = await lab.connect({ authentication, trust: { caFile } });
    expect(await session.invoke({ cmdlet: 'Get-Echo', parameters: { A: 1 } })).toMatchObject({
      kind: 'objects',
    });
    await session.close();
    await lab.stop();
  });

  test('whose key is another one is refused, and the key is not shown', async () => {
    const lab = await startLab(options);
    const key = pemKey({ ...client, privateKey: makeKey() });
    const content = { ...asContent.content, key };
    const failure = await lab
      .connect({ authentication: { kind: 'certificate', content }, trust: { caFile } })
      .catch(String);
    await lab.stop();
    expect(failure).toContain('the client certificate in client.pfx cannot be used');
    expect(failure).not.toContain('PRIVATE KEY');
  });

  test('of somebody else is refused', async () => {
    const lab = await startLab({ ...options, authentication: { certificate: () => false } });
    await expect(lab.connect({ authentication: inPem, trust: { caFile } })).rejects.toMatchObject({
      kind: 'authentication-refused',
    });
    await lab.stop();
  });
});

describe('through a proxy', () => {
  const credentials = 'Basic ' + Buffer.from('proxy user:s3cret').toString('base64');
  const targets: string[] = [];
  const proxy = createHttpServer((_request, response) => response.writeHead(400).end());
  let port = 0;
  beforeAll(async () => {
    proxy.on('connect', (request, socket) => {
      targets.push(request.url ?? '');
      if (request.headers['proxy-authorization'] !== credentials) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      const [, to = ''] = (request.url ?? '').split(':');
      const upstream = connect(Number(to), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(socket);
        socket.pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    port = await listening(proxy);
  });
  beforeEach(() => targets.splice(0));
  afterAll(() => {
    proxy.close();
    proxy.closeAllConnections();
  });

  test('that the environment names, with its own credentials', async () => {
    const lab = await startLab();
    const environment = { HTTPS_PROXY: `http://proxy%20user:s3cret@127.0.0.1:${port}` };
    await (await lab.connect({ environment })).close();
    expect(targets).toEqual([`localhost:${lab.port}`]);
    await lab.stop();
  });

  test('that refuses, and is named without its credentials', async () => {
    const lab = await startLab();
    const environment = { https_proxy: `http://user:wr0ng@127.0.0.1:${port}` };
    const error: unknown = await lab.connect({ environment }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'unreachable', facts: { httpStatus: 407, port } });
    expect(JSON.stringify(error) + String(error)).not.toContain('wr0ng');
    await lab.stop();
  });

  test.each(['*', 'localhost', '.localhost', 'a.example, LOCALHOST'])(
    'only where NO_PROXY does not name the host: %s',
    async (exceptions) => {
      const lab = await startLab();
      const environment = { HTTPS_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: exceptions };
      await (await lab.connect({ environment })).close();
      expect(targets).toEqual([]);
      await lab.stop();
    },
  );
});

test('a user name with a colon is refused before it is sent', async () => {
  const lab = await startLab();
  const password = new SecureText(PASSWORD, 'password');
  const authentication = { kind: 'basic', user: 'a:b', password } as const;
  await expect(lab.connect({ authentication })).rejects.toMatchObject({ kind: 'usage' });
  await lab.stop();
});

test('credentials in a URL are refused', async () => {
  const lab = await startLab();
  const url = lab.url.replace('localhost', `${encodeURIComponent(USER)}:x@localhost`);
  await expect(lab.connect({ url })).rejects.toMatchObject({ kind: 'usage' });
  await lab.stop();
});

test('the lab makes its certificate once', () => {
  expect(certificate()).toEqual(certificate());
});
