import { RESOURCES } from '../../exchange/resources';
import { ExchangeVersion } from '../../exchange/versions';
import type { Invocation } from '../../powershell/invocation';
import type { Outcome } from '../../powershell/outcome';
import type { Settings } from '../../provider/configuration';
import { managed } from '../../provider/resource';
import { Targets } from '../../provider/targets';
import type { Values } from '../../schema';
import { UNKNOWN, withEveryAttribute } from '../../schema';
import { failed, objects, ScriptedSession } from './scripted-session';

function resource(typeName: string) {
  const found = RESOURCES.find((candidate) => candidate.typeName === typeName);
  if (found === undefined) throw new Error(typeName);
  return managed(found);
}

function targetOf(
  version: ExchangeVersion,
  display: string,
  domainController: string | null = null,
  answer: (call: Invocation) => Outcome = () => objects({ Name: 'EX2', AdminDisplayVersion: display }),
  others: readonly ExchangeVersion[] = [],
) {
  const settings: Settings = {
    endpoint: { kind: 'process', command: 'x', args: [] },
    fallbacks: [],
    serverSessions: new Map(),
    organizationServer: null,
    versions: new Map([version, ...others].map((each, index) => [`ex${index + 2}`, each])),
    rollout: [],
    maintenance: new Map(),
    autodiscoverUrls: [],
    spellings: new Map([['ex2', 'EX2']]),
    snapIn: null,
    domainController,
    callTimeoutMs: 1000,
    openTimeoutMs: 1000,
    parallelCalls: 1,
    lackingRights: 'error',
    connectTo: new Map(),
  };
  const session = new ScriptedSession(answer);
  return { target: new Targets(settings, async () => session), session };
}

const mapi = resource('exchange_mapi_virtual_directory');
const planned: Values = {
  ...withEveryAttribute(mapi.schema, {}),
  server: 'EX2',
  web_site: 'Default Web Site',
  internal_url: 'https://mail.contoso.com/mapi',
};
const creation = { kind: 'create' as const, prior: null, planned, config: planned };

test('a cmdlet that the declared version lacks stops the plan', async () => {
  const { target } = targetOf(ExchangeVersion.V2010, 'Version 14.3 (Build 123.4)');
  const { diagnostics } = (await mapi.inform?.(creation, target)) ?? {};
  expect(diagnostics).toMatchObject([
    { severity: 'error', summary: 'Exchange Server 2010 has no Set-MapiVirtualDirectory' },
  ]);
});

test('an error of a server is reported once in a plan, and stops the steps of all its objects in an apply', async () => {
  const { target, session } = targetOf(ExchangeVersion.V2016, 'Version 15.0 (Build 1497.2)');
  const owa = resource('exchange_owa_virtual_directory');
  const other = {
    ...withEveryAttribute(owa.schema, {}),
    server: 'EX2',
    internal_url: 'https://mail.contoso.com/owa',
  };
  const told = (await mapi.inform?.(creation, target))?.diagnostics ?? [];
  expect(told).toMatchObject([{ severity: 'error' }]);
  const second = { ...creation, planned: other, config: other };
  expect((await owa.inform?.(second, target))?.diagnostics).toEqual([]);
  // In an apply, Terraform goes on with the object that was told nothing.
  const steps = owa.steps(second, target);
  if (steps === UNKNOWN || steps[0] === undefined) throw new Error('the URL is to be set');
  const { signal } = new AbortController();
  expect(await owa.execute(steps[0], target, { signal })).toEqual(told);
  expect(session.calls.map(({ cmdlet }) => cmdlet)).not.toContain('Set-OwaVirtualDirectory');
});

describe('a DAG', () => {
  const group = resource('exchange_database_availability_group');
  const declared = {
    ...withEveryAttribute(group.schema, {}),
    name: 'DAG01',
    witness_server: 'FS01',
    witness_directory: 'C:\\DAG01',
    ip_addresses: ['0.0.0.0'],
  };
  const creating = { kind: 'create' as const, prior: null, planned: declared, config: declared };
  const found = async (...versions: readonly ExchangeVersion[]) => {
    const { target } = targetOf(ExchangeVersion.V2007, '', null, undefined, versions);
    return (await group.inform?.(creating, target))?.diagnostics;
  };

  test('is not for 2007', async () => {
    expect(await found()).toMatchObject([
      { summary: 'Exchange Server 2007 has no New-DatabaseAvailabilityGroup' },
    ]);
  });

  test('is for newer servers that stand beside 2007', async () => {
    expect(await found(ExchangeVersion.V2010)).toEqual([]);
  });
});

test('a cmdlet that the version has does not', async () => {
  const { target } = targetOf(ExchangeVersion.V2013, 'Version 15.0 (Build 1497.2)');
  expect((await mapi.inform?.(creation, target))?.diagnostics).toEqual([]);
});

