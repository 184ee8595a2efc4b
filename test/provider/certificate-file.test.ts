import './one-session-key';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PFX_ON_SERVER } from '../../exchange/resources/certificate-steps';
import { ExchangeVersion } from '../../exchange/versions';
import type { Fault } from '../../lab/exchange/faults';
import type { SimulatedOrganization } from '../../lab/exchange/organization';
import { makePfx } from '../../pki';
import { Engine } from '../../plugin/engine/engine';
import { exchangeProvider } from '../../provider/definition';
import { isAlreadyGone } from '../../provider/call-problem';
import { openSession } from '../../remoting/session';
import { serve } from '../../remoting/server/serve';
import { withEveryAttribute, type Diagnostic, type Values } from '../../schema';
import { organization, removeFolders } from '../lab/exchange/session';
import { transportTo } from '../remoting/peers/loopback';
import { certificateFor } from './certificate-server';

const PASSWORD = 'canary-2007';
const CERTIFICATE = 'exchange_certificate';
const folder = mkdtempSync(join(tmpdir(), 'certificate-file-'));
const pfxFile = join(folder, 'site.pfx');
const site = certificateFor(['mail.ehlo.dk', 'autodiscover.ehlo.dk']);
const { thumbprint } = site.certificate;

let lab: SimulatedOrganization;
let notes: string[];
const engines: Engine<unknown>[] = [];

beforeEach(() => {
  lab = organization('ehlo.dk');
  lab.addServer({ name: 'CAS01', fqdn: 'cas01.ehlo.dk', version: ExchangeVersion.V2007 });
  writeFileSync(pfxFile, makePfx(site, { password: PASSWORD, iterations: 1 }), { mode: 0o600 });
  notes = [];
});
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});
afterAll(() => {
  removeFolders();
  rmSync(folder, { recursive: true, force: true });
});

/** A run of the provider in a Windows PowerShell of CAS01 with the snap-in. */
async function run() {
  const provider = exchangeProvider(
    { EXCHANGE_USER: 'admin', EXCHANGE_PASSWORD: 'of the admin' },
    {
      note: (message) => notes.push(message),
      open: async () => {
        const transport = transportTo(({ toClient, fromClient, cut }) => {
          const host = lab.host('CAS01', { drop: () => cut() });
          serve(host, fromClient, toClient).catch(() => undefined);
        });
        return openSession(transport);
      },
    },
  );
  const engine = new Engine(provider);
  engines.push(engine);
  expect(
    await engine.configure(
      {
        servers: { CAS01: '2007' },
        server_endpoints: { CAS01: 'https://cas01.ehlo.dk:5986/wsman' },
      },
      '1.11.4',
    ),
  ).toEqual([]);
  return engine;
}

const declared: Values = {
  server: 'CAS01',
  pfx_file: pfxFile,
  pfx_password: PASSWORD,
  services: ['IIS', 'POP', 'IMAP'],
  accepted_findings: { 'self-signed': 'of a test' },
};

/** Plans and applies, each in a run of its own, as Terraform does. */
async function deploy(fault?: Fault, during: (engine: Engine<unknown>) => void = () => undefined) {
  const planning = await run();
  const config = withEveryAttribute(planning.resourceSchema(CERTIFICATE), declared);
  const planned = await planning.plan(CERTIFICATE, { prior: null, config, memo: {} });
  lab.clearJournal();
  if (fault !== undefined) lab.arm(fault);
  const applying = await run();
  const apply = applying.apply(CERTIFICATE, {
    prior: null,
    planned: planned.planned,
    memo: planned.memo,
    config,
  });
  during(applying);
  const { state, diagnostics } = await apply;
  const cmdlets = planned.planned?.['cmdlets'] as readonly string[];
  return { cmdlets, said: planned.diagnostics, state, diagnostics };
}

const writes = () =>
  lab.journal().flatMap(({ cmdlet, outcome }) => (/^Get-/.test(cmdlet) ? [] : [`${cmdlet} ${outcome}`]));
