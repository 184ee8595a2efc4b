import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePfx, type KeyedCertificate } from '../../pki';
import type { Diagnostic, Values } from '../../schema';
import { certificateRun } from './certificate-run';
import { certificateFor, CertificateServer } from './certificate-server';

const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const setups = certificateFor(['EX1', 'ex1.contoso.local'], 1800);
const site = certificateFor(['mail.contoso.com']);
const renewed = certificateFor(['mail.contoso.com'], 700);
const third = certificateFor(['mail.contoso.com'], 900);

let server: CertificateServer;
beforeEach(() => {
  server = new CertificateServer();
});

/** A run of the provider: a plan, or an apply. */
const run = (servers: { readonly [name: string]: string } = { EX1: '2013', EX2: '2013' }) =>
  certificateRun(server.session, { servers });

const files = new Map(
  [setups, site, renewed, third].map((certificate) => {
    const file = join(folder, `${certificate.certificate.thumbprint}.pfx`);
    writeFileSync(file, makePfx(certificate, { password: 'secret', iterations: 1 }), { mode: 0o600 });
    return [certificate, file];
  }),
);

function declared(certificate: KeyedCertificate, services: readonly string[] = ['IIS'], on = 'EX1'): Values {
  const pfx_file = files.get(certificate) ?? '';
  const accepted_findings = { 'self-signed': 'as the one that Setup makes' };
  return { server: on, pfx_file, pfx_password: 'secret', services, accepted_findings, timeout_seconds: 1 };
}

/** Refreshes, plans and applies, each apply in a run of its own, as Terraform does; what the state then holds. */
async function deploy(before: Values | null, values: Values | null) {
  const planning = await run();
  const prior = before && (await planning.read(before));
  const planned = await planning.plan(prior, values);
  const applying = await run();
  const applied = await applying.apply(prior, planned, values);
  return { planned, applied, state: applied.state, planSaid: planning.said, applySaid: applying.said };
}

const cmdletsOf = (values: Values | null | undefined) =>
  (values?.['cmdlets'] as readonly string[]).map((text) => text.split(' ')[0]);
const thereAlready = (server: string, { certificate } = site) =>
  `exchange_certificate ${server}/${certificate.thumbprint} exists already`;
const summaries = (said: readonly Diagnostic[]) => said.map(({ summary }) => summary);
const servicesOf = (certificate: KeyedCertificate) =>
  server.storeOf('EX1').find(({ thumbprint }) => thumbprint === certificate.certificate.thumbprint)?.services;
const enabling = (thumbprint: string, services: string) =>
  `Enable-ExchangeCertificate -Server 'EX1' -Thumbprint '${thumbprint}' -Services ${services}${services.includes('IIS') ? ' -DoNotRequireSsl:$true' : ''}`;
const UNTOLD = 'This session does not tell which services use a certificate';
const CREATION = ['Import-ExchangeCertificate', 'Enable-ExchangeCertificate'];
const RENEWAL = [...CREATION, 'Test-ServiceHealth', 'Remove-ExchangeCertificate'];

