import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimulatedOrganization } from '../../lab/exchange/organization';
import { endpointCertificate } from '../../lab/wsman/certificate';
import type { Disturbance } from '../../lab/wsman/disturbances';
import { startEndpoint, type EndpointOptions, type RunningEndpoint } from '../../lab/wsman/endpoint';
import { makeAuthority, makeKey, makePfx, toPem } from '../../pki';
import { CONFIGURATION_SCHEMA, settingsFrom } from '../../provider/configuration';
import type { Environment } from '../../provider/environment';
import type { WsmanEndpoint } from '../../provider/wsman-endpoint';
import { connect } from '../../provider/connection';
import { outcomeProblem } from '../../provider/call-problem';
import { connectionProblem } from '../../provider/connection-problem';
import { sessionUrl } from '../../provider/wsman-endpoint';
import type { RemotingErrorKind } from '../../remoting/remoting-error';
import type { Values } from '../../schema';
import { removeFolders, twoServers } from '../lab/exchange/session';

const PASSWORD = 'canary-5d1f';
const VALIDITY = { notBefore: new Date('2026-01-01'), notAfter: new Date('2046-01-01') };

const config = (values: Values): Values => ({
  ...Object.fromEntries(Object.keys(CONFIGURATION_SCHEMA.attributes).map((name) => [name, null])),
  ...values,
});
const basic = { EXCHANGE_USER: 'contoso\\admin', EXCHANGE_PASSWORD: PASSWORD };