const files = () => lab.read().servers.get('CAS01')?.files ?? {};
const holds = () =>
  lab
    .read()
    .servers.get('CAS01')
    ?.certificates.find((state) => state.thumbprint === thumbprint) !== undefined;
const summaries = (said: readonly Diagnostic[]) => said.map(({ summary }) => summary);

const LAYING = [
  `Remove-Item -Path '${PFX_ON_SERVER}' (only if something lies there)`,
  `Set-Content -Path '${PFX_ON_SERVER}' -Value <content of ${pfxFile}> -Encoding 'Byte'`,
];
const REMOVAL = `Remove-Item -Path '${PFX_ON_SERVER}'`;
const ENABLING = `Enable-ExchangeCertificate -Thumbprint '${thumbprint}' -Services 'IIS', 'POP', 'IMAP'`;

test('a file that is not there is no error, whether or not it ends the call; anything else is one', () => {
  const removal = { cmdlet: 'Remove-Item', parameters: { Path: PFX_ON_SERVER } };
  const record = (id: string) => ({ fullyQualifiedErrorId: id, message: '' });
  const missing = record('PathNotFound,Microsoft.PowerShell.Commands.RemoveItemCommand');
  const inUse = record('RemoveFileSystemItemIOError,Microsoft.PowerShell.Commands.RemoveItemCommand');
  const beside = { kind: 'objects', objects: [], warnings: [] } as const;
  const atEnd = { kind: 'failed', warnings: [], errors: [] } as const;
  expect(isAlreadyGone(removal, { ...beside, errors: [missing] })).toBe(true);
  expect(isAlreadyGone(removal, { ...atEnd, error: missing })).toBe(true);
  expect(isAlreadyGone(removal, { ...beside, errors: [missing, inUse] })).toBe(false);
  expect(isAlreadyGone(removal, { ...atEnd, error: inUse })).toBe(false);
});

