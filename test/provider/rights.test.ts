import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimulatedOrganization } from '../../lab/exchange/organization';
import { endpointCertificate } from '../../lab/wsman/certificate';
import { startEndpoint, type RunningEndpoint } from '../../lab/wsman/endpoint';
import { Engine } from '../../plugin/engine/engine';
import type { Invocation } from '../../powershell/invocation';
import type { Outcome } from '../../powershell/outcome';
import type { Session } from '../../powershell/session';
import { CONFIGURATION_SCHEMA } from '../../provider/configuration';
import type { Environment } from '../../provider/environment';
import { connect } from '../../provider/connection';
import { exchangeProvider } from '../../provider/definition';
import type { Diagnostic, Known, Values } from '../../schema';
import { withEveryAttribute } from '../../schema';
import { removeFolders, twoServers } from '../lab/exchange/session';
import { failed, objects } from './scripted-session';

const PASSWORD = 'canary-81b2';
const OWA = 'exchange_owa_virtual_directory';

let organization: SimulatedOrganization;
let endpoint: RunningEndpoint;
let caFile: string;
const folder = mkdtempSync(join(tmpdir(), 'provider-rights-'));
const engines: Engine<unknown>[] = [];

beforeAll(async () => {
  organization = twoServers();
  const account = (name: string, ...deniedCmdlets: readonly string[]) =>
    organization.ssh.add(name, { password: PASSWORD, deniedCmdlets });
  account('all');
  account('reader', 'Set-OwaVirtualDirectory', 'Set-EcpVirtualDirectory');
  account('inside', 'Set-OwaVirtualDirectory -ExternalUrl', 'Set-OwaVirtualDirectory -Confirm');
  account('keeper', 'Remove-DatabaseAvailabilityGroup', 'New-DatabaseAvailabilityGroup');
  account('joiner', 'Remove-DatabaseAvailabilityGroupServer');
  account('blind', 'Get-OwaVirtualDirectory');
  const certificate = endpointCertificate(folder, ['localhost']);
  ({ caFile } = certificate);
  endpoint = await startEndpoint({
    host: (client) => organization.host('BSAEX01', client),
    authentication: { basic: (user, password) => organization.ssh.allowsPassword(user, password) },
    tls: { cert: certificate.cert, key: certificate.key },
  });
});
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});
afterAll(async () => {
  await endpoint.close();
  removeFolders();
  rmSync(folder, { recursive: true, force: true });
});

/** The provider as this user, over the lab's endpoint; `answer` may stand in for that of the session. */
async function start(
  user: string,
  answer: (call: Invocation, ask: () => Promise<Outcome>) => Promise<Outcome> = (_call, ask) => ask(),
  more: Values = {},
) {
  const environment: Environment = {
    EXCHANGE_ENDPOINT: `https://localhost:${endpoint.port}`,
    EXCHANGE_CA_FILE: caFile,
    EXCHANGE_USER: user,
    EXCHANGE_PASSWORD: PASSWORD,
  };
  const calls: Invocation[] = [];
  const engine = new Engine(
    exchangeProvider(environment, {
      open: async (settings): Promise<Session> => {
        const session = await connect({ ...settings, snapIn: null }, environment);
        return {
          invoke: (call, options) => {
            calls.push(call);
            return answer(call, () => session.invoke(call, options));
          },
          invokeInTurn: (several, options) => session.invokeInTurn(several, options),
          close: () => session.close(),
        };
      },
    }),
  );
  engines.push(engine);
  const servers = { BSAEX01: '2013', BSAEX02: '2013' };
  await engine.configure({ ...withEveryAttribute(CONFIGURATION_SCHEMA, { servers }), ...more }, '1.11.4');
  const whole = (typeName: string, values: { readonly [name: string]: Known }) =>
    withEveryAttribute(engine.resourceSchema(typeName), values);
  return {
    asked: () => calls.filter(({ cmdlet }) => cmdlet === 'Get-Command'),
    /** What is said of rights: that Setup's objects are there already is no part of it. */
    plan: async (typeName: string, values: { readonly [name: string]: Known }) => {
      const planned = await engine.plan(typeName, { prior: null, config: whole(typeName, values), memo: {} });
      const diagnostics = planned.diagnostics.filter(({ summary }) => !summary.endsWith('exists already'));
      return { ...planned, diagnostics };
    },
    update: (typeName: string, prior: Values, values: { readonly [name: string]: Known }) =>
      engine.plan(typeName, { prior, config: whole(typeName, values), memo: {} }),
    destroy: (typeName: string, values: { readonly [name: string]: Known }) =>
      engine.plan(typeName, { prior: whole(typeName, values), config: null, memo: {} }),
  };
}

