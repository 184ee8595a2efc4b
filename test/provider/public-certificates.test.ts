import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePfx, toPem, type KeyedCertificate } from '../../pki';
import { Engine } from '../../plugin/engine/engine';
import type { PlanResult } from '../../plugin/engine/plan';
import { exchangeProvider } from '../../provider/definition';
import { withEveryAttribute, type Diagnostic, type Values } from '../../schema';
import { certificateFor, CertificateServer } from './certificate-server';

const CERTIFICATE = 'exchange_certificate';

const folder = mkdtempSync(join(tmpdir(), 'public-certificates-'));
const pfxFile = join(folder, 'mail.pfx');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const old = certificateFor(['mail.contoso.com']);
const renewed = certificateFor(['mail.contoso.com'], 700);
const setups = certificateFor(['EX1', 'ex1.contoso.local'], 1800);

let server: CertificateServer;
beforeEach(() => {
  server = new CertificateServer();
  server.add('EX1', setups);
  rmSync(pfxFile, { force: true });
});

const lay = (certificate: KeyedCertificate) =>
  writeFileSync(pfxFile, makePfx(certificate, { password: 'secret', iterations: 1 }));

type Planned = Pick<PlanResult, 'planned' | 'memo'>;

/** A run of the provider that is given a public certificate: what its configuration says, and a plan and an apply. */
async function run(committed: KeyedCertificate, password: string | null) {
  const engine = new Engine(
    exchangeProvider({ EXCHANGE_ENDPOINT: 'process:' }, { open: async () => server.session }),
  );
  const block = {
    pfx_file: pfxFile,
    pfx_password: password,
    file: 'certificates/mail.crt',
    pem: toPem(committed.certificate),
  };
  const config = { servers: { EX1: '2013' }, public_certificate: [block] };
  const said = await engine.configure(config, '1.11.4');
  const declared = (values: Values) =>
    withEveryAttribute(engine.resourceSchema(CERTIFICATE), {
      server: 'EX1',
      pfx_file: pfxFile,
      pfx_password: password,
      services: ['IIS'],
      accepted_findings: { 'self-signed': 'a test' },
      timeout_seconds: 1,
      ...values,
    });
  return {
    said,
    plan: (prior: Values | null, values: Values | null = {}) =>
      engine.plan(CERTIFICATE, { prior, config: values && declared(values), memo: {} }),
    apply: (prior: Values | null, { planned, memo }: Planned, values: Values = {}) =>
      engine.apply(CERTIFICATE, {
        prior,
        planned,
        memo,
        config: planned === null ? null : declared(values),
      }),
  };
}

const cmdletsOf = (values: Values | null) => values?.['cmdlets'] as readonly string[];
const errors = (said: readonly Diagnostic[]) => said.filter(({ severity }) => severity === 'error');

/** The state after a deploy of the old certificate, which imported it. */
async function before(): Promise<Values> {
  lay(old);
  const { plan, apply } = await run(old, 'secret');
  const { state } = await apply(null, await plan(null));
  rmSync(pfxFile);
  if (state === null) throw new Error('nothing was deployed');
  server.takeWrites();
  return { ...state, cmdlets: [] };
}