describe('a certificate of Exchange 2007', () => {
  test('is imported from a file that lies on the server for that time only', async () => {
    const { cmdlets, state, diagnostics } = await deploy();
    expect(cmdlets).toEqual([
      ...LAYING,
      `Import-ExchangeCertificate -Path '${PFX_ON_SERVER}' -Password <the PFX password>`,
      REMOVAL,
      ENABLING,
    ]);
    expect(diagnostics).toEqual([]);
    expect(writes()).toEqual([
      'Remove-Item failed',
      'Set-Content completed',
      'Import-ExchangeCertificate completed',
      'Remove-Item completed',
      'Enable-ExchangeCertificate completed',
    ]);
    expect(files()).toEqual({});
    expect(state).toMatchObject({ thumbprint, imported: [thumbprint] });
    expect([...(state?.['services'] as readonly string[])].sort()).toEqual(['IIS', 'IMAP', 'POP']);
  });

  test('then needs nothing', async () => {
    const { state } = await deploy();
    const engine = await run();
    const config = withEveryAttribute(engine.resourceSchema(CERTIFICATE), declared);
    const { state: prior } = await engine.read(CERTIFICATE, state!);
    const { planned, diagnostics } = await engine.plan(CERTIFICATE, { prior, config, memo: {} });
    expect(diagnostics).toEqual([]);
    expect(planned).toEqual(prior);
  });

  const IMPORT = 'Import-ExchangeCertificate';
  test.each([
    ['whose import fails', { cmdlet: IMPORT, effect: 'fail' }, `${IMPORT} failed for CAS01`, false],
    [
      'whose session is lost before the import',
      { cmdlet: IMPORT, effect: 'drop' },
      `The connection was lost during ${IMPORT} for CAS01`,
      false,
    ],
    [
      'whose session is lost after the import',
      { cmdlet: IMPORT, effect: 'drop', when: 'after' },
      `The connection was lost during ${IMPORT} for CAS01`,
      true,
    ],
    [
      'whose session is lost once the file is laid',
      { cmdlet: 'Set-Content', effect: 'drop', when: 'after' },
      'The connection was lost during Set-Content for CAS01',
      false,
    ],
  ] as const)('leaves no file: one %s', async (_what, fault, summary, imports) => {
    const { diagnostics, state } = await deploy({ at: 1, ...fault });
    expect(lab.isArmed).toBe(false);
    expect(files()).toEqual({});
    expect(holds()).toBe(imports);
    expect(state).toBeNull();
    expect(summaries(diagnostics)[0]).toBe(summary);
    expect(summaries(diagnostics).join()).not.toContain(PFX_ON_SERVER);
  });

  test('leaves no file where the session is lost while it is removed', async () => {
    const { diagnostics } = await deploy({ at: 2, cmdlet: 'Remove-Item', effect: 'drop' });
    expect(lab.isArmed).toBe(false);
    expect(files()).toEqual({});
    expect(diagnostics).toEqual([]);
    expect(holds()).toBe(true);
  });

  test('names the file where it cannot be removed, and the next deploy removes it', async () => {
    for (const at of [3, 4]) lab.arm({ at, cmdlet: 'Remove-Item', effect: 'fail' });
    const first = await deploy({ at: 2, cmdlet: 'Remove-Item', effect: 'fail' });
    expect(lab.isArmed).toBe(false);
    expect(Object.keys(files())).toEqual([PFX_ON_SERVER.toLowerCase()]);
    const left = first.diagnostics.find(({ summary }) => summary.includes(PFX_ON_SERVER));
    expect(left).toMatchObject({
      severity: 'error',
      summary: `The file ${PFX_ON_SERVER} may still be on CAS01`,
    });
    expect(left?.detail).toContain(`\n  ${REMOVAL}`);

    const next = await deploy();
    expect(next.cmdlets).toEqual([ENABLING, `${REMOVAL} (only if an earlier deploy left it)`]);
    expect(next.diagnostics).toEqual([]);
    expect(files()).toEqual({});
  });

  test('tries again to remove the file, which a call that was cut off may still have open', async () => {
    lab.arm({ at: 3, cmdlet: 'Remove-Item', effect: 'fail', terminating: true });
    const { diagnostics } = await deploy({ at: 2, cmdlet: 'Remove-Item', effect: 'fail' });
    expect(lab.isArmed).toBe(false);
    expect(diagnostics).toEqual([]);
    expect(files()).toEqual({});
  });

  test('removes what a deploy that was killed before its import has left', async () => {
    lab.editServer('CAS01', (server) => {
      server.files = { [PFX_ON_SERVER.toLowerCase()]: Buffer.from('of another PFX').toString('base64') };
    });
    const { diagnostics } = await deploy();
    expect(diagnostics).toEqual([]);
    expect(writes().slice(0, 2)).toEqual(['Remove-Item completed', 'Set-Content completed']);
    expect(files()).toEqual({});
  });

  test('leaves no file where the run is stopped', async () => {
    const { diagnostics } = await deploy(
      { at: 1, cmdlet: 'Import-ExchangeCertificate', effect: 'delay', delayMs: 20_000 },
      (engine) => {
        const stop = setInterval(() => {
          if (Object.keys(files()).length === 0) return;
          clearInterval(stop);
          engine.stop();
        }, 5);
      },
    );
    expect(files()).toEqual({});
    expect(holds()).toBe(false);
    expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
  });

  test('shows its PFX and the password nowhere', async () => {
    const [first, second] = [
      await deploy(),
      await deploy({ at: 1, cmdlet: 'Enable-ExchangeCertificate', effect: 'fail' }),
    ];
    const bytes = readFileSync(pfxFile);
    const shown = JSON.stringify([first, second, notes, lab.journal()]);
    expect(shown).toContain('Set-Content');
    expect(notes.some((note) => note.startsWith('Set-Content'))).toBe(true);
    for (const secret of [
      PASSWORD,
      bytes.toString('base64').slice(0, 40),
      bytes.toString('hex').slice(0, 40),
    ]) {
      expect(shown).not.toContain(secret);
    }
    expect(shown).not.toContain(bytes.subarray(0, 8).join(','));
  });
});
