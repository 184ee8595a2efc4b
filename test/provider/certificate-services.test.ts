import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePfx, makeSelfSigned, type KeyedCertificate } from '../../pki';
import { Engine } from '../../plugin/engine/engine';
import type { Memo } from '../../plugin/engine/memo';
import { exchangeProvider } from '../../provider/definition';
import { UNKNOWN as NOT_YET, withEveryAttribute, type Diagnostic, type Values } from '../../schema';
import { certificateFor, CertificateServer } from './certificate-server';

const SERVICES = 'exchange_certificate_services';
const CERTIFICATE = 'exchange_certificate';

const folder = mkdtempSync(join(tmpdir(), 'certificate-services-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const setups = certificateFor(['EX1', 'ex1.contoso.local'], 1800);
const site = certificateFor(['mail.contoso.com']);
const renewed = certificateFor(['mail.contoso.com'], 700);

let server: CertificateServer;
beforeEach(() => {
  server = new CertificateServer();
});

/** A run of the provider: a plan, or an apply. */
async function run() {
  const engine = new Engine(
    exchangeProvider({ EXCHANGE_ENDPOINT: 'process:' }, { open: async () => server.session }),
  );
  await engine.configure({ servers: { EX1: '2013', EX2: '2013' } }, '1.11.4');
  const schema = (typeName: string) => engine.resourceSchema(typeName);
  const said: Diagnostic[] = [];
  const note = <Result extends { readonly diagnostics?: readonly Diagnostic[] }>(result: Result): Result => {
    said.push(...(result.diagnostics ?? []));
    return result;
  };
  const wanted = (typeName: string, values: Values) => withEveryAttribute(schema(typeName), values);
  return {
    said,
    plan: async (typeName: string, prior: Values | null, values: Values | null) =>
      note(
        await engine.plan(typeName, {
          prior,
          config: values === null ? null : wanted(typeName, values),
          memo: {},
        }),
      ),
    read: async (typeName: string, state: Values) => note(await engine.read(typeName, state, {})).state,
    apply: async (
      typeName: string,
      prior: Values | null,
      { planned, memo }: { readonly planned: Values | null; readonly memo: Memo },
      values: Values | null,
    ) =>
      note(
        await engine.apply(typeName, {
          prior,
          planned,
          memo,
          config: values === null ? null : wanted(typeName, values),
        }),
      ),
  };
}

const declared = (thumbprint: string, services: readonly string[] = ['IIS']): Values => ({
  server: 'EX1',
  thumbprint,
  services,
});

function pfxOf(certificate: KeyedCertificate): Values {
  const file = join(folder, `${certificate.certificate.thumbprint}.pfx`);
  writeFileSync(file, makePfx(certificate, { password: 'secret', iterations: 1 }), { mode: 0o600 });
  return { server: 'EX1', pfx_file: file, pfx_password: 'secret' };
}

/** Plans and applies in a run of its own each; what the state then holds. */
async function deploy(typeName: string, prior: Values | null, values: Values | null) {
  const { plan, said } = await run();
  const planned = await plan(typeName, prior, values);
  const applying = await run();
  const applied = await applying.apply(typeName, prior, planned, values);
  return { planned, applied, state: applied.state, planSaid: said, applySaid: applying.said };
}

const summaries = (said: readonly Diagnostic[]) => said.map(({ summary }) => summary);
const enabling = (thumbprint: string, services: string) =>
  `Enable-ExchangeCertificate -Server 'EX1' -Thumbprint '${thumbprint}' -Services ${services}`;
const UNTOLD = 'This session does not tell which services use a certificate';

describe('where the session does not tell services', () => {
  const { thumbprint } = site.certificate;
  beforeEach(() => {
    server.tellsServices = false;
    server.add('EX1', setups, ['IIS', 'SMTP']);
    server.add('EX1', site);
  });

  test('a creation shows and runs the cmdlet, and the state then holds what it gave', async () => {
    const { planned, state } = await deploy(SERVICES, null, declared(thumbprint));
    expect(planned.planned?.['cmdlets']).toEqual([enabling(thumbprint, "@('IIS')")]);
    expect(server.takeWrites()).toEqual(['Enable-ExchangeCertificate']);
    expect(state).toMatchObject({
      services: ['IIS'],
      fallback_thumbprint: setups.certificate.thumbprint,
    });
    const { read, plan } = await run();
    const refreshed = await read(SERVICES, state!);
    expect(refreshed).toMatchObject({ services: ['IIS'] });
    expect((await plan(SERVICES, refreshed, declared(thumbprint))).planned).toEqual(refreshed);
  });

  test('a creation whose cmdlet failed leaves nothing in the state', async () => {
    server.failing.add('Enable-ExchangeCertificate');
    const { applied } = await deploy(SERVICES, null, declared(thumbprint));
    expect(applied.diagnostics).toMatchObject([{ severity: 'error' }]);
    expect(applied.state).toBeNull();
  });

  test('a creation whose plan saw no certificate keeps nothing either', async () => {
    server.storeOf('EX1').pop();
    const { plan } = await run();
    const planned = await plan(SERVICES, null, declared(thumbprint));
    server.add('EX1', site);
    server.failing.add('Enable-ExchangeCertificate');
    const { apply } = await run();
    const { state } = await apply(SERVICES, null, planned, declared(thumbprint));
    expect(state?.['services'] ?? []).toEqual([]);
  });

  test('an update that failed keeps what was given before', async () => {
    const { state } = await deploy(SERVICES, null, declared(thumbprint));
    server.failing.add('Enable-ExchangeCertificate');
    const both = declared(thumbprint, ['IIS', 'POP']);
    const { planned, applied } = await deploy(SERVICES, state, both);
    expect(planned.planned?.['cmdlets']).toEqual([enabling(thumbprint, "@('POP')")]);
    expect(applied.state).toMatchObject({ services: ['IIS'] });
  });

  test('an import has none, so that the next plan gives them', async () => {
    const { read, plan } = await run();
    const blank = withEveryAttribute(new Engine(exchangeProvider({})).resourceSchema(SERVICES), {
      server: 'EX1',
      thumbprint,
    });
    const state = await read(SERVICES, blank);
    expect(state).toMatchObject({ services: [] });
    const { planned } = await plan(SERVICES, state, declared(thumbprint));
    expect(planned?.['cmdlets']).toEqual([enabling(thumbprint, "@('IIS')")]);
  });

  test('one warning in a run says so, with the remedy', async () => {
    server.add('EX2', site);
    const { read, plan, said } = await run();
    for (const name of ['EX1', 'EX2']) {
      const state = { ...declared(thumbprint), server: name, fallback_thumbprint: '', cmdlets: [] };
      await read(SERVICES, { replace_default_smtp_certificate: null, ...state });
      await plan(SERVICES, null, { ...declared(thumbprint), server: name });
    }
    expect(summaries(said)).toEqual([UNTOLD]);
    expect(said[0]?.severity).toBe('warning');
    expect(said[0]?.detail).toContain('serializationLevel=Full');
    expect(said[0]?.detail).toContain('Select-Object');
  });
});

test('where the session tells services, only what is missing is given, and nothing is said', async () => {
  const { thumbprint } = site.certificate;
  server.add('EX1', site, ['IIS']);
  const { planned, applied, planSaid } = await deploy(SERVICES, null, declared(thumbprint, ['IIS', 'POP']));
  expect(planned.planned?.['cmdlets']).toEqual([enabling(thumbprint, "@('POP')")]);
  expect(applied.state).toMatchObject({ services: ['IIS', 'POP'] });
  expect(planSaid).toEqual([]);
  server.storeOf('EX1')[0]!.services = ['POP'];
  const { read } = await run();
  expect(await read(SERVICES, applied.state!)).toMatchObject({ services: ['POP'] });
});

test('what a cmdlet did beside its error is told as it is read back', async () => {
  const { thumbprint } = site.certificate;
  server.add('EX1', site, ['IIS', 'SMTP']);
  const before = declared(thumbprint, ['IIS', 'SMTP']);
  const { state } = await deploy(SERVICES, null, before);
  server.complaining.add('Enable-ExchangeCertificate');
  const { applied } = await deploy(SERVICES, state, { ...before, replace_default_smtp_certificate: true });
  expect(summaries(applied.diagnostics)).toEqual(['Enable-ExchangeCertificate failed for EX1']);
  expect(applied.diagnostics[0]?.detail).not.toContain('services is');
  expect(applied.state).toMatchObject({ services: ['IIS', 'SMTP'] });
});

describe.each([true, false])('a certificate that the same apply imported (services told: %s)', (tells) => {
  const { thumbprint } = site.certificate;
  const values = () => pfxOf(site);
  const both = declared(thumbprint, ['IIS', 'POP']);
  beforeEach(() => {
    server.tellsServices = tells;
    server.add('EX1', setups, ['IIS', 'SMTP']);
  });

  test.each([{ brought: [] }, { brought: ['POP'] }])(
    'is given what the plan showed, though the import brings $brought',
    async ({ brought }) => {
      server.servicesOfImports = brought;
      const planning = await run();
      const certificate = await planning.plan(CERTIFICATE, null, values());
      const shown = await planning.plan(SERVICES, null, both);
      const applying = await run();
      await applying.apply(CERTIFICATE, null, certificate, values());
      // Terraform plans once more before it applies, and holds the provider to what it showed.
      const again = await applying.plan(SERVICES, null, both);
      expect(again.planned).toEqual({ ...shown.planned, fallback_thumbprint: setups.certificate.thumbprint });
      const { state } = await applying.apply(SERVICES, null, again, both);
      expect(state).toMatchObject({ services: ['IIS', 'POP'] });
      expect(server.storeOf('EX1').at(-1)?.services).toEqual(['IIS', 'POP']);
      expect(summaries([...applying.said])).toEqual([]);
    },
  );
});

describe("an imported certificate that looks like Setup's", () => {
  const alike = certificateFor(['EX1', 'mail.contoso.com'], 3000);
  const { thumbprint } = alike.certificate;

  test('does not take services over from itself', async () => {
    server.add('EX1', setups, ['IIS']);
    server.add('EX1', alike);
    const { state } = await deploy(SERVICES, null, declared(thumbprint));
    expect(state).toMatchObject({ fallback_thumbprint: setups.certificate.thumbprint });
  });

  test('changes nothing in the apply that imports it', async () => {
    server.add('EX1', setups, ['IIS']);
    server.add('EX1', site);
    const planning = await run();
    const shown = await planning.plan(SERVICES, null, declared(site.certificate.thumbprint));
    const certificate = await planning.plan(CERTIFICATE, null, pfxOf(alike));
    const applying = await run();
    await applying.apply(CERTIFICATE, null, certificate, pfxOf(alike));
    expect((await applying.plan(SERVICES, null, declared(site.certificate.thumbprint))).planned).toEqual(
      shown.planned,
    );
  });

  test('and is replaced is no surprise to the apply that replaces it', async () => {
    server.add('EX1', alike, ['IIS']);
    const { state } = await deploy(SERVICES, null, declared(thumbprint));
    expect(state).toMatchObject({ fallback_thumbprint: '' });
    server.add('EX1', renewed);
    const { applied } = await deploy(SERVICES, state, declared(renewed.certificate.thumbprint));
    expect(applied.diagnostics).toEqual([]);
    const { read } = await run();
    expect(await read(SERVICES, applied.state!)).toMatchObject({ fallback_thumbprint: thumbprint });
  });
});

describe('the removal of a certificate', () => {
  const { thumbprint } = site.certificate;
  const removal = `Remove-ExchangeCertificate -Server 'EX1' -Thumbprint '${thumbprint}' -Confirm:$false`;
  const stateOf = async (of = site) => (await (await run()).read(CERTIFICATE, blank(of)))!;
  const blank = (of: KeyedCertificate): Values =>
    withEveryAttribute(new Engine(exchangeProvider({})).resourceSchema(CERTIFICATE), {
      ...pfxOf(of),
      pfx_password: null,
      thumbprint: of.certificate.thumbprint,
    });

  /** Gives IIS to another certificate and removes the first, in one apply. */
  async function renew(stale = false, names?: readonly string[]) {
    const state = await stateOf();
    const services = { ...declared(thumbprint, names), fallback_thumbprint: '', cmdlets: [] };
    const before = { replace_default_smtp_certificate: null, ...services };
    const next = declared(renewed.certificate.thumbprint, names);
    const planning = await run();
    const move = await planning.plan(SERVICES, before, next);
    const gone = await planning.plan(CERTIFICATE, state, null);
    const applying = await run();
    const fallBehind = server.stale();
    const moved = await applying.apply(SERVICES, before, move, next);
    expect(moved.diagnostics).toEqual([]);
    if (stale) fallBehind();
    const removed = await applying.apply(CERTIFICATE, state, gone, null);
    return { removed, planSaid: planning.said };
  }

  beforeEach(() => {
    server.add('EX1', renewed);
  });

  test('runs where no service is left', async () => {
    server.add('EX1', site, ['IIS']);
    const { removed, planSaid } = await renew();
    expect(removed).toMatchObject({ state: null, diagnostics: [] });
    expect(server.takeWrites()).toEqual(['Enable-ExchangeCertificate', 'Remove-ExchangeCertificate']);
    expect(summaries(planSaid)).toEqual([
      `Destroying ${CERTIFICATE} runs: ${removal} (only if the session tells that no service uses it)`,
    ]);
  });

  test('runs where a read still shows IIS that the apply itself gave to another one', async () => {
    server.add('EX1', site, ['IIS']);
    const { removed } = await renew(true);
    expect(removed).toMatchObject({ state: null, diagnostics: [] });
    expect(server.takeWrites()).toContain('Remove-ExchangeCertificate');
  });

  test('is refused where another service is left', async () => {
    server.add('EX1', site, ['IIS', 'POP']);
    const { removed } = await renew();
    expect(removed.diagnostics).toMatchObject([{ severity: 'error' }]);
    expect(removed.diagnostics[0]?.detail).toContain('still serves POP on EX1');
    expect(removed.state).not.toBeNull();
    expect(server.takeWrites()).not.toContain('Remove-ExchangeCertificate');
  });

  describe('of a certificate that has SMTP, which Exchange takes from none', () => {
    test('runs where the apply gave it to another one', async () => {
      server.add('EX1', site, ['IIS', 'SMTP']);
      const { removed } = await renew(false, ['IIS', 'SMTP']);
      expect(removed).toMatchObject({ state: null, diagnostics: [] });
      expect(server.takeWrites()).toEqual(['Enable-ExchangeCertificate', 'Remove-ExchangeCertificate']);
    });

    test('runs where another one has it for the same names, as after an apply that was cut off', async () => {
      server.add('EX1', site, ['IIS', 'SMTP']);
      server
        .storeOf('EX1')
        .find(({ thumbprint }) => thumbprint === renewed.certificate.thumbprint)!.services = ['SMTP'];
      const { removed } = await renew();
      expect(removed).toMatchObject({ state: null, diagnostics: [] });
    });

    test('is refused where it has no names that another one could have', async () => {
      const unnamed = makeSelfSigned({
        commonName: 'mail.contoso.com',
        notBefore: new Date(Date.now() - 1),
        notAfter: new Date(Date.now() + 1e9),
      });
      server.add('EX1', setups, ['SMTP']);
      server.add('EX1', unnamed, ['SMTP']);
      const { plan, apply } = await run();
      const state = await stateOf(unnamed);
      const gone = await plan(CERTIFICATE, state, null);
      const { diagnostics } = await apply(CERTIFICATE, state, gone, null);
      expect(diagnostics[0]?.detail).toContain('still serves SMTP on EX1');
      expect(server.takeWrites()).toEqual([]);
    });

    test('is refused where somebody gave it, and none for its names has it', async () => {
      server.add('EX1', setups, ['SMTP']);
      server.add('EX1', site, ['IIS', 'SMTP']);
      const { removed } = await renew();
      expect(removed.diagnostics[0]?.detail).toContain('still serves SMTP on EX1');
      expect(removed.diagnostics[0]?.detail).toContain('for SMTP to one that has its names');
      expect(server.takeWrites()).not.toContain('Remove-ExchangeCertificate');
    });
  });

  test('is refused where the Default Web Site shows it, whatever its services say', async () => {
    server.add('EX1', site, [], [1]);
    const state = await stateOf();
    const gone = await (await run()).plan(CERTIFICATE, state, null);
    const { diagnostics } = await (await run()).apply(CERTIFICATE, state, gone, null);
    expect(diagnostics[0]?.detail).toContain('still serves IIS on EX1');
    expect(server.takeWrites()).toEqual([]);
  });

  test('is refused where another site of IIS shows it', async () => {
    server.add('EX1', site, ['IIS'], [1, 2]);
    const { removed } = await renew();
    expect(removed.diagnostics[0]?.detail).toContain('Exchange Back End');
    expect(server.takeWrites()).not.toContain('Remove-ExchangeCertificate');
  });

  test('does not run where nobody can tell that it is free: plan and apply say so, with the cmdlet', async () => {
    server.tellsServices = false;
    server.add('EX1', site, ['IIS', 'SMTP']);
    const { removed, planSaid } = await renew();
    expect(server.takeWrites()).toEqual(['Enable-ExchangeCertificate']);
    expect(removed.state).toBeNull();
    for (const said of [planSaid, removed.diagnostics]) {
      const warning = said.find(({ summary }) => summary === `The certificate ${thumbprint} stays on EX1`);
      expect(warning?.severity).toBe('warning');
      expect(warning?.detail).toContain(removal);
    }
    expect(planSaid.map(({ severity }) => severity)).not.toContain('error');
  });

  test('within a replacement is announced alike', async () => {
    server.tellsServices = false;
    server.add('EX1', site, ['IIS']);
    const { plan, said } = await run();
    const { requiresReplace } = await plan(CERTIFICATE, await stateOf(), pfxOf(renewed));
    expect(requiresReplace).not.toEqual([]);
    expect(summaries(said)).toContain(`The certificate ${thumbprint} stays on EX1`);
  });
});

describe('the sites of IIS', () => {
  const { thumbprint } = site.certificate;
  const state = (): Values => ({
    replace_default_smtp_certificate: null,
    ...declared(thumbprint),
    fallback_thumbprint: '',
    cmdlets: [],
  });

  test('a certificate that the front end does not show is given IIS', async () => {
    server.add('EX1', setups, ['SMTP'], [1]);
    server.add('EX1', site, ['IIS'], [2]);
    const { read, plan, said } = await run();
    const refreshed = await read(SERVICES, state());
    expect(refreshed).toMatchObject({ services: [] });
    expect((await plan(SERVICES, refreshed, declared(thumbprint))).planned?.['cmdlets']).toEqual([
      enabling(thumbprint, "@('IIS')"),
    ]);
    expect(summaries(said)).toEqual([
      `The site Exchange Back End of EX1 shows the certificate ${thumbprint}`,
    ]);
    expect(said[0]).toMatchObject({ severity: 'warning' });
    expect(said[0]?.detail).toContain('444');
  });

  test('a front end without a certificate is said', async () => {
    server.add('EX1', setups, ['SMTP'], [2]);
    server.add('EX1', site, [], []);
    const { plan, said } = await run();
    await plan(SERVICES, null, declared(thumbprint));
    expect(summaries(said)).toEqual(['No certificate is bound to the Default Web Site of EX1']);
  });

  test.each([
    ['bound as it should be', [1], [2]],
    ['not told', null, null],
  ])('nothing is said where they are %s', async (_how, own, setup) => {
    server.add('EX1', setups, ['SMTP'], setup);
    server.add('EX1', site, ['IIS'], own);
    const { read, plan, said } = await run();
    const refreshed = await read(SERVICES, state());
    expect((await plan(SERVICES, refreshed, declared(thumbprint))).planned).toEqual(refreshed);
    expect(said).toEqual([]);
  });

  test("Setup's own certificate may be on both", async () => {
    const own = setups.certificate.thumbprint;
    server.add('EX1', setups, ['IIS', 'SMTP'], [1, 2]);
    const { plan, said } = await run();
    expect((await plan(SERVICES, null, declared(own))).planned?.['cmdlets']).toEqual([]);
    expect(said).toEqual([]);
  });
});

test('a thumbprint that is not known before the apply is not looked for', async () => {
  server.add('EX1', site, ['IIS']);
  const { plan } = await run();
  const { planned } = await plan(SERVICES, null, { ...declared(''), thumbprint: NOT_YET });
  expect(planned?.['cmdlets']).toBe(NOT_YET);
});