test('a version that is wrong stops a plan once, whichever objects of the server meet it', async () => {
  const { target } = targetOf(ExchangeVersion.V2013, 'Version 15.1 (Build 2375.7)');
  const said = async () =>
    (await mapi.inform?.(creation, target))?.diagnostics?.map(({ summary }) => summary);
  expect(await said()).toEqual(['EX2 is not Exchange Server 2013']);
  expect(await said()).toEqual([]);
  target.run.hasRun = true;
  expect(await said()).toEqual(['EX2 is not Exchange Server 2013']);
});

test('a reading that fails is said once of all that it is for, and nothing is taken for there', async () => {
  const refuse = ({ cmdlet }: Invocation) =>
    cmdlet === 'Get-ExchangeServer'
      ? objects({ Name: 'EX2', AdminDisplayVersion: 'Version 15.0 (Build 1497.2)' })
      : failed('AccessDenied', 'no');
  const { target } = targetOf(ExchangeVersion.V2013, 'Version 15.0 (Build 1497.2)', null, refuse);
  const state = { ...withEveryAttribute(mapi.schema, {}), server: 'EX2', web_site: 'Default Web Site' };
  const first = await mapi.read(state, target);
  expect(first.diagnostics).toHaveLength(1);
  const again = await mapi.read(state, target);
  expect(again.diagnostics).toEqual([]);
  expect(again.state).toMatchObject({ server: 'EX2' });
  expect(await mapi.find?.(state, target, state)).toEqual({ existing: null, diagnostics: [] });
});

describe('a server that is updated in place', () => {
  const updated = () => targetOf(ExchangeVersion.V2019, 'Version 15.2 (Build 2562.17)').target;

  test('is planned for as before, and warned of once', async () => {
    const target = updated();
    const { diagnostics } = (await mapi.inform?.(creation, target)) ?? {};
    expect(diagnostics).toMatchObject([
      { severity: 'warning', summary: 'EX2 is Exchange Server SE, and declared as Exchange Server 2019' },
    ]);
    expect((await mapi.inform?.(creation, target))?.diagnostics).toEqual([]);
  });

  test('is a member of its DAG as before', async () => {
    const member = resource('exchange_database_availability_group_member');
    const state = { ...withEveryAttribute(member.schema, {}), dag: 'DAG01', server: 'EX2' };
    const { target } = targetOf(ExchangeVersion.V2019, '', null, ({ cmdlet }) =>
      cmdlet === 'Get-ExchangeServer'
        ? objects({ Name: 'EX2', AdminDisplayVersion: 'Version 15.2 (Build 2562.17)' })
        : objects({ Name: 'DAG01', Servers: ['EX2'] }),
    );
    expect((await member.find?.(state, target, state))?.existing).toMatchObject({
      dag: 'DAG01',
      server: 'EX2',
    });
    expect((await member.read(state, target)).state).toMatchObject({ dag: 'DAG01', server: 'EX2' });
  });
});

test('what is shown and what runs name the domain controller of the run', () => {
  const { target } = targetOf(ExchangeVersion.V2013, 'Version 15.0 (Build 1497.2)', 'dc1.contoso.local');
  const steps = mapi.steps(
    { ...creation, planned: { ...planned, identity: 'EX2\\mapi (Default Web Site)' } },
    target,
  );
  if (typeof steps === 'symbol') throw new Error('the steps are known');
  expect(steps.flatMap((step) => mapi.describe(step))).toEqual([
    "Set-MapiVirtualDirectory -Identity 'EX2\\mapi (Default Web Site)' -InternalUrl 'https://mail.contoso.com/mapi' -DomainController 'dc1.contoso.local'",
  ]);
});

