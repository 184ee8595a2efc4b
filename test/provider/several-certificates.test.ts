import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makePfx, toPem, type KeyedCertificate } from '../../pki';
import type { Session } from '../../powershell/session';
import type { Values } from '../../schema';
import { certificateRun } from './certificate-run';
import { certificateFor, CertificateServer } from './certificate-server';

const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const setups = certificateFor(['EX1', 'ex1.contoso.local'], 1800);
const web = certificateFor(['mail.contoso.com']);
const mail = certificateFor(['smtp.contoso.com']);
const renewed = certificateFor(['smtp.contoso.com'], 700);
const [webPrint, mailPrint] = [web, mail].map(({ certificate }) => certificate.thumbprint) as [
  string,
  string,
];

const fileOf = (name: string) => join(folder, `${name}.pfx`);
const write = (name: string, certificate: KeyedCertificate, password = 'secret') =>
  writeFileSync(fileOf(name), makePfx(certificate, { password, iterations: 1 }), { mode: 0o600 });

let server: CertificateServer;
beforeEach(() => {
  server = new CertificateServer();
  server.add('EX1', setups, ['IIS', 'SMTP']);
  write('web', web);
  write('mail', mail);
});

const block = (
  name: string,
  services: readonly string[],
  servers: readonly string[] = ['EX1'],
  file = name,
) => ({
  name,
  pfx_file: fileOf(file),
  services,
  servers,
});
const BOTH = { site_certificate: [block('web', ['IIS']), block('mail', ['SMTP'])] };

function declared(name: string, services: readonly string[]): Values {
  const accepted_findings = { 'self-signed': 'as the one that Setup makes' };
  return { server: 'EX1', pfx_file: fileOf(name), pfx_password: 'secret', services, accepted_findings };
}

/** A run of the provider: a plan, or an apply. */
async function run(config: Values, session: Session = server.session) {
  const { configured, ...rest } = await certificateRun(session, { servers: { EX1: '2013' }, ...config });
  rest.said.push(...configured);
  return rest;
}

interface Object {
  readonly before: Values | null;
  readonly values: Values | null;
}

/** Refreshes and plans all in one run, and applies them in another, in this order, as Terraform does. */
async function deploy(config: Values, ...objects: readonly Object[]) {
  const planning = await run(config);
  const planned = [];
  for (const { before, values } of objects) {
    const prior = before && (await planning.read(before));
    planned.push({ prior, values, result: await planning.plan(prior, values) });
  }
  const applying = await run(config);
  const states: (Values | null)[] = [];
  for (const { prior, values, result } of planned) {
    states.push((await applying.apply(prior, result, values)).state);
  }
  // As the next refresh shows them.
  const later = await run(config);
  const refreshed = await Promise.all(
    states.map(async (state) => (state === null ? null : later.read(state))),
  );
  return {
    cmdlets: planned.map(({ result }) => (result.planned?.['cmdlets'] ?? []) as readonly string[]),
    states: refreshed,
    said: planning.said.map(({ summary }) => summary),
    applied: applying.said,
  };
}

const created = (name: string, services: readonly string[]): Object => ({
  before: null,
  values: declared(name, services),
});
const kept = (before: Values | null | undefined, name: string, services: readonly string[]): Object => ({
  before: before ?? null,
  values: declared(name, services),
});
const gone = (before: Values | null | undefined): Object => ({ before: before ?? null, values: null });
const has = (thumbprint: string) => server.storeOf('EX1').some((one) => one.thumbprint === thumbprint);
const servicesOf = (thumbprint: string) =>
  server.storeOf('EX1').find((one) => one.thumbprint === thumbprint)?.services;
/** Both certificates deployed, mail first, as the stack orders them. */
const both = async (services: readonly string[] = ['SMTP'], config: Values = BOTH) =>
  (await deploy(config, created('mail', services), created('web', ['IIS']))).states as [Values, Values];