const errors = (diagnostics: readonly Diagnostic[]) =>
  diagnostics.filter(({ severity }) => severity === 'error').map(({ summary }) => summary);

const owa = (server: string, host = 'mail.contoso.com') => ({
  server,
  internal_url: `https://${host}/owa`,
  external_url: `https://${host}/owa`,
});

describe('the plan of an account that may not run a cmdlet', () => {
  test('fails, with the cmdlet, the resource, the role and the remedy', async () => {
    const { plan } = await start('reader');
    const { diagnostics } = await plan(OWA, owa('BSAEX01'));
    expect(errors(diagnostics)).toEqual(['The account may not run Set-OwaVirtualDirectory for BSAEX01']);
    expect(diagnostics[0]?.detail).toContain('exchange_owa_virtual_directory needs this cmdlet');
    expect(diagnostics[0]?.detail).toContain('Get-ManagementRole -Cmdlet Set-OwaVirtualDirectory`');
    expect(diagnostics[0]?.detail).toContain('Exchange Virtual Directories');
  });

  test('fails for a parameter alone, and names it', async () => {
    const { plan } = await start('inside');
    const { diagnostics } = await plan(OWA, owa('BSAEX01'));
    expect(errors(diagnostics)).toEqual([
      'The account may not use -ExternalUrl of Set-OwaVirtualDirectory for BSAEX01',
    ]);
    expect(diagnostics[0]?.detail).toContain(
      'Get-ManagementRole -Cmdlet Set-OwaVirtualDirectory -CmdletParameters ExternalUrl`',
    );
  });

  test('does not fail for a parameter that it does not use', async () => {
    const { plan } = await start('inside');
    const inside = { server: 'BSAEX01', internal_url: 'https://mail.contoso.com/owa' };
    expect((await plan(OWA, inside)).diagnostics).toEqual([]);
  });

  test('does not fail where nothing is to be done, and then nothing is asked', async () => {
    const { plan, asked } = await start('reader');
    const { diagnostics, planned } = await plan(OWA, { server: 'BSAEX01' });
    expect(diagnostics).toEqual([]);
    expect(planned).toMatchObject({ cmdlets: [] });
    expect(asked()).toHaveLength(0);
  });

  test('fails for a removal', async () => {
    const { destroy } = await start('keeper');
    const { diagnostics } = await destroy('exchange_database_availability_group', { name: 'DAG01' });
    expect(errors(diagnostics)).toEqual(['The account may not run Remove-DatabaseAvailabilityGroup']);
    expect(diagnostics.at(-1)?.detail).toContain('Database Availability Groups');
  });

  test('fails for what a change in place removes', async () => {
    const member = (dag: string) => ({ dag, server: 'BSAEX01' });
    const type = 'exchange_database_availability_group_member';
    const rig = await start('joiner');
    const { planned } = await (await start('all')).plan(type, member('DAG01'));
    const moved = await rig.update(type, planned ?? {}, member('DAG02'));
    expect(errors(moved.diagnostics)).toEqual([
      'The account may not run Remove-DatabaseAvailabilityGroupServer for BSAEX01',
    ]);
  });

  test('only warns where another account deploys', async () => {
    const { plan } = await start('reader', undefined, { lacking_rights: 'warning' });
    const { diagnostics, planned } = await plan(OWA, owa('BSAEX01'));
    expect(diagnostics).toMatchObject([
      { severity: 'warning', summary: 'The account may not run Set-OwaVirtualDirectory for BSAEX01' },
    ]);
    expect(diagnostics[0]?.detail).toContain('Exchange Virtual Directories');
    expect(diagnostics[0]?.detail).toContain('A deploy by this account would stop at this cmdlet.');
    expect(planned?.['cmdlets']).toHaveLength(1);
  });

  test('that cannot even read names the role of the read', async () => {
    const { plan, asked } = await start('blind');
    const { diagnostics } = await plan(OWA, owa('BSAEX01'));
    expect(errors(diagnostics)).toEqual(['Get-OwaVirtualDirectory failed']);
    expect(diagnostics[0]?.detail).toContain('View-Only Configuration');
    expect(asked()).toHaveLength(0);
  });
});

