import './one-session-key';
import { ExchangeVersion } from '../../exchange/versions';
import { stillActive } from '../../exchange/resources';
import type { Fault } from '../../lab/exchange/faults';
import type { JournalEntry } from '../../lab/exchange/journal';
import type { SimulatedOrganization } from '../../lab/exchange/organization';
import { Engine } from '../../plugin/engine/engine';
import { CONFIGURATION_SCHEMA } from '../../provider/configuration';
import { exchangeProvider } from '../../provider/definition';
import { openSession } from '../../remoting/session';
import { serve } from '../../remoting/server/serve';
import { withEveryAttribute, type Diagnostic, type Known, type Values } from '../../schema';
import { call, removeFolders, replicated, twoServers } from '../lab/exchange/session';
import { transportTo } from '../remoting/peers/loopback';

jest.setTimeout(60_000);

const RPC = 'exchange_outlook_anywhere';
const OWA = 'exchange_owa_virtual_directory';
const TARGET = 'BSAEX02.apatricio.local';
type Given = { readonly [name: string]: Known };
const rpc: Given = {
  server: 'BSAEX01',
  external_hostname: 'mail.contoso.com',
  external_clients_require_ssl: true,
  external_client_authentication_method: 'Ntlm',
};

let lab: SimulatedOrganization;
const engines: Engine<unknown>[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});
afterAll(removeFolders);

/** BSAEX01 takes databases over in its own site only. */
async function membersOfGroup(version: ExchangeVersion) {
  lab = await replicated(version);
  await call(lab, 'Set-MailboxServer', {
    Identity: 'BSAEX01',
    DatabaseCopyAutoActivationPolicy: 'IntrasiteOnly',
  });
  lab.clearJournal();
}

/** A run of the provider, as Terraform starts one for each walk. */
async function run(version = ExchangeVersion.V2013, redirectTo: string | null = TARGET) {
  const engine = new Engine(
    exchangeProvider(
      { EXCHANGE_ENDPOINT: 'process:' },
      {
        open: async () => {
          const transport = transportTo(({ toClient, fromClient, cut }) => {
            const host = lab.host('BSAEX01', { drop: () => cut(), query: 'serializationLevel=Full' });
            serve(host, fromClient, toClient).catch(() => undefined);
          });
          return openSession(transport, { runspaces: 4 });
        },
      },
    ),
  );
  engines.push(engine);
  const config = {
    ...withEveryAttribute(CONFIGURATION_SCHEMA, {
      servers: { BSAEX01: version.label, BSAEX02: version.label },
    }),
    maintenance: [{ server: 'bsAEX01', redirect_to: redirectTo }],
  };
  expect(await engine.configure(config, '1.11.4')).toEqual([]);
  return engine;
}

interface Deployed {
  readonly planned: Values;
  readonly said: readonly Diagnostic[];
  readonly state: Values | null;
  readonly applied: readonly Diagnostic[];
}

async function deploy(
  given: Given = rpc,
  {
    typeName = RPC,
    version = ExchangeVersion.V2013,
    faults = [] as readonly Fault[],
    during = (_: Engine<unknown>) => {},
  } = {},
): Promise<Deployed> {
  const planning = await run(version);
  const config = withEveryAttribute(planning.resourceSchema(typeName), given);
  const { planned, memo, diagnostics } = await planning.plan(typeName, { prior: null, config, memo: {} });
  expect(errors(diagnostics)).toEqual([]);
  lab.clearJournal();
  for (const fault of faults) lab.arm(fault);
  const applying = await run(version);
  const apply = applying.apply(typeName, { prior: null, planned, memo, config });
  during(applying);
  const { state, diagnostics: applied } = await apply;
  return { planned: planned ?? {}, said: diagnostics, state, applied };
}

const SHORT: { readonly [cmdlet: string]: (parameters: JournalEntry['parameters']) => string } = {
  'Set-ServerComponentState': ({ Component, State }) => `${Component as string} ${State as string}`,
  'Set-MailboxServer': ({
    DatabaseCopyActivationDisabledAndMoveNow: now,
    DatabaseCopyAutoActivationPolicy: policy,
  }) => (policy === undefined ? `MoveNow ${now as boolean}` : `Policy ${policy as string}`),
};
/** What changed something, in order. */
const writes = () =>
  lab
    .journal()
    .filter(({ cmdlet }) => !/^(Get|Test)-/.test(cmdlet))
    .map(({ cmdlet, parameters }) => SHORT[cmdlet]?.(parameters) ?? cmdlet);
