import { resolve } from 'node:path';
import type { SimulatedOrganization } from '../../lab/exchange/organization';
import { Engine } from '../../plugin/engine/engine';
import { CONFIGURATION_SCHEMA } from '../../provider/configuration';
import type { Memo } from '../../plugin/engine/memo';
import { exchangeProvider } from '../../provider/definition';
import type { Diagnostic, Known, Values } from '../../schema';
import { withEveryAttribute } from '../../schema';
import { removeFolders, twoServers } from '../lab/exchange/session';

jest.setTimeout(60_000);

const OWA = 'exchange_owa_virtual_directory';
const ADDRESSES = {
  internal_url: 'https://mail.contoso.com/owa',
  external_url: 'https://mail.contoso.com/owa',
};
const owa = (server: string) => ({ server, ...ADDRESSES });

let lab: SimulatedOrganization;
const engines: Engine<unknown>[] = [];
beforeEach(() => {
  lab = twoServers();
});
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});
afterAll(removeFolders);

/** The provider as Terraform starts it for each run, with a session of the lab in its default form. */
async function start() {
  const command = [
    process.execPath,
    '--import',
    'tsx',
    resolve('lab/exchange/stdio.ts'),
    lab.folder,
    'BSAEX01',
  ];
  const engine = new Engine(
    exchangeProvider({
      EXCHANGE_ENDPOINT: 'process:',
      EXCHANGE_PROCESS_COMMAND: JSON.stringify(command),
      PATH: process.env['PATH'] ?? '',
    }),
  );
  engines.push(engine);
  const servers = { BSAEX01: '2013', BSAEX02: '2013' };
  await engine.configure(withEveryAttribute(CONFIGURATION_SCHEMA, { servers }), '1.11.4');
  const whole = (typeName: string, values: { readonly [name: string]: Known }) =>
    withEveryAttribute(engine.resourceSchema(typeName), values);
  return {
    plan: (typeName: string, values: { readonly [name: string]: Known }) =>
      engine.plan(typeName, { prior: null, config: whole(typeName, values), memo: {} }),
    deploy: async (typeName: string, values: { readonly [name: string]: Known }) => {
      const config = whole(typeName, values);
      const { planned, memo, diagnostics } = await engine.plan(typeName, { prior: null, config, memo: {} });
      if (planned === null) throw new Error(JSON.stringify(diagnostics));
      return engine.apply(typeName, { prior: null, planned, config, memo });
    },
    planRemoval: (typeName: string, prior: Values) =>
      engine.plan(typeName, { prior, config: null, memo: {} }),
    remove: (typeName: string, prior: Values, memo: Memo) =>
      engine.apply(typeName, { prior, planned: null, config: null, memo }),
    whole,
  };
}

const summaries = (diagnostics: readonly Diagnostic[]) => diagnostics.map(({ summary }) => summary);
const detail = (diagnostics: readonly Diagnostic[]) => diagnostics[0]?.detail ?? '';
const ran = (cmdlet: string) => lab.journal().filter((entry) => entry.cmdlet === cmdlet);

test('a write with an error record stops the deploy, and the next one goes on', async () => {
  lab.arm({ at: 1, cmdlet: 'Set-OwaVirtualDirectory', effect: 'fail' });
  const { state, diagnostics } = await (await start()).deploy(OWA, owa('BSAEX01'));
  expect(summaries(diagnostics)).toEqual(['Set-OwaVirtualDirectory failed for BSAEX01']);
  expect(detail(diagnostics)).toContain('ADTransientException');
  expect(detail(diagnostics)).toContain('its change may be in effect wholly or in part');
  expect(detail(diagnostics)).toContain('The object was read back after the error: it is not as declared:');
  expect(state).toBeNull();
  const again = await (await start()).deploy(OWA, owa('BSAEX01'));
  expect(again.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(again.state).toMatchObject(ADDRESSES);
});

test('one that took effect is told as that, and not run again', async () => {
  lab.arm({ at: 1, cmdlet: 'Set-OwaVirtualDirectory', effect: 'fail', when: 'after' });
  const { diagnostics } = await (await start()).deploy(OWA, owa('BSAEX01'));
  expect(summaries(diagnostics)[0]).toBe('Set-OwaVirtualDirectory failed for BSAEX01');
  expect(detail(diagnostics)).toContain(
    'The object was read back after the error: everything that can be read is as declared.',
  );
  await (await start()).deploy(OWA, owa('BSAEX01'));
  expect(ran('Set-OwaVirtualDirectory')).toHaveLength(1);
});

test('a server that is down is lacking in a read, which is used for the other only', async () => {
  lab.stopServer('BSAEX02');
  const { plan } = await start();
  const typeName = 'exchange_outlook_anywhere';
  const addresses = { internal_host: 'mail.contoso.com', external_host: 'mail.contoso.com' };
  const up = await plan(typeName, { server: 'BSAEX01', ...addresses });
  expect(up.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const down = await plan(typeName, { server: 'BSAEX02', ...addresses });
  expect(summaries(down.diagnostics)).toEqual(['Get-OutlookAnywhere failed for BSAEX02']);
  expect(detail(down.diagnostics)).toContain('IISGeneralCOMException');
});

test('a removal is not run where its guard could not read', async () => {
  const { remove, whole } = await start();
  // Setup's own, the first, is held; that of IIS' management service is not.
  const [, { thumbprint } = { thumbprint: '' }] = lab.read().servers.get('BSAEX01')?.certificates ?? [];
  const typeName = 'exchange_certificate';
  const imported = [thumbprint];
  const prior = whole(typeName, { server: 'BSAEX01', pfx_file: 'mail.pfx', thumbprint, imported });
  const { memo } = await (await start()).planRemoval(typeName, prior);
  lab.arm({ at: 1, cmdlet: 'Get-ExchangeCertificate', effect: 'fail', when: 'after' });
  const { state, diagnostics } = await remove(typeName, prior, memo);
  expect(summaries(diagnostics)).toEqual(['Remove-ExchangeCertificate was not run for BSAEX01']);
  expect(detail(diagnostics)).toContain('Get-ExchangeCertificate does not show everything for BSAEX01');
  expect(state).toMatchObject({ thumbprint });
  expect(ran('Remove-ExchangeCertificate')).toEqual([]);
});

test('a health gate does not pass by what stands beside an error', async () => {
  const { deploy } = await start();
  for (let at = 1; at <= 3; at += 1) {
    lab.arm({ at, cmdlet: 'Test-ServiceHealth', effect: 'fail', when: 'after' });
  }
  const gate = { server: 'BSAEX01', protocols: [], timeout_seconds: 1 };
  const { diagnostics } = await deploy('exchange_health_gate', gate);
  expect(summaries(diagnostics)[0]).toBe('Test-ServiceHealth does not show everything for BSAEX01');
  expect(detail(diagnostics)).toContain('Later steps of the deploy, including the DNS records, were not run');
});