describe('what the session offers', () => {
  test('is asked for once, whatever the number of resources', async () => {
    const { plan, asked } = await start('reader');
    const plans = await Promise.all([
      plan(OWA, owa('BSAEX01')),
      plan(OWA, owa('BSAEX02')),
      plan('exchange_ecp_virtual_directory', {
        server: 'BSAEX02',
        internal_url: 'https://mail.contoso.com/ecp',
      }),
    ]);
    expect(plans.flatMap(({ diagnostics }) => errors(diagnostics))).toEqual([
      'The account may not run Set-OwaVirtualDirectory for BSAEX01',
      'The account may not run Set-OwaVirtualDirectory for BSAEX02',
      'The account may not run Set-EcpVirtualDirectory for BSAEX02',
    ]);
    await plan(OWA, owa('BSAEX01', 'other.contoso.com'));
    expect(asked()).toHaveLength(1);
  });

  test('keeps the plan from nothing where the account may do all', async () => {
    const { plan, asked } = await start('all');
    expect((await plan(OWA, owa('BSAEX01'))).diagnostics).toEqual([]);
    expect(asked()).toHaveLength(1);
  });

  test.each<[string, Outcome]>([
    ['has no Get-Command', failed('CommandNotFoundException')],
    ['refuses the question', failed('ParameterArgumentValidationError,Get-Command')],
    ['answers another question', objects({ Name: 'Get-Process' })],
    [
      'does not show its parameters',
      objects({ Name: 'Get-ExchangeServer' }, { Name: 'Set-OwaVirtualDirectory' }),
    ],
  ])('is not needed: the plan goes on where the session %s', async (_title, outcome) => {
    const { plan, asked } = await start('reader', async (call, ask) =>
      call.cmdlet === 'Get-Command' ? outcome : ask(),
    );
    expect((await plan(OWA, owa('BSAEX01'))).diagnostics).toEqual([]);
    expect(asked()).toHaveLength(1);
  });

  test('is asked for once more where the answer was lost, and then the plan goes on with a warning', async () => {
    const { plan, asked } = await start('reader', async (call, ask) =>
      call.cmdlet === 'Get-Command' ? { kind: 'unknown', message: 'the answer did not come' } : ask(),
    );
    expect((await plan(OWA, owa('BSAEX01'))).diagnostics).toMatchObject([
      {
        severity: 'warning',
        summary: 'The rights of the account could not be checked',
        detail: expect.stringContaining('the answer did not come') as string,
      },
    ]);
    expect(asked()).toHaveLength(2);
  });

  test('is not asked for with a snap-in, to which role-based access control does not apply', async () => {
    const { plan, asked } = await start('all', undefined, {
      snap_in: 'Microsoft.Exchange.Management.PowerShell.SnapIn',
    });
    expect((await plan(OWA, owa('BSAEX01'))).diagnostics).toEqual([]);
    expect(asked()).toHaveLength(0);
  });
});