const summaries = (said: readonly Diagnostic[]) => said.map(({ summary }) => summary);

const errors = (said: readonly Diagnostic[]) => said.filter(({ severity }) => severity === 'error');

const DRAIN = [
  'HubTransport Draining',
  'Redirect-Message',
  'MoveNow true',
  'Policy Blocked',
  'ServerWideOffline Inactive',
];
const RETURN = ['ServerWideOffline Active', 'Policy IntrasiteOnly', 'MoveNow false', 'HubTransport Active'];

const serves = () => {
  const server = lab.read().servers.get('BSAEX01');
  expect(server?.components).toEqual({});
  const settings = server?.services['MailboxServer'] ?? {};
  expect(settings['DatabaseCopyAutoActivationPolicy']).toBe('IntrasiteOnly');
  expect(settings['DatabaseCopyActivationDisabledAndMoveNow'] ?? false).toBe(false);
};
const activeOn = () => lab.read().organization.databases.find(({ name }) => name === 'DB01')?.server;

describe('a server of 2013', () => {
  beforeEach(() => membersOfGroup(ExchangeVersion.V2013));

  test('is drained before what its clients would feel, and comes back as it was; the plan shows both', async () => {
    const { planned, said, applied } = await deploy();
    const on = 'only if BSAEX01 is in service';
    const was = 'only if BSAEX01 was in service';
    const [drain, back] = ['Set-ServerComponentState', "-Requester 'Maintenance'"];
    expect(planned['cmdlets']).toEqual([
      `${drain} -Identity 'BSAEX01' -Component 'HubTransport' -State 'Draining' ${back} (${on})`,
      `Redirect-Message -Server 'BSAEX01' -Target '${TARGET}' -Confirm:$false (${on})`,
      `Set-MailboxServer -Identity 'BSAEX01' -DatabaseCopyActivationDisabledAndMoveNow:$true (${on} and a member of a DAG)`,
      `Set-MailboxServer -Identity 'BSAEX01' -DatabaseCopyAutoActivationPolicy 'Blocked' (${on} and a member of a DAG)`,
      `Get-MailboxDatabase (until no database is active on BSAEX01 that has another copy; ${on} and a member of a DAG)`,
      `${drain} -Identity 'BSAEX01' -Component 'ServerWideOffline' -State 'Inactive' ${back} (${on})`,
      expect.stringMatching(/^Set-OutlookAnywhere /),
      `${drain} -Identity 'BSAEX01' -Component 'ServerWideOffline' -State 'Active' ${back} (${was})`,
      `Set-MailboxServer -Identity 'BSAEX01' -DatabaseCopyAutoActivationPolicy <the policy that it had before> (${was} and a member of a DAG)`,
      `Set-MailboxServer -Identity 'BSAEX01' -DatabaseCopyActivationDisabledAndMoveNow:$false (${was} and a member of a DAG)`,
      `${drain} -Identity 'BSAEX01' -Component 'HubTransport' -State 'Active' ${back} (${was})`,
    ]);
    expect(planned['interrupts']).toEqual([
      expect.stringContaining('databases that are active on the server'),
      expect.stringContaining('answers nobody'),
      expect.stringContaining('RPC and HTTP'),
    ]);
    expect(said).toEqual([]);
    expect(applied).toEqual([]);
    expect(writes()).toEqual([...DRAIN, 'Set-OutlookAnywhere', ...RETURN]);
    serves();
    expect(activeOn()).toBe('BSAEX02');
  });

  test('is not drained where nothing changes, nor for what no client feels', async () => {
    const { state } = await deploy();
    const planning = await run();
    const config = withEveryAttribute(planning.resourceSchema(RPC), rpc);
    const { state: seen } = await planning.read(RPC, state ?? {});
    const { planned } = await planning.plan(RPC, { prior: seen, config, memo: {} });
    expect(planned).toMatchObject({ cmdlets: [], interrupts: [] });
    const url = { server: 'BSAEX01', internal_url: 'https://mail.contoso.com/owa' };
    await deploy(url, { typeName: OWA });
    expect(writes()).toEqual(['Set-OwaVirtualDirectory']);
    await deploy({ ...rpc, server: 'BSAEX02' });
    expect(writes()).toEqual(['Set-OutlookAnywhere']);
  });

  test('comes back where the step fails', async () => {
    const { applied } = await deploy(rpc, {
      faults: [{ at: 1, cmdlet: 'Set-OutlookAnywhere', effect: 'fail', terminating: true }],
    });
    expect(summaries(applied)).toEqual(['Set-OutlookAnywhere failed for BSAEX01']);
    expect(writes()).toEqual([...DRAIN, 'Set-OutlookAnywhere', ...RETURN]);
    serves();
  });

  test.each([
    ['Redirect-Message', 1, ['HubTransport Draining', 'Redirect-Message', 'HubTransport Active']],
    [
      'Set-MailboxServer',
      2,
      [...DRAIN.slice(0, 4), 'Policy IntrasiteOnly', 'MoveNow false', 'HubTransport Active'],
    ],
  ])('comes back where %s fails, and the step is not run', async (cmdlet, at, expected) => {
    const { applied } = await deploy(rpc, { faults: [{ at, cmdlet, effect: 'fail', terminating: true }] });
    expect(summaries(applied)).toEqual([`${cmdlet} failed for BSAEX01`]);
    expect(writes()).toEqual(expected);
    serves();
  });

  test('is not out of service before its databases have moved', async () => {
    await call(lab, 'Set-MailboxServer', {
      Identity: 'BSAEX02',
      DatabaseCopyAutoActivationPolicy: 'Blocked',
    });
    const looked = () => lab.journal().filter(({ cmdlet }) => cmdlet === 'Get-MailboxDatabase').length;
    const activeAtFirst: (string | undefined)[] = [];
    const moving = setInterval(() => {
      if (looked() === 0 || activeAtFirst.length > 0) return;
      activeAtFirst.push(activeOn());
      lab.edit(({ organization }) => {
        for (const database of organization.databases) {
          if (database.name === 'DB01') database.server = 'BSAEX02';
        }
      });
    }, 20);
    const { applied } = await deploy();
    clearInterval(moving);
    expect(applied).toEqual([]);
    expect(activeAtFirst).toEqual(['BSAEX01']);
    expect(looked()).toBeGreaterThan(1);
    expect(writes()).toEqual([...DRAIN, 'Set-OutlookAnywhere', ...RETURN]);
  });

  test('comes back where the first attempts of it fail', async () => {
    const { applied } = await deploy(rpc, {
      // Two are of the drain.
      faults: [3, 4].map((at) => ({
        at,
        cmdlet: 'Set-ServerComponentState',
        effect: 'fail' as const,
        terminating: true,
      })),
    });
    expect(applied).toEqual([]);
    const [first = ''] = RETURN;
    expect(writes()).toEqual([...DRAIN, 'Set-OutlookAnywhere', first, first, ...RETURN]);
    serves();
  });

  test.each(['Set-OutlookAnywhere', 'Redirect-Message'])(
    'comes back over a new session where the connection breaks in %s',
    async (cmdlet) => {
      const { applied } = await deploy(rpc, { faults: [{ at: 1, cmdlet, effect: 'drop' }] });
      expect(errors(applied)).toHaveLength(1);
      expect(writes()).toContain('HubTransport Active');
      serves();
    },
  );

  test('comes back where the run is stopped, without the step', async () => {
    const { applied } = await deploy(rpc, {
      faults: [{ at: 1, cmdlet: 'Redirect-Message', effect: 'delay', delayMs: 2_000 }],
      during: (engine) => {
        const wait = setInterval(() => {
          if (!lab.journal().some(({ cmdlet }) => cmdlet === 'Set-ServerComponentState')) return;
          clearInterval(wait);
          engine.stop();
        }, 20);
      },
    });
    expect(errors(applied)).not.toEqual([]);
    expect(writes()).not.toContain('Set-OutlookAnywhere');
    serves();
  });

  test('that does not come back is named in the error, with the cmdlets, and in each plan after it', async () => {
    const { applied, state } = await deploy(rpc, {
      // Two are of the drain, the third brings clients back.
      faults: [4, 5, 6, 7].map((at) => ({
        at,
        cmdlet: 'Set-ServerComponentState',
        effect: 'fail' as const,
        terminating: true,
      })),
    });
    const [error] = applied;
    expect(error).toMatchObject({ severity: 'error', summary: 'BSAEX01 is still out of service' });
    expect(error?.detail).toContain(
      "Set-ServerComponentState -Identity 'BSAEX01' -Component 'HubTransport' -State 'Active' -Requester 'Maintenance'",
    );
    const toType = error?.detail.split('Step 1 of 1')[0];
    expect(toType).not.toContain('ServerWideOffline');
    expect(lab.read().servers.get('BSAEX01')?.components).toEqual({
      HubTransport: { Maintenance: 'Draining' },
    });

    const planning = await run();
    const config = withEveryAttribute(planning.resourceSchema(RPC), rpc);
    const next = await planning.plan(RPC, { prior: state, config, memo: {} });
    expect(summaries(next.diagnostics)).toContain('BSAEX01 is out of service');
    expect(next.diagnostics.map(({ detail }) => detail).join('\n')).toContain('HubTransport is Draining');
  });

  test('that is out of service already stays so: the plan and the deploy say it', async () => {
    await call(lab, 'Set-ServerComponentState', {
      Identity: 'BSAEX01',
      Component: 'ServerWideOffline',
      State: 'Inactive',
      Requester: 'Functional',
    });
    const { said, applied } = await deploy();
    expect(summaries(said)).toContain('BSAEX01 is out of service');
    expect(applied).toMatchObject([
      { severity: 'warning', summary: 'BSAEX01 was out of service before the deploy, and still is' },
    ]);
    expect(writes()).toEqual(['Set-OutlookAnywhere']);
    expect(lab.read().servers.get('BSAEX01')?.components).toEqual({
      ServerWideOffline: { Functional: 'Inactive' },
    });
  });

  test('is drained for one object after another, also where Terraform works on them at once', async () => {
    const [planning, applying] = [await run(), await run()];
    const objects: readonly (readonly [string, Given])[] = [
      [RPC, rpc],
      [OWA, { server: 'BSAEX01', basic_authentication: false, forms_authentication: false }],
    ];
    const planned = [];
    for (const [typeName, given] of objects) {
      const config = withEveryAttribute(planning.resourceSchema(typeName), given);
      planned.push({
        typeName,
        config,
        ...(await planning.plan(typeName, { prior: null, config, memo: {} })),
      });
    }
    lab.clearJournal();
    const ends = await Promise.all(
      planned.map(({ typeName, config, planned: wanted, memo }) =>
        applying.apply(typeName, { prior: null, planned: wanted, memo, config }),
      ),
    );
    expect(errors(ends.flatMap(({ diagnostics }) => diagnostics))).toEqual([]);
    const ran = writes();
    const steps = ran.filter((each) => /^Set-O/.test(each));
    expect(ran).toEqual(steps.flatMap((step) => [...DRAIN, step, ...RETURN]));
    serves();
  });
});