describe('two certificates of one server', () => {
  test('each know only what was imported for them', async () => {
    const [mails, webs] = await both();
    expect(mails).toMatchObject({ thumbprint: mailPrint, imported: [mailPrint], services: ['SMTP'] });
    expect(webs).toMatchObject({ thumbprint: webPrint, imported: [webPrint], services: ['IIS'] });
  });

  test('are not worked on at once, though Terraform asks for both', async () => {
    const planning = await run(BOTH);
    const plans = [
      await planning.plan(null, declared('mail', ['SMTP'])),
      await planning.plan(null, declared('web', ['IIS'])),
    ];
    let [running, most] = [0, 0];
    const slow: Session = {
      invoke: async (call) => {
        const counts = /^(?:Import|Enable)-/.test(call.cmdlet);
        if (counts) most = Math.max(most, (running += 1));
        await sleep(20);
        const outcome = await server.session.invoke(call);
        if (counts) running -= 1;
        return outcome;
      },
      invokeInTurn: (calls) => server.session.invokeInTurn(calls),
      close: () => server.session.close(),
    };
    const applying = await run(BOTH, slow);
    const ended = await Promise.all([
      applying.apply(null, plans[0] as never, declared('mail', ['SMTP'])),
      applying.apply(null, plans[1] as never, declared('web', ['IIS'])),
    ]);
    expect(ended.map(({ state }) => state?.['services'])).toEqual([['SMTP'], ['IIS']]);
    expect(most).toBe(1);
  });

  test('of which one failed do not take over what the other imported', async () => {
    const planning = await run(BOTH);
    const plans = [
      await planning.plan(null, declared('mail', ['SMTP'])),
      await planning.plan(null, declared('web', ['IIS'])),
    ] as const;
    const applying = await run(BOTH);
    await applying.apply(null, plans[0], declared('mail', ['SMTP']));
    server.failing.add('Enable-ExchangeCertificate');
    await applying.apply(null, plans[1], declared('web', ['IIS']));
    server.failing.clear();
    const next = await deploy(BOTH, created('web', ['IIS']));
    expect(next.cmdlets[0]?.map((text) => text.split(' ')[0])).toEqual(['Enable-ExchangeCertificate']);
    expect(has(mailPrint)).toBe(true);
  });

  test('are renewed one by one: the other one stays as it is', async () => {
    const [mails, webs] = await both();
    write('mail', renewed);
    const renewal = await deploy(BOTH, kept(mails, 'mail', ['SMTP']), kept(webs, 'web', ['IIS']));
    expect(renewal.cmdlets[1]).toEqual([]);
    expect([has(mailPrint), has(webPrint), has(renewed.certificate.thumbprint)]).toEqual([false, true, true]);
    expect(renewal.states[1]).toMatchObject({ imported: [webPrint], services: ['IIS'] });
  });

  test('under another name a certificate stays where it is, and nothing runs', async () => {
    const [mails, webs] = await both();
    server.takeWrites();
    const config = { site_certificate: [block('web', ['IIS']), block('smtp', ['SMTP'], ['EX1'], 'mail')] };
    const { states, said, cmdlets } = await deploy(
      config,
      gone(mails),
      created('mail', ['SMTP']),
      kept(webs, 'web', ['IIS']),
    );
    expect(server.takeWrites()).toEqual([]);
    expect(cmdlets).toEqual([[], [], []]);
    expect(said).toContain(`The certificate ${mailPrint} stays on EX1 as certificate.smtp`);
    expect(states[1]).toMatchObject({ thumbprint: mailPrint, services: ['SMTP'] });
  });

  test('under another name is given its services again where the session tells none, and nothing else runs', async () => {
    server.tellsServices = false;
    const [mails, webs] = await both();
    server.takeWrites();
    const config = { site_certificate: [block('web', ['IIS']), block('smtp', ['SMTP'], ['EX1'], 'mail')] };
    const renamed = [gone(mails), created('mail', ['SMTP']), kept(webs, 'web', ['IIS'])];
    const { states } = await deploy(config, ...renamed);
    expect(server.takeWrites()).toEqual(['Enable-ExchangeCertificate']);
    expect(states[1]).toMatchObject({ thumbprint: mailPrint, services: ['SMTP'] });
    expect(states[2]).toMatchObject({ thumbprint: webPrint, imported: [webPrint], services: ['IIS'] });
  });

  test('that change places both stay, and each gets the services of the other', async () => {
    const [mails, webs] = await both();
    server.takeWrites();
    const config = { site_certificate: [block('web', ['SMTP']), block('mail', ['IIS'])] };
    await deploy(config, gone(mails), created('web', ['SMTP']), kept(webs, 'mail', ['IIS']));
    expect(server.takeWrites()).toEqual(['Enable-ExchangeCertificate', 'Enable-ExchangeCertificate']);
    expect(servicesOf(mailPrint)).toContain('IIS');
    expect(servicesOf(webPrint)).toContain('SMTP');
  });

  test('of which one leaves takes no service that the declaration gives to the other', async () => {
    const [mails, webs] = await both(['POP']);
    server.takeWrites();
    const config = { site_certificate: [block('web', ['IIS', 'POP'])] };
    await deploy(config, kept(webs, 'web', ['IIS', 'POP']), gone(mails));
    expect(server.session.calls.map(({ parameters }) => parameters['Thumbprint'])).not.toContain(
      setups.certificate.thumbprint,
    );
    expect(servicesOf(webPrint)).toEqual(['IIS', 'POP']);
    expect(has(mailPrint)).toBe(false);
  });

  test('of which one leaves leaves a service to the other where the same deploy gave it, said by nobody', async () => {
    const [mails, webs] = await both(['POP']);
    server.takeWrites();
    const { applied } = await deploy({}, kept(webs, 'web', ['IIS', 'POP']), gone(mails));
    expect(applied.map(({ summary }) => summary)).toContain('POP of EX1 has another certificate already');
    expect(servicesOf(setups.certificate.thumbprint)).not.toContain('POP');
    expect(servicesOf(webPrint)).toEqual(['IIS', 'POP']);
  });

  test('of which one leaves give its services to that of Setup where nothing else is to have them', async () => {
    const [mails, webs] = await both(['POP']);
    const config = { site_certificate: [block('web', ['IIS'])] };
    await deploy(config, kept(webs, 'web', ['IIS']), gone(mails));
    expect(servicesOf(setups.certificate.thumbprint)).toContain('POP');
    expect(has(mailPrint)).toBe(false);
  });

  test('say what becomes of a service that goes from one to the other', async () => {
    const one = { site_certificate: [] };
    const { states } = await deploy(one, created('web', ['IIS', 'SMTP']));
    const { said, cmdlets } = await deploy(BOTH, created('mail', ['SMTP']), kept(states[0], 'web', ['IIS']));
    expect(cmdlets[1]).toEqual([]);
    expect(said).toContain('SMTP of EX1 goes to certificate.mail');
    expect(said).not.toContain(`The certificate ${webPrint} keeps SMTP on EX1`);
  });
});