describe.each([true, false])('the certificate of a server (services told: %s)', (tells) => {
  const { thumbprint } = site.certificate;
  beforeEach(() => {
    server.tellsServices = tells;
    server.add('EX1', setups, ['IIS', 'SMTP']);
  });

  test.each([{ brought: [] }, { brought: ['POP'] }])(
    'is imported and given its services, though the import brings $brought',
    async ({ brought }) => {
      server.servicesOfImports = brought;
      const { planned, applied } = await deploy(null, declared(site, ['IIS', 'POP']));
      expect(cmdletsOf(planned.planned)).toEqual(CREATION);
      expect(planned.planned?.['interrupts']).toEqual([expect.stringContaining('over HTTPS')]);
      expect(applied.diagnostics).toEqual([]);
      expect(server.takeWrites()).toEqual(CREATION);
      expect(applied.state).toMatchObject({
        thumbprint,
        imported: [thumbprint],
        services: ['IIS', 'POP'],
        fallback_thumbprint: setups.certificate.thumbprint,
      });
      expect(servicesOf(site)).toEqual(['IIS', 'POP']);
    },
  );

  test('then needs nothing', async () => {
    const { state } = await deploy(null, declared(site));
    const { read, plan } = await run();
    const refreshed = await read(state!);
    expect(refreshed).toMatchObject({ services: ['IIS'] });
    expect((await plan(refreshed, declared(site))).planned).toEqual(refreshed);
  });

  test('of which the creation failed is not in the state; what stands is named, and the next plan goes on', async () => {
    server.failing.add('Enable-ExchangeCertificate');
    const { applied } = await deploy(null, declared(site));
    expect(applied.state).toBeNull();
    expect(summaries(applied.diagnostics)).toEqual([
      'Enable-ExchangeCertificate failed for EX1',
      'exchange_certificate is only partly created',
    ]);
    expect(applied.diagnostics[1]?.detail).toContain(`Remove-ExchangeCertificate -Server 'EX1'`);
    server.failing.clear();
    const next = await deploy(null, declared(site));
    expect(next.planned.planned?.['cmdlets']).toEqual([enabling(thumbprint, "@('IIS')")]);
    // Nobody can tell it from one that was there before.
    expect(next.state).toMatchObject({ services: ['IIS'], imported: [] });
  });

  test('an update that failed keeps what was given before', async () => {
    const { state } = await deploy(null, declared(site));
    server.failing.add('Enable-ExchangeCertificate');
    const { planned, applied } = await deploy(state, declared(site, ['IIS', 'POP']));
    expect(planned.planned?.['cmdlets']).toEqual([enabling(thumbprint, "@('POP')")]);
    expect(applied.state).toMatchObject({ services: ['IIS'] });
  });

  describe('of another PFX', () => {
    let state: Values | null;
    beforeEach(async () => {
      ({ state } = await deploy(null, declared(site)));
      server.takeWrites();
    });

    test('takes the services over, and the old one goes where it can be known to be free', async () => {
      const { planned, applied, planSaid } = await deploy(state, declared(renewed));
      expect(planned.requiresReplace).toEqual([]);
      expect(cmdletsOf(planned.planned)).toEqual(renewal);
      expect(applied.state).toMatchObject({
        thumbprint: renewed.certificate.thumbprint,
        imported: [renewed.certificate.thumbprint],
        services: ['IIS'],
      });
      expect(servicesOf(renewed)).toEqual(['IIS']);
      expect(servicesOf(site)).toEqual(tells ? undefined : []);
      const stays = `The certificate ${thumbprint} stays on EX1`;
      const warning = planSaid.find(({ summary }) => summary === stays);
      expect(warning?.severity).toBe(tells ? undefined : 'warning');
      if (!tells) expect(warning?.detail.match(/Remove-ExchangeCertificate/g)).toHaveLength(1);
      expect(applied.diagnostics).toEqual([]);
    });

    /** Without a removal where nobody can tell whether the old one is in use, and without the checks before it. */
    const renewal = tells ? RENEWAL : CREATION;

    test('of which a deploy was killed after it gave the services goes on with the rest', async () => {
      for (const installed of server.storeOf('EX1')) installed.services = [];
      server.add('EX1', renewed, ['IIS']);
      const { planned, applied } = await deploy(state, declared(renewed));
      expect(cmdletsOf(planned.planned)).toEqual(
        tells ? ['Test-ServiceHealth', 'Remove-ExchangeCertificate'] : ['Enable-ExchangeCertificate'],
      );
      expect(applied.diagnostics).toEqual([]);
      expect(applied.state).toMatchObject({
        thumbprint: renewed.certificate.thumbprint,
        // Nobody can tell it from one that was there before.
        imported: [],
        services: ['IIS'],
      });
      expect((await deploy(applied.state, declared(renewed))).planned.planned).toMatchObject({ cmdlets: [] });
    });

    test('of which the import failed leaves all as it was', async () => {
      server.failing.add('Import-ExchangeCertificate');
      const { applied } = await deploy(state, declared(renewed));
      expect(applied.state).toMatchObject({ thumbprint, imported: [thumbprint], services: ['IIS'] });
      server.failing.clear();
      expect(cmdletsOf((await deploy(applied.state, declared(renewed))).planned.planned)).toEqual(renewal);
    });

    const halfMade = async (failing: string, pfx = renewed) => {
      server.failing.add(failing);
      const { applied } = await deploy(state, declared(pfx));
      server.failing.clear();
      server.takeWrites();
      return applied.state;
    };

    test('of which the services failed is described with both, and the next plan shows what is left', async () => {
      const half = await halfMade('Enable-ExchangeCertificate');
      expect(half).toMatchObject({ thumbprint, services: ['IIS'] });
      expect(new Set(half?.['imported'] as string[])).toEqual(
        new Set([thumbprint, renewed.certificate.thumbprint]),
      );
      const { planned, state: done } = await deploy(half, declared(renewed));
      expect(cmdletsOf(planned.planned)).toEqual(renewal.slice(1));
      expect(done).toMatchObject({ imported: [renewed.certificate.thumbprint] });
    });

    // Without a removal there are no checks before it.
    if (tells) {
      test('that does not pass the checks keeps the old one, and the next plan goes on', async () => {
        const half = await halfMade('Test-ServiceHealth');
        expect(half).toMatchObject({ thumbprint: renewed.certificate.thumbprint, services: ['IIS'] });
        expect(servicesOf(site)).toEqual([]);
        const { planned } = await deploy(half, declared(renewed));
        expect(cmdletsOf(planned.planned)).toEqual(RENEWAL.slice(2));
      });
    }

    test('that stopped goes back to the old PFX', async () => {
      const half = await halfMade(tells ? 'Test-ServiceHealth' : 'Enable-ExchangeCertificate');
      const { planned, state: back } = await deploy(half, declared(site));
      expect(cmdletsOf(planned.planned)).toEqual(tells ? RENEWAL.slice(1) : []);
      expect(back).toMatchObject({ thumbprint, imported: [thumbprint], services: ['IIS'] });
      expect(servicesOf(site)).toEqual(['IIS']);
    });

    test('that stopped goes on to a third', async () => {
      const half = await halfMade('Enable-ExchangeCertificate');
      const { planned, state: done } = await deploy(half, declared(third));
      expect(cmdletsOf(planned.planned)).toEqual([
        ...renewal,
        ...(tells ? ['Remove-ExchangeCertificate'] : []),
      ]);
      expect(done).toMatchObject({ imported: [third.certificate.thumbprint], services: ['IIS'] });
      expect(servicesOf(third)).toEqual(['IIS']);
    });

    test('that a killed run has imported is not imported again', async () => {
      server.add('EX1', renewed);
      const { planned, state: done } = await deploy(state, declared(renewed));
      expect(cmdletsOf(planned.planned)).toEqual(renewal.slice(1));
      expect(done).toMatchObject({ thumbprint: renewed.certificate.thumbprint, imported: [] });
    });
  });

  test('that was on the server before is found, and never removed', async () => {
    server.add('EX1', site);
    const { planned, state } = await deploy(null, declared(site));
    expect(planned.planned?.['cmdlets']).toEqual([enabling(thumbprint, "@('IIS')")]);
    expect(state).toMatchObject({ imported: [] });
    server.takeWrites();
    const renewal = await deploy(state, declared(renewed));
    expect(cmdletsOf(renewal.planned.planned)).toEqual(CREATION);
    expect(servicesOf(site)).toEqual([]);
  });

  test('an import has no services that the session does not tell, so that the next plan gives them', async () => {
    server.add('EX1', site, ['IIS']);
    const { read, plan } = await run();
    const state = await read({ server: 'EX1', thumbprint });
    expect(state).toMatchObject({ services: tells ? ['IIS'] : [] });
    const { planned } = await plan(state, declared(site));
    expect(planned?.['cmdlets']).toEqual(tells ? [] : [enabling(thumbprint, "@('IIS')")]);
  });

  test('that left the declaration gives its services back and goes', async () => {
    const { state } = await deploy(null, declared(site));
    server.takeWrites();
    const { applied, planSaid } = await deploy(state, null);
    expect(applied.state).toBeNull();
    expect(server.takeWrites()).toEqual([
      'Enable-ExchangeCertificate',
      ...(tells ? ['Remove-ExchangeCertificate'] : []),
    ]);
    expect(servicesOf(setups)).toContain('IIS');
    expect(summaries(planSaid)).toContainEqual(
      expect.stringMatching(/^Destroying exchange_certificate EX1\/[0-9A-F]{40} runs /),
    );
  });
});