describe('a plan', () => {
  test.each([null, ''])('without PFX and password (%j) shows the whole renewal', async (password) => {
    const prior = await before();
    const { said, plan } = await run(renewed, password);
    expect(said).toEqual([]);
    expect(existsSync(pfxFile)).toBe(false);
    const { planned, diagnostics } = await plan(prior);
    expect(errors(diagnostics)).toEqual([]);
    expect(cmdletsOf(planned)).toEqual([
      expect.stringMatching(/^Import-ExchangeCertificate -Server 'EX1' -FileData /),
      expect.stringMatching(`^Enable-ExchangeCertificate .*${renewed.certificate.thumbprint}`),
      expect.stringMatching(/^Test-ServiceHealth /),
      expect.stringMatching(`^Remove-ExchangeCertificate .*${old.certificate.thumbprint}`),
    ]);
    expect(planned).toMatchObject({
      thumbprint: renewed.certificate.thumbprint,
      names: ['mail.contoso.com'],
      not_after: renewed.certificate.notAfter.toISOString(),
    });
  });

  test('without them finds the certificate where it is already', async () => {
    server.add('EX1', old, ['IIS']);
    const { plan } = await run(old, null);
    const { planned } = await plan(null);
    expect(cmdletsOf(planned)).toEqual([]);
  });

  test('judges the committed certificate, by its file', async () => {
    const { plan } = await run(renewed, null);
    const { diagnostics } = await plan(null, { required_names: ['owa.contoso.com'] });
    expect(diagnostics.map(({ summary }) => summary)).toContain(
      "owa.contoso.com is not on the certificate in 'certificates/mail.crt'",
    );
  });

  test('with a password opens the PFX, and says what is wrong with it', async () => {
    const missing = await (await run(renewed, 'secret')).plan(null);
    expect(errors(missing.diagnostics)[0]?.summary).toContain('cannot be read');
    lay(renewed);
    const wrong = await (await run(renewed, 'other')).plan(null);
    expect(errors(wrong.diagnostics)[0]?.summary).toContain('password');
  });
});

describe('a PFX that holds another certificate', () => {
  test('stops plan and apply in the configuration, with both files, both thumbprints and the ways out', async () => {
    lay(old);
    const { said } = await run(renewed, 'secret');
    expect(said).toMatchObject([
      { severity: 'error', summary: `'certificates/mail.crt' is not the certificate in '${pfxFile}'` },
    ]);
    const [{ detail }] = said as [Diagnostic];
    for (const text of [
      renewed.certificate.thumbprint,
      old.certificate.thumbprint,
      'Nothing was run',
      'certificate.certificateFile',
      'certificate.pfxFile',
    ]) {
      expect(detail).toContain(text);
    }
    expect(JSON.stringify(said)).not.toContain('secret');
    expect(server.session.calls).toEqual([]);
  });

  test('is not known to a plan without the password', async () => {
    lay(old);
    expect((await run(renewed, null)).said).toEqual([]);
  });
});

describe('an apply whose PFX does not open', () => {
  test.each([
    ['is missing', null, 'cannot be read'],
    ['has no password', renewed, 'is missing'],
  ])('because it %s runs nothing while a server needs the certificate', async (_why, laid, summary) => {
    const prior = await before();
    const planned = await (await run(renewed, null)).plan(prior);
    if (laid !== null) lay(laid);
    const { state, diagnostics } = await (await run(renewed, null)).apply(prior, planned);
    const [error] = errors(diagnostics);
    expect(error?.summary).toContain(summary);
    expect(error?.detail).toContain('Nothing was run: EX1 does not have the certificate yet,');
    expect(server.takeWrites()).toEqual([]);
    expect(state).toMatchObject({ thumbprint: old.certificate.thumbprint });
  });

  test('runs what needs no import', async () => {
    const prior = await before();
    const more = { services: ['IIS', 'POP'] };
    const planned = await (await run(old, null)).plan(prior, more);
    const { diagnostics } = await (await run(old, null)).apply(prior, planned, more);
    expect(errors(diagnostics)).toEqual([]);
    expect(server.takeWrites()).toEqual(['Enable-ExchangeCertificate']);
  });

  test('takes away what is to go', async () => {
    const prior = await before();
    const removal = await (await run(renewed, null)).plan(prior, null);
    const { diagnostics } = await (await run(renewed, null)).apply(prior, removal);
    expect(errors(diagnostics)).toEqual([]);
    expect(server.takeWrites()).toContain('Remove-ExchangeCertificate');
  });
});

test('a public certificate with a private key is refused, and nothing of the key is said', () => {
  const engine = new Engine(exchangeProvider({}));
  const key = String(old.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const block = { pfx_file: 'x', pfx_password: null, file: 'x.pem', pem: toPem(old.certificate) + key };
  const said = engine.validateProvider({ public_certificate: [block] });
  expect(errors(said)).toMatchObject([{ summary: 'pem is not right' }]);
  expect(said[0]?.detail).toContain('holds a private key');
  expect(JSON.stringify(said)).not.toContain(key.split('\n')[3]);
});