test('a server of no DAG keeps its databases', async () => {
  lab = twoServers();
  await deploy();
  expect(writes()).toEqual([
    'HubTransport Draining',
    'Redirect-Message',
    'ServerWideOffline Inactive',
    'Set-OutlookAnywhere',
    'ServerWideOffline Active',
    'HubTransport Active',
  ]);
});

test('a server of 2010 hands its databases over, takes none, and gets its policy back', async () => {
  const version = ExchangeVersion.V2010;
  await membersOfGroup(version);
  const owa = { server: 'BSAEX01', basic_authentication: false, forms_authentication: false };
  const { planned, applied } = await deploy(owa, { typeName: OWA, version });
  const drained = ['Policy Blocked', 'Move-ActiveMailboxDatabase'];
  expect(errors(applied)).toEqual([]);
  const steps = (planned['cmdlets'] as readonly string[]).filter((each) => /^Set-Owa/.test(each));
  expect(writes()).toEqual([...drained, 'Set-OwaVirtualDirectory', 'Policy IntrasiteOnly']);
  expect(steps).toHaveLength(1);
  expect(activeOn()).toBe('BSAEX02');
  expect(lab.read().servers.get('BSAEX01')?.services['MailboxServer']).toMatchObject({
    DatabaseCopyAutoActivationPolicy: 'IntrasiteOnly',
  });
});

test('only databases that another server could have are waited for', () => {
  const database = (Name: string, Server: string, ...Servers: string[]) => ({
    typeNames: [],
    properties: { Name, Server, Servers },
  });
  const all = [
    database('DB02', 'EX01', 'EX01', 'EX02'),
    database('DB01', 'ex01', 'EX01', 'EX02'),
    database('Own', 'EX01', 'EX01'),
    database('Gone', 'EX02', 'EX01', 'EX02'),
  ];
  expect(stillActive('EX01', all)).toBe('active on EX01: DB01, DB02');
  expect(stillActive('EX03', all)).toBeUndefined();
});