describe('the configuration of an http or https endpoint', () => {
  test('comes from the provider block, secrets aside', () => {
    const { settings, diagnostics } = settingsFrom(
      config({
        endpoint: 'https://ex1.contoso.com/PowerShell/',
        user: 'admin@contoso.com',
        ca_file: '/etc/ca.pem',
        certificate_fingerprint: ['AB:'.repeat(31) + 'AB'],
        certificate_names: ['mail.contoso.com', '*.branch.contoso.com'],
        site_hosts: ['EX1', 'ex1.contoso.com'],
        site_certificate_names: ['*.contoso.com'],
        allowed_redirect_hosts: ['ex2.contoso.com:8443'],
        operation_timeout_seconds: 45,
        max_envelope_kilobytes: 150,
      }),
      { EXCHANGE_PASSWORD: PASSWORD },
    );
    expect(diagnostics).toEqual([]);
    expect(settings?.endpoint).toEqual({
      kind: 'wsman',
      url: 'https://ex1.contoso.com/PowerShell/',
      authentication: { kind: 'basic', user: 'admin@contoso.com' },
      caFile: '/etc/ca.pem',
      fingerprints: ['AB:'.repeat(31) + 'AB'],
      names: [
        { names: ['mail.contoso.com', '*.branch.contoso.com'] },
        { names: ['*.contoso.com'], hosts: ['EX1', 'ex1.contoso.com'] },
      ],
      shellResource: null,
      allowedRedirectHosts: ['ex2.contoso.com:8443'],
      operationTimeoutMs: 45_000,
      maxEnvelopeBytes: 153_600,
    });
    expect(JSON.stringify(settings)).not.toContain(PASSWORD);
  });

  test('comes from the environment', () => {
    const { settings } = settingsFrom(config({}), {
      EXCHANGE_ENDPOINT: 'https://ex1.contoso.com',
      EXCHANGE_FALLBACK_ENDPOINTS: 'https://ex2.contoso.com, ssh://admin@ex3',
      EXCHANGE_AUTHENTICATION: 'certificate',
      EXCHANGE_CLIENT_CERTIFICATE_FILE: 'client.pfx',
      EXCHANGE_CERTIFICATE_NAMES: 'mail.contoso.com, autodiscover.contoso.com',
      EXCHANGE_SHELL_RESOURCE: 'http://schemas.microsoft.com/powershell/Microsoft.PowerShell',
      EXCHANGE_ALLOWED_REDIRECT_HOSTS: 'ex2.contoso.com,ex4.contoso.com',
      EXCHANGE_OPERATION_TIMEOUT_SECONDS: '5',
      EXCHANGE_MAX_ENVELOPE_KILOBYTES: '32',
    });
    expect(settings?.endpoint).toMatchObject({
      url: 'https://ex1.contoso.com/PowerShell/',
      authentication: { kind: 'certificate', certificateFile: 'client.pfx', keyFile: null },
      names: [{ names: ['mail.contoso.com', 'autodiscover.contoso.com'] }, { names: [], hosts: [] }],
      shellResource: 'http://schemas.microsoft.com/powershell/Microsoft.PowerShell',
      allowedRedirectHosts: ['ex2.contoso.com', 'ex4.contoso.com'],
      operationTimeoutMs: 5_000,
      maxEnvelopeBytes: 32_768,
    });
    expect(settings?.fallbacks).toMatchObject([{ kind: 'wsman' }, { kind: 'ssh', host: 'ex3' }]);
  });

  test.each([
    [null, {}],
    ['a@CONTOSO.COM', basic],
  ])('is Kerberos over http, whose user is %j', (user, environment) => {
    const { settings, diagnostics } = settingsFrom(
      config({ endpoint: 'http://ex1.contoso.com', user }),
      environment,
    );
    expect(diagnostics).toEqual([]);
    expect(settings?.endpoint).toMatchObject({
      kind: 'wsman',
      url: 'http://ex1.contoso.com/PowerShell/',
      authentication: { kind: 'negotiate', user },
    });
    expect(sessionUrl(settings?.endpoint as WsmanEndpoint)).toBe(
      'http://ex1.contoso.com/PowerShell/?serializationLevel=Full',
    );
  });

  test.each([
    ['http://ex1.contoso.com', 'https://ex2.contoso.com'],
    ['https://ex1.contoso.com', 'http://ex2.contoso.com'],
  ])(
    'is Kerberos for all where one is http, so that no password goes by Basic: %s, then %s',
    (...endpoints) => {
      const [endpoint, ...others] = endpoints;
      const { settings, diagnostics } = settingsFrom(
        config({ endpoint, fallback_endpoints: others, user: 'a@CONTOSO.COM' }),
        basic,
      );
      expect(diagnostics).toEqual([]);
      const ways = [settings?.endpoint, ...(settings?.fallbacks ?? [])];
      expect(ways.map((way) => way?.kind === 'wsman' && way.authentication.kind)).toEqual([
        'negotiate',
        'negotiate',
      ]);
    },
  );

  const EXCHANGE = 'http://schemas.microsoft.com/powershell/microsoft.exchange';
  test.each([
    ['https://ex1', null, 'https://ex1/PowerShell/?serializationLevel=Full'],
    ['https://ex1/PowerShell?', null, 'https://ex1/PowerShell?serializationLevel=Full'],
    ['https://ex1/?PSVersion=5.1', null, 'https://ex1/PowerShell/?PSVersion=5.1;serializationLevel=Full'],
    ['https://ex1/p?a=1;b=2', EXCHANGE, 'https://ex1/p?a=1;b=2;serializationLevel=Full'],
    ['https://ex1/p?a=1&b=2', null, 'https://ex1/p?a=1&b=2&serializationLevel=Full'],
    ['https://ex1/p?a=1;SerializationLevel=None', null, 'https://ex1/p?a=1;SerializationLevel=None'],
    ['https://ex1/p?serializationlevel', null, 'https://ex1/p?serializationlevel'],
    ['https://ex1/wsman', 'http://schemas.microsoft.com/powershell/Other', 'https://ex1/wsman'],
  ])('asks Exchange for the Full level: %s', (endpoint, shell_resource, expected) => {
    const { settings } = settingsFrom(config({ endpoint, shell_resource }), {});
    expect(sessionUrl(settings?.endpoint as WsmanEndpoint)).toBe(expected);
  });

  test('signs in by Kerberos with a password where a user is given', () => {
    const { settings } = settingsFrom(
      config({ endpoint: 'https://ex1.contoso.com', authentication: 'negotiate', user: 'a@CONTOSO.COM' }),
      basic,
    );
    expect(settings?.endpoint).toMatchObject({
      authentication: { kind: 'negotiate', user: 'a@CONTOSO.COM' },
    });
  });

  test('means Kerberos where no user is given', () => {
    const { settings } = settingsFrom(config({ endpoint: 'https://ex1.contoso.com' }), {});
    expect(settings?.endpoint).toMatchObject({
      authentication: { kind: 'negotiate', user: null },
      operationTimeoutMs: null,
      maxEnvelopeBytes: null,
    });
  });

  test.each<[Values, Environment, string, string]>([
    ...['basic', 'certificate'].map((authentication): [Values, Environment, string, string] => [
      { endpoint: 'http://ex1/PowerShell/', authentication, user: 'a@B', client_certificate_file: 'a.pfx' },
      basic,
      `authentication '${authentication}' cannot be used with http://`,
      'authentication',
    ]),
    [{ endpoint: 'http://admin@ex1/' }, {}, 'has a user in it', 'endpoint'],
    [{ endpoint: 'http://ex1/', user: 'B\\a' }, basic, 'is not written as user@REALM', 'user'],
    [{ endpoint: 'https://admin@ex1/' }, {}, 'has a user in it', 'endpoint'],
    [{ endpoint: 'https://a:b@ex1/' }, {}, 'has a password in it', 'endpoint'],
    [{ authentication: 'basic' }, {}, 'no user is given', 'user'],
    [{ user: 'a:b' }, basic, 'the user has a colon in it', 'user'],
    [{ user: 'admin' }, {}, 'No password is given for admin', 'user'],
    [{ authentication: 'negotiate', user: 'a@B' }, {}, 'No password is given for a@B', 'user'],
    [{ authentication: 'negotiate', user: 'B\\a' }, basic, 'is not written as user@REALM', 'user'],
    [{ authentication: 'ntlm' }, {}, `authentication 'ntlm' is not known`, 'authentication'],
    [{ authentication: 'certificate' }, {}, 'No client certificate is given', 'client_certificate_file'],
    [{ certificate_fingerprint: ['12'] }, {}, 'is not a SHA-256 fingerprint', 'certificate_fingerprint'],
    ...['https://mail.contoso.com', 'mail.contoso.com:443', '*', '*.com', 'a.*.com', ''].map(
      (name): [Values, Environment, string, string] => [
        { certificate_names: ['mail.contoso.com', name] },
        {},
        `certificate_names has '${name}', which is not a name of a certificate`,
        'certificate_names',
      ],
    ),
    [{ fallback_endpoints: ['ftp://ex2'] }, {}, 'has the unknown scheme ftp:', 'fallback_endpoints'],
    [{ endpoint: 'https://ex\u00ad1/' }, {}, 'a soft hyphen (U+00AD)', 'endpoint'],
    [{ endpoint: 'https://ex1/\u202e' }, {}, 'a hidden character (U+202E)', 'endpoint'],
    [{ endpoint: 'https://a:b@ex\u200b1/' }, {}, 'has a password in it', 'endpoint'],
    [{ fallback_endpoints: ['https://ex\u20102/'] }, {}, 'a typographic hyphen', 'fallback_endpoints'],
    [
      { allowed_redirect_hosts: ['ex2', 'https://ex3/'] },
      {},
      `allowed_redirect_hosts has 'https://ex3/'`,
      'allowed_redirect_hosts',
    ],
    [{ allowed_redirect_hosts: ['ex2:99999'] }, {}, `has 'ex2:99999'`, 'allowed_redirect_hosts'],
    [{ operation_timeout_seconds: 0 }, {}, `operation_timeout_seconds is '0'`, 'operation_timeout_seconds'],
    [
      { operation_timeout_seconds: 3601 },
      {},
      `operation_timeout_seconds is '3601'`,
      'operation_timeout_seconds',
    ],
    [{ max_envelope_kilobytes: 31 }, {}, `max_envelope_kilobytes is '31'`, 'max_envelope_kilobytes'],
    [{ max_envelope_kilobytes: 16_385 }, {}, `max_envelope_kilobytes is '16385'`, 'max_envelope_kilobytes'],
    [
      {},
      { EXCHANGE_MAX_ENVELOPE_KILOBYTES: '500 KB' },
      `max_envelope_kilobytes is '500 KB'`,
      'max_envelope_kilobytes',
    ],
  ])('refuses %j with a remedy', (values, environment, summary, attribute) => {
    const { settings, diagnostics } = settingsFrom(
      config({ endpoint: 'https://ex1.contoso.com', ...values }),
      environment,
    );
    expect(settings).toBeUndefined();
    expect(diagnostics).toMatchObject([{ severity: 'error', path: [{ attribute }] }]);
    expect(diagnostics[0]?.summary).toContain(summary);
    expect(diagnostics[0]?.detail).not.toBe('');
  });
});