test('where the session does not tell services, one warning in a run says so, with the remedy', async () => {
  server.tellsServices = false;
  server.add('EX1', site);
  server.add('EX2', site);
  const { read, plan, said } = await run();
  for (const name of ['EX1', 'EX2']) {
    await read({ server: name, thumbprint: site.certificate.thumbprint, services: ['IIS'] });
    await plan(null, declared(site, ['IIS'], name));
  }
  expect(summaries(said)).toEqual([UNTOLD, thereAlready('EX1'), thereAlready('EX2')]);
  // What is not told is not said to be none.
  expect(said[1]?.detail).toContain('services: null -> ["IIS"]');
  expect(said[0]?.severity).toBe('warning');
  expect(said[0]?.detail).toContain('serializationLevel=Full');
  expect(said[0]?.detail).toContain('Select-Object');
});

test('where the session tells services, only what is missing is given, and drift is seen', async () => {
  server.add('EX1', site, ['IIS']);
  const { planned, applied, planSaid } = await deploy(null, declared(site, ['IIS', 'POP']));
  expect(planned.planned?.['cmdlets']).toEqual([enabling(site.certificate.thumbprint, "@('POP')")]);
  expect(applied.state).toMatchObject({ services: ['IIS', 'POP'] });
  expect(summaries(planSaid)).toEqual([thereAlready('EX1')]);
  expect(planSaid[0]?.detail).toContain('services: ["IIS"] -> ["IIS","POP"]');
  server.storeOf('EX1')[0]!.services = ['POP'];
  const { read } = await run();
  expect(await read(applied.state!)).toMatchObject({ services: ['POP'] });
});