describe('what is said', () => {
  test('of a password names the variable and the place of that certificate', async () => {
    write('mail', mail, 'other');
    const { plan, said } = await run(BOTH);
    await plan(null, declared('mail', ['SMTP']));
    expect(said[0]).toMatchObject({
      severity: 'error',
      summary: `The password of '${fileOf('mail')}' is wrong`,
    });
    expect(said[0]?.detail).toContain('TF_VAR_pfx_password_mail');
    rmSync(fileOf('mail'));
    const again = await run(BOTH);
    await again.plan(null, declared('mail', ['SMTP']));
    expect(again.said[0]?.detail).toContain('correct certificate.mail.pfxFile');
  });
});

test('a wrong password is one error of a plan, with the servers that it is for', async () => {
  write('mail', mail, 'other');
  const servers = ['EX1', 'EX2', 'EX3', 'EX4'];
  const of = (name: string, on: string): Values => ({ ...declared(name, ['SMTP']), server: on });
  for (const [config, places] of [
    [{ rollout: servers }, 'The PFX is for EX1, EX2, EX3, EX4.'],
    [
      { site_certificate: [block('web', ['IIS']), block('mail', ['SMTP'], servers.slice(2))] },
      'The PFX is for EX3, EX4.',
    ],
  ] as const) {
    const { plan, said } = await run({
      servers: { EX1: '2013', EX2: '2013', EX3: '2013', EX4: '2013' },
      ...config,
    });
    for (const on of servers) await plan(null, of('mail', on));
    const wrong = said.filter(({ summary }) => summary === `The password of '${fileOf('mail')}' is wrong`);
    expect(wrong.map(({ severity }) => severity)).toEqual(['error']);
    expect(wrong[0]?.detail).toContain(places);
  }
});

describe('an apply whose PFX does not open', () => {
  const published = (
    name: string,
    { certificate }: KeyedCertificate,
    password: string | null,
    on: readonly string[],
  ) => ({
    pfx_file: fileOf(name),
    pfx_password: password,
    file: `${name}.crt`,
    pem: toPem(certificate),
    servers: on,
  });
  const config = (mailServers: readonly string[]) => ({
    servers: { EX1: '2013', EX2: '2013' },
    site_certificate: [block('web', ['IIS'], ['EX1', 'EX2']), block('mail', ['SMTP'], mailServers)],
    public_certificate: [
      published('web', web, 'secret', ['EX1', 'EX2']),
      published('mail', mail, null, mailServers),
    ],
  });
  const toApply = async (mailServers: readonly string[]) => {
    const settings = config(mailServers);
    const planning = await run(settings);
    const planned = await planning.plan(null, declared('web', ['IIS']));
    const applying = await run(settings);
    await applying.apply(null, planned, declared('web', ['IIS']));
    return applying.said;
  };

  test('does not begin while a server lacks that certificate, though it has another one', async () => {
    server.add('EX1', web);
    const said = await toApply(['EX1']);
    expect(said[0]?.detail).toContain('Nothing was run: EX1 does not have the certificate yet');
    expect(said[0]?.detail).toContain('TF_VAR_pfx_password_mail');
    expect(server.takeWrites()).toEqual([]);
  });

  test('begins where the servers that are to have it have it', async () => {
    server.add('EX2', mail);
    const said = await toApply(['EX2']);
    expect(said.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(server.takeWrites()).toContain('Import-ExchangeCertificate');
  });
});