describe('a session of the provider', () => {
  let running: RunningEndpoint;
  let endpointOptions: EndpointOptions;
  let organization: SimulatedOrganization;
  let url: string;
  let caFile: string;
  const folder = mkdtempSync(join(tmpdir(), 'provider-wsman-'));
  beforeAll(async () => {
    organization = twoServers();
    organization.ssh.add(basic.EXCHANGE_USER, { password: PASSWORD });
    const certificate = endpointCertificate(folder, ['localhost']);
    ({ caFile } = certificate);
    endpointOptions = {
      host: ({ query, drop }) => organization.host('BSAEX01', { query, drop }),
      authentication: { basic: (user, password) => organization.ssh.allowsPassword(user, password) },
      tls: { cert: certificate.cert, key: certificate.key },
    };
    running = await startEndpoint(endpointOptions);
    url = `https://localhost:${running.port}`;
  });
  afterAll(async () => {
    await running.close();
    removeFolders();
    rmSync(folder, { recursive: true, force: true });
  });

  function settings(values: Values, environment: Environment) {
    const { settings: found, diagnostics } = settingsFrom(
      config({ ca_file: caFile, ...values }),
      environment,
    );
    if (found === undefined) throw new Error(JSON.stringify(diagnostics));
    return found;
  }

  async function serversThrough(values: Values, environment: Environment): Promise<unknown> {
    const session = await connect(settings(values, environment), environment);
    const outcome = await session.invoke({ cmdlet: 'Get-ExchangeServer', parameters: {} });
    await session.close();
    return outcome.kind === 'objects' ? outcome.objects.map(({ text }) => text) : outcome;
  }

  test('is opened at Exchange with Basic', async () => {
    expect(await serversThrough({ endpoint: url }, basic)).toEqual(['BSAEX01', 'BSAEX02']);
  });

  test('takes the password from a file of its owner alone', async () => {
    const file = join(folder, 'password');
    writeFileSync(file, `${PASSWORD}\n`, { mode: 0o600 });
    const environment = { EXCHANGE_USER: basic.EXCHANGE_USER, EXCHANGE_PASSWORD_FILE: file };
    expect(await serversThrough({ endpoint: url }, environment)).toHaveLength(2);
    if (process.platform === 'win32') return;
    chmodSync(file, 0o644);
    await expect(serversThrough({ endpoint: url }, environment)).rejects.toThrow('can be read by others');
  });

  describe('with a client certificate', () => {
    const authority = makeAuthority({ commonName: 'Clients', ...VALIDITY });
    const client = authority.issue({ commonName: 'admin', ...VALIDITY, shownBy: 'client' });
    let guarded: RunningEndpoint;
    beforeAll(async () => {
      guarded = await startEndpoint({
        ...endpointOptions,
        tls: {
          ...endpointOptions.tls,
          requestCert: true,
          ca: toPem(authority.certificate),
          rejectUnauthorized: false,
        },
        authentication: { certificate: (name) => name === 'admin' },
      });
    });
    afterAll(() => guarded.close());

    const through = (file: string, passphrase: string) =>
      serversThrough(
        { endpoint: `https://localhost:${guarded.port}` },
        {
          EXCHANGE_AUTHENTICATION: 'certificate',
          EXCHANGE_CLIENT_CERTIFICATE_FILE: file,
          EXCHANGE_CLIENT_KEY_PASSPHRASE: passphrase,
        },
      );
    const exported = (cipher: 'aes256' | '3des', iterations = 1): string => {
      const file = join(folder, 'client.pfx');
      writeFileSync(file, makePfx(client, { password: 'canary', cipher, iterations }), { mode: 0o600 });
      return file;
    };

    test.each(['aes256', '3des'] as const)('in a PFX under %s is opened', async (cipher) => {
      expect(await through(exported(cipher), 'canary')).toHaveLength(2);
    });

    test('in a PFX that the passphrase does not open says so, and the passphrase is not shown', async () => {
      const failure = await through(exported('aes256'), 'not-canary').catch(String);
      expect(failure).toContain('the password does not open the PFX): check its passphrase');
      expect(failure).not.toContain('canary');
    });

    test('in a file that is none says so', async () => {
      await expect(through(folder, 'canary')).rejects.toThrow(
        `the client certificate ${folder} is a directory`,
      );
    });
  });

  test('keeps to the envelope and asks again as often as it was told', async () => {
    const environment = { ...basic, EXCHANGE_OPERATION_TIMEOUT_SECONDS: '1' };
    const session = await connect(
      settings({ endpoint: url, max_envelope_kilobytes: 32 }, environment),
      environment,
    );
    const from = running.traffic.length;
    organization.arm({ at: 1, cmdlet: 'Import-ExchangeCertificate', effect: 'delay', delayMs: 1_500 });
    const large = new Uint8Array(100_000);
    await session.invoke({
      cmdlet: 'Import-ExchangeCertificate',
      parameters: { Server: 'BSAEX01', FileData: large },
    });
    await session.close();
    const traffic = running.traffic.slice(from);
    expect(Math.max(...traffic.map(({ requestBytes }) => requestBytes))).toBeLessThanOrEqual(32_768);
    // One ends without news after a second, one brings the error record, one the end.
    expect(traffic.filter(({ operation }) => operation === 'Receive')).toHaveLength(3);
  });

  test('that sends more than the server takes says which setting to lower', async () => {
    const small = await startEndpoint({ ...endpointOptions, maxEnvelopeBytes: 100_000 });
    const session = await connect(settings({ endpoint: `https://localhost:${small.port}` }, basic), basic);
    const invocation = {
      cmdlet: 'Import-ExchangeCertificate',
      parameters: { Server: 'BSAEX01', FileData: new Uint8Array(200_000) },
    };
    const problem = outcomeProblem(invocation, 'BSAEX01', await session.invoke(invocation));
    await session.close();
    await small.close();
    expect(problem?.summary).toBe('Import-ExchangeCertificate failed for BSAEX01');
    expect(problem?.detail).toContain(
      'Compare EXCHANGE_MAX_ENVELOPE_KILOBYTES with MaxEnvelopeSizekb of the server',
    );
  });

  test('goes to the next endpoint where the first cannot be reached', async () => {
    const values = { endpoint: 'https://localhost:1', fallback_endpoints: [url] };
    expect(await serversThrough(values, basic)).toHaveLength(2);
  });

  test('does not try a wrong password at the next endpoint', async () => {
    const from = running.traffic.length;
    const environment = { ...basic, EXCHANGE_PASSWORD: 'wrong-canary' };
    const values = { endpoint: url, fallback_endpoints: [url] };
    const error: unknown = await serversThrough(values, environment).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'authentication-refused' });
    expect(running.traffic.length - from).toBe(1);
    const problem = connectionProblem(settings(values, environment), error);
    expect(problem.summary).toContain(url);
    expect(problem.detail).toContain('EXCHANGE_PASSWORD');
    expect(JSON.stringify(problem)).not.toContain('canary');
  });

  test('that no endpoint gives says why of each', async () => {
    const values = { endpoint: 'https://localhost:1', fallback_endpoints: ['https://localhost:2'] };
    await expect(serversThrough(values, basic)).rejects.toThrow(/localhost:1 [^]*\n[^]*localhost:2 /);
  });

  test('that a fallback does not give has the remedy of the fallback', async () => {
    const values = {
      endpoint: 'https://localhost:1',
      fallback_endpoints: ['process:'],
      process_command: [process.execPath, '-e', 'console.log("a banner")'],
    };
    const error: unknown = await serversThrough(values, basic).catch((reason: unknown) => reason);
    expect(connectionProblem(settings(values, basic), error).detail).toContain(
      'process_command (provider block, or EXCHANGE_PROCESS_COMMAND) starts it',
    );
  });

  describe('that does not come about says why and what to do', () => {
    let other: RunningEndpoint;
    afterEach(() => other.close());
    const DAY_MS = 86_400_000;
    const days = (from: number, to: number) => ({
      notBefore: new Date(Date.now() + from * DAY_MS),
      notAfter: new Date(Date.now() + to * DAY_MS),
    });
    const key = makeKey();
    const authority = makeAuthority({ commonName: 'Test authority', ...days(-9, 9), privateKey: key });
    const authorityFile = join(folder, 'authority.pem');
    writeFileSync(authorityFile, toPem(authority.certificate));
    const issued = (name: string, from: number, to: number): ServerOptions => {
      const { certificate, privateKey } = authority.issue({
        commonName: name,
        subjectAlternativeNames: [name],
        ...days(from, to),
        privateKey: key,
      });
      return { cert: toPem(certificate), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
    };
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const web = { kind: 'text', contentType: 'text/html', body: '<html>hello</html>' } as const;
    const forbidden = { kind: 'status', status: 403 } as const;

    test.each<[string, ServerOptions, Values, Disturbance['effect'] | undefined, RemotingErrorKind, string]>([
      [
        'an authority that is not trusted',
        issued('localhost', -1, 1),
        { ca_file: null },
        undefined,
        'tls-untrusted',
        'EXCHANGE_CA_FILE',
      ],
      [
        'another host',
        issued('mail.contoso.com', -1, 1),
        {},
        undefined,
        'tls-name-mismatch',
        'Use one of the names of the certificate in the endpoint (mail.contoso.com)',
      ],
      [
        'a certificate that has expired',
        issued('localhost', -5, -1),
        {},
        undefined,
        'tls-expired',
        'Renew the',
      ],
      [
        'TLS below 1.2',
        { ...issued('localhost', -1, 1), ...old },
        {},
        undefined,
        'tls-version',
        'Turn TLS 1.2 on',
      ],
      ['another path', issued('localhost', -1, 1), {}, undefined, 'not-wsman', 'https://server/PowerShell/'],
      ['a web server', issued('localhost', -1, 1), {}, web, 'not-wsman', 'https://server/PowerShell/'],
      [
        'another shell',
        issued('localhost', -1, 1),
        { shell_resource: 'http://schemas.microsoft.com/powershell/Microsoft.PowerShell' },
        undefined,
        'refused',
        'Microsoft.PowerShell, the one in EXCHANGE_SHELL_RESOURCE. The one of Exchange',
      ],
      [
        'no remote PowerShell',
        issued('localhost', -1, 1),
        {},
        forbidden,
        'access-denied',
        'RemotePowerShellEnabled',
      ],
    ])('%s', async (what, tls, values, effect, kind, remedy) => {
      other = await startEndpoint({
        host: () => twoServers().host('BSAEX01'),
        authentication: { basic: () => true },
        tls,
      });
      if (effect !== undefined) other.disturbances.arm({ effect });
      const endpoint = `https://localhost:${other.port}${what === 'another path' ? '/owa' : ''}`;
      const given = settings({ endpoint, ca_file: authorityFile, ...values }, basic);
      const error: unknown = await connect(given, basic).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ kind });
      const { summary, detail } = connectionProblem(given, error);
      expect(summary).toMatch(/^No session with Exchange at https:\/\/localhost:\d+\//);
      expect(detail).toContain(remedy);
      expect(detail).toContain('Nothing was changed.');
      expect(summary + detail).not.toContain(PASSWORD);
      // Credentials go to nobody who has not shown who they are.
      if (kind.startsWith('tls-')) expect(other.traffic).toEqual([]);
    });
  });
});