test('what a cmdlet did beside its error is told as it is read back', async () => {
  const both = declared(site, ['IIS', 'SMTP']);
  server.add('EX1', site, ['IIS', 'SMTP']);
  const { state } = await deploy(null, both);
  server.complaining.add('Enable-ExchangeCertificate');
  const { applied } = await deploy(state, { ...both, replace_default_smtp_certificate: true });
  expect(summaries(applied.diagnostics)).toEqual(['Enable-ExchangeCertificate failed for EX1']);
  expect(applied.diagnostics[0]?.detail).not.toContain('services is');
  expect(applied.state).toMatchObject({ services: ['IIS', 'SMTP'] });
});

test('what was given beside an error is seen though the state did not name it before', async () => {
  server.add('EX1', site, ['POP']);
  server.complaining.add('Enable-ExchangeCertificate');
  const { applied } = await deploy(null, declared(site, ['IIS', 'POP']));
  expect(applied.diagnostics[0]?.detail).toContain('everything that can be read is as declared');
});

describe('the removal of the old certificate in a renewal', () => {
  const { thumbprint } = site.certificate;
  const STAYS = `The certificate ${thumbprint} stays on EX1`;
  let state: Values | null;
  const installed = () => server.storeOf('EX1').find((one) => one.thumbprint === thumbprint)!;

  beforeEach(async () => {
    server.add('EX1', setups, ['SMTP']);
    ({ state } = await deploy(null, declared(site)));
    server.takeWrites();
  });

  test('is left out where a read still shows IIS that the apply gave to the new one: the back end may show it', async () => {
    const planning = await run();
    const prior = await planning.read(state!);
    const planned = await planning.plan(prior, declared(renewed));
    server.add('EX1', renewed);
    const fallBehind = server.stale();
    server.storeOf('EX1').pop();
    fallBehind();
    const { apply } = await run();
    const { diagnostics } = await apply(prior, planned, declared(renewed));
    expect(server.takeWrites()).toEqual(RENEWAL.slice(0, -1));
    expect(diagnostics[0]).toMatchObject({ severity: 'warning', summary: STAYS });
    expect(diagnostics[0]?.detail).toContain('Exchange Back End');
  }, 30_000);

  test('runs where it has SMTP, which Exchange takes from none, and the new one has it too', async () => {
    const both = ['IIS', 'SMTP'];
    installed().services = both;
    const { applied } = await deploy(state, declared(renewed, both));
    expect(applied.diagnostics).toEqual([]);
    expect(applied.state).toMatchObject({ imported: [renewed.certificate.thumbprint], services: both });
  });

  const held: readonly (readonly [string, () => void, string])[] = [
    [
      'it is the internal transport certificate',
      () => void (server.internalTransport['EX1'] = thumbprint),
      'replaceDefaultSmtpCertificate: true',
    ],
    ['the back end shows it', () => void (installed().sites = [1, 2]), 'IIS Manager'],
    [
      'a Send connector names it',
      () =>
        void (server.sendConnectors = [
          {
            Identity: 'To Office 365',
            TlsCertificateName: `<I>${site.certificate.issuer}<S>${site.certificate.subject}`,
          },
        ]),
      "Set-SendConnector -Identity 'To Office 365'",
    ],
    ['it is the Auth certificate', () => void (server.authThumbprint = thumbprint), 'Set-AuthConfig'],
  ];

  test.each(held)(
    'is not planned where %s, and the next plan after that shows it',
    async (_how, hold, wayOut) => {
      hold();
      const { planned, applied, planSaid } = await deploy(state, declared(renewed));
      expect(cmdletsOf(planned.planned)).toEqual(CREATION);
      const said = planSaid.filter(({ summary }) => summary === STAYS);
      expect(said).toMatchObject([
        { severity: 'warning', detail: expect.stringContaining(wayOut) as unknown },
      ]);
      expect(applied.diagnostics).toEqual([]);
      expect(new Set(applied.state?.['imported'] as string[])).toEqual(
        new Set([thumbprint, renewed.certificate.thumbprint]),
      );

      const idle = await run();
      const refreshed = await idle.read(applied.state!);
      expect((await idle.plan(refreshed, declared(renewed))).planned).toEqual(refreshed);
      expect(idle.said).toEqual([]);

      Object.assign(server, {
        internalTransport: { EX1: 'SETUP' },
        sendConnectors: [],
        authThumbprint: 'AUTH',
      });
      installed().sites = [];
      const later = await deploy(applied.state, declared(renewed));
      expect(cmdletsOf(later.planned.planned)).toEqual(RENEWAL.slice(2));
      expect(later.state).toMatchObject({ imported: [renewed.certificate.thumbprint] });
      expect(installed()).toBeUndefined();
    },
  );

  test('is planned where the consent makes the new one the internal transport certificate', async () => {
    server.internalTransport['EX1'] = thumbprint;
    const smtp = { ...declared(renewed, ['IIS', 'SMTP']), replace_default_smtp_certificate: true };
    const { planned, applied } = await deploy(state, smtp);
    expect(cmdletsOf(planned.planned)).toEqual(RENEWAL);
    expect(applied.diagnostics).toEqual([]);
    expect(server.internalTransport['EX1']).toBe(renewed.certificate.thumbprint);
    expect(installed()).toBeUndefined();
  });

  const INQUIRIES = [
    'Get-TransportService',
    'Get-ReceiveConnector',
    'Get-SendConnector',
    'Get-AuthConfig',
    'Get-PopSettings',
    'Get-ImapSettings',
  ];

  test.each(INQUIRIES)('is not planned where the account may not run %s', async (cmdlet) => {
    server.failing.add(cmdlet);
    const { planned, applied, planSaid } = await deploy(state, declared(renewed));
    expect(cmdletsOf(planned.planned)).toEqual(CREATION);
    const said = planSaid.find(({ summary }) => summary === STAYS);
    expect(said).toMatchObject({ severity: 'warning' });
    expect(said?.detail).toContain(`${cmdlet} could not be read`);
    expect(said?.detail.match(/Remove-ExchangeCertificate/g)).toHaveLength(1);
    expect(applied.diagnostics).toEqual([]);
    expect(applied.state).toMatchObject({ imported: [renewed.certificate.thumbprint] });
    expect(installed()).toBeDefined();
  });

  test('is left out where something took the certificate into use after the plan', async () => {
    const planning = await run();
    const prior = await planning.read(state!);
    const planned = await planning.plan(prior, declared(renewed));
    expect(cmdletsOf(planned.planned)).toEqual(RENEWAL);
    server.authThumbprint = thumbprint;
    const { apply } = await run();
    const { diagnostics, state: end } = await apply(prior, planned, declared(renewed));
    expect(diagnostics).toMatchObject([{ severity: 'warning', summary: STAYS }]);
    expect(diagnostics[0]?.detail).toContain('Remove-ExchangeCertificate');
    expect(end).toMatchObject({ imported: [renewed.certificate.thumbprint] });
    expect(installed()).toBeDefined();
  }, 30_000);

  test('asks each question once for two servers, and none in a plan that removes nothing', async () => {
    server.add('EX2', setups, ['IIS', 'SMTP']);
    const second = await deploy(null, declared(site, ['IIS'], 'EX2'));
    server.takeWrites();
    const { read, plan } = await run();
    const asked = () =>
      server.session.calls.map(({ cmdlet }) => cmdlet).filter((name) => INQUIRIES.includes(name));
    const states = [await read(state!), await read(second.state!)];
    for (const [index, on] of ['EX1', 'EX2'].entries())
      await plan(states[index]!, declared(site, ['IIS'], on));
    expect(asked()).toEqual([]);
    for (const [index, on] of ['EX1', 'EX2'].entries())
      await plan(states[index]!, declared(renewed, ['IIS'], on));
    // POP and IMAP show one server at a time: a trip has both.
    expect(asked().sort()).toEqual([...INQUIRIES, 'Get-PopSettings', 'Get-ImapSettings'].sort());
  });

  test('of a destroy is not shown where something holds it; its services go all the same', async () => {
    server.authThumbprint = thumbprint;
    const { applied, planSaid } = await deploy(state, null);
    const destroying = planSaid.find(({ summary }) => summary.startsWith('Destroying'));
    expect(`${destroying?.summary}${destroying?.detail}`).toContain('Enable-ExchangeCertificate');
    expect(`${destroying?.summary}${destroying?.detail}`).not.toContain('Remove-ExchangeCertificate');
    expect(planSaid).toContainEqual(expect.objectContaining({ severity: 'warning', summary: STAYS }));
    expect(applied).toMatchObject({ state: null, diagnostics: [] });
    expect(server.takeWrites()).toEqual(['Enable-ExchangeCertificate']);
    expect(servicesOf(setups)).toContain('IIS');
  });

  test.each([
    ['lists it where nothing holds it', () => undefined, true],
    ['lists it not where something holds it', () => void (server.authThumbprint = thumbprint), false],
  ])('of a server that left the declaration: a saved plan %s', async (_how, hold, isListed) => {
    hold();
    const { read } = await run({ EX2: '2013' });
    const listed = (await read(state!))?.['removal_cmdlets'] as readonly string[];
    expect(listed.map((text) => text.split(' ')[0])).toEqual([
      'Enable-ExchangeCertificate',
      ...(isListed ? ['Remove-ExchangeCertificate'] : []),
    ]);
  });

  test('of a destroy is not shown where the Default Web Site shows it and nothing takes over', async () => {
    Object.assign(installed(), { services: [], sites: [1] });
    const { planSaid } = await deploy({ ...state, services: [] }, null);
    expect(planSaid.find(({ summary }) => summary === STAYS)?.detail).toContain('Default Web Site of EX1');
    expect(server.takeWrites()).toEqual([]);
  });
});