describe('an import', () => {
  const found = (name: string) => ({
    Server: 'EX2',
    Name: name,
    InternalUrl: 'https://old.contoso.com/mapi',
  });
  const answering = (...names: readonly string[]) => {
    const { target } = targetOf(ExchangeVersion.V2013, 'Version 15.0 (Build 1497.2)');
    const server = { Name: 'EX2', AdminDisplayVersion: 'Version 15.0 (Build 1497.2)' };
    const session = new ScriptedSession(({ cmdlet }) =>
      cmdlet === 'Get-ExchangeServer' ? objects(server) : objects(...names.map(found)),
    );
    return new Targets(target.settings, async () => session);
  };
  const SITE = 'mapi (Default Web Site)';

  test.each([
    ['EX2', { server: 'EX2', web_site: 'Default Web Site' }],
    ['EX2/Other Site', { server: 'EX2', web_site: 'Other Site' }],
    ['EX2/iis_authentication_methods', { web_site: 'Default Web Site', iis_authentication_methods: [] }],
    ['EX2/Other Site/iis_authentication_methods', { web_site: 'Other Site', iis_authentication_methods: [] }],
    ['EX2\\mapi (Other Site)', { server: 'EX2', web_site: 'Other Site' }],
  ])('of %s', async (id, state) => {
    const target = answering(SITE, 'mapi (Other Site)');
    expect(await mapi.importState?.(id, target)).toMatchObject({ state });
  });

  test.each(['', 'a/b/c', 'EX2/', 'EX2/iis_authentication_methods,other/x'])(
    'of %j is refused with the form',
    async (id) => {
      expect(await mapi.importState?.(id, answering(SITE))).toMatchObject({
        diagnostics: [
          {
            severity: 'error',
            summary: `'${id}' is not an import id of an exchange_mapi_virtual_directory`,
            detail:
              'Write it as <server>/<web_site>, where /<web_site> may be left out; or the Identity that Exchange shows; followed, where they are to be imported as well, by / and the names of iis_authentication_methods, separated by commas.',
          },
        ],
      });
    },
  );

  test('with the FQDN of a server is refused with the reason', async () => {
    expect(await mapi.importState?.('EX2.contoso.com/Default Web Site', answering(SITE))).toMatchObject({
      diagnostics: [
        {
          detail: expect.stringMatching(
            /^'EX2\.contoso\.com' is not the name of a server: give its computer name: .*\.\nWrite it as <server>/,
          ) as string,
        },
      ],
    });
  });

  test('of what is not there says so itself', async () => {
    const { diagnostics } = (await mapi.importState?.('EX2', answering())) ?? {};
    expect(diagnostics).toMatchObject([
      { severity: 'error', summary: "There is no exchange_mapi_virtual_directory 'EX2' in Exchange" },
    ]);
    expect(diagnostics?.[0]?.detail).toContain('Exchange Setup creates it');
  });

  test('of a server that is not there names the servers', async () => {
    const { diagnostics } = (await mapi.importState?.('EX9', answering())) ?? {};
    expect(diagnostics?.[0]?.severity).toBe('error');
    expect(`${diagnostics?.[0]?.summary}`).toContain('EX9');
  });
});

describe('what cannot be read', () => {
  const before: Values = { ...planned, cmdlets: [] };
  const answering = (versions: Settings['versions']) => {
    const { target } = targetOf(ExchangeVersion.V2013, 'Version 15.0 (Build 1497.2)');
    return new Targets({ ...target.settings, versions }, async () =>
      Promise.resolve(
        new ScriptedSession(({ cmdlet }) =>
          cmdlet === 'Get-ExchangeServer'
            ? objects({ Name: 'EX2', AdminDisplayVersion: 'Version 15.0 (Build 1497.2)' })
            : failed('IISGeneralCOMException'),
        ),
      ),
    );
  };
  const declared = answering(new Map([['ex2', ExchangeVersion.V2013]]));
  const another = answering(new Map([['ex1', ExchangeVersion.V2013]]));

  test('stops a plan of a server that is declared', async () => {
    expect(await mapi.read(before, declared)).toMatchObject({ diagnostics: [{ severity: 'error' }] });
  });

  test('is taken as it was of a server that is declared no longer, with a warning', async () => {
    const { state, diagnostics } = await mapi.read(before, another);
    expect(state).toEqual(before);
    expect(diagnostics).toMatchObject([{ severity: 'warning' }]);
    expect(diagnostics?.[0]?.detail).toContain('EX2 is no longer declared');
  });

  test('is not taken for read by an import', async () => {
    expect(await mapi.read(planned, another)).toMatchObject({ diagnostics: [{ severity: 'error' }] });
  });
});

describe('a server that the declaration spells in other letter case', () => {
  const member = resource('exchange_database_availability_group_member');
  const removal = (server: string) => {
    const prior: Values = { ...withEveryAttribute(member.schema, {}), dag: 'DAG01', server };
    return { kind: 'destroy' as const, prior, planned: null, config: null };
  };
  const { target } = targetOf(ExchangeVersion.V2013, 'x');

  test('keeps what is on it, and the plan says why', async () => {
    expect(member.steps(removal('Ex2'), target)).toEqual([]);
    expect(await member.inform?.(removal('Ex2'), target)).toMatchObject({
      diagnostics: [{ severity: 'warning', summary: 'Ex2 is now spelled EX2' }],
    });
  });

  test.each(['EX2', 'EX3'])('%s, spelled as declared or not declared, is removed', async (server) => {
    expect(member.steps(removal(server), target)).toHaveLength(1);
    expect(await member.inform?.(removal(server), target)).toMatchObject({ diagnostics: [] });
  });
});