describe('a certificate with IIS and SMTP', () => {
  const { thumbprint } = site.certificate;
  const both = ['IIS', 'SMTP'];

  test.each([undefined, true])('is renewed and removed (default replaced: %s)', async (replaces) => {
    const more: Values = replaces === undefined ? {} : { replace_default_smtp_certificate: true };
    server.add('EX1', setups, ['IIS', 'SMTP']);
    server.internalTransport['EX1'] = setups.certificate.thumbprint;
    const first = await deploy(null, { ...declared(site, both), ...more });
    expect(servicesOf(setups)).toEqual(['SMTP']);
    const second = await deploy(first.state, { ...declared(renewed, both), ...more });
    expect(cmdletsOf(second.planned.planned)).toEqual(RENEWAL);
    expect([...second.planSaid, ...second.applySaid]).toEqual([]);
    expect(second.state).toMatchObject({ imported: [renewed.certificate.thumbprint], services: both });
    expect(server.storeOf('EX1').map((one) => one.thumbprint)).not.toContain(thumbprint);
    const last = await deploy(second.state, null);
    expect(last.applied).toMatchObject({ state: null, diagnostics: [] });
    expect(server.storeOf('EX1').map((one) => one.thumbprint)).toEqual([setups.certificate.thumbprint]);
    expect(server.internalTransport['EX1']).toBe(setups.certificate.thumbprint);
  });

  test('keeps what leaves the declaration, and the plan says so', async () => {
    server.add('EX1', setups, ['IIS']);
    const { state } = await deploy(null, declared(site, both));
    const { planned, planSaid } = await deploy(state, declared(site));
    expect(cmdletsOf(planned.planned)).toEqual([]);
    expect(planSaid).toMatchObject([
      { severity: 'warning', summary: `The certificate ${thumbprint} keeps SMTP on EX1` },
    ]);
    expect(planSaid[0]?.detail).toContain(setups.certificate.thumbprint);
  });
});

describe("an imported certificate that looks like Setup's", () => {
  const alike = certificateFor(['EX1', 'mail.contoso.com'], 3000);
  beforeAll(() => {
    const file = join(folder, 'alike.pfx');
    writeFileSync(file, makePfx(alike, { password: 'secret', iterations: 1 }), { mode: 0o600 });
    files.set(alike, file);
  });

  test('does not take services over from itself', async () => {
    server.add('EX1', setups, ['IIS']);
    const { state } = await deploy(null, declared(alike));
    expect(state).toMatchObject({ fallback_thumbprint: setups.certificate.thumbprint });
    const { read } = await run();
    expect(await read(state!)).toMatchObject({ fallback_thumbprint: setups.certificate.thumbprint });
  });

  test('and is replaced is no surprise to the apply that replaces it', async () => {
    server.add('EX1', alike, ['IIS']);
    const { state } = await deploy(null, declared(alike));
    expect(state).toMatchObject({ fallback_thumbprint: '' });
    const { applied } = await deploy(state, declared(renewed));
    expect(applied.diagnostics).toEqual([]);
    const { read } = await run();
    expect(await read(applied.state!)).toMatchObject({ fallback_thumbprint: alike.certificate.thumbprint });
  });
});

describe('the sites of IIS', () => {
  const { thumbprint } = site.certificate;
  const state = (): Values => ({ ...declared(site), pfx_password: null, thumbprint, imported: [] });

  test('a certificate that the front end does not show is given IIS', async () => {
    server.add('EX1', setups, ['SMTP'], [1]);
    server.add('EX1', site, ['IIS'], [2]);
    const { read, plan, said } = await run();
    const refreshed = await read(state());
    expect(refreshed).toMatchObject({ services: [] });
    expect((await plan(refreshed, declared(site))).planned?.['cmdlets']).toEqual([
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
    await plan(null, declared(site));
    expect(summaries(said)).toEqual([
      'No certificate is bound to the Default Web Site of EX1',
      thereAlready('EX1'),
    ]);
  });

  test.each([
    ['bound as it should be', [1], [2]],
    ['not told', null, null],
  ])('nothing is said where they are %s', async (_how, own, setup) => {
    server.add('EX1', setups, ['SMTP'], setup);
    server.add('EX1', site, ['IIS'], own);
    const { read, plan, said } = await run();
    const refreshed = await read(state());
    expect((await plan(refreshed, declared(site))).planned?.['cmdlets']).toEqual([]);
    expect(said).toEqual([]);
  });

  test("Setup's own certificate may be on both", async () => {
    server.add('EX1', setups, ['IIS', 'SMTP'], [1, 2]);
    const { plan, said } = await run();
    expect((await plan(null, declared(setups))).planned?.['cmdlets']).toEqual([]);
    expect(summaries(said)).toEqual([thereAlready('EX1', setups)]);
  });
});
