import type { NameStanding } from '../../dns/name-standing';
import { serviceConnectionPoint, virtualDirectories } from '../../exchange/resources';
import { ExchangeVersion } from '../../exchange/versions';
import type { Invocation } from '../../powershell/invocation';
import type { Settings } from '../../provider/configuration';
import type { DnsZones, NameAnswer } from '../../provider/dns-zones';
import { Engine } from '../../plugin/engine/engine';
import { publishedNames } from '../../provider/published-names';
import { renameFindings } from '../../provider/rename';
import { Targets } from '../../provider/targets';
import { withEveryAttribute, type Values } from '../../schema';
import { failed, objects, ScriptedSession } from './scripted-session';

const MAIL = 'mail.contoso.com';
const OUTLOOK = 'outlook.contoso.com';
const AUTODISCOVER = 'autodiscover.contoso.com';
const ADDRESS = '192.0.2.1';

/** What a server gives to clients: one name for all services, another one for Autodiscover. */
type Servers = { readonly [server: string]: readonly [client: string, autodiscover: string] };

interface World {
  readonly servers?: Servers;
  /** Those that the organization has beside. */
  readonly others?: Servers;
  /** Addresses in the zone contoso.com; a text that ends in a dot is what an alias stands for. */
  readonly dns?: { readonly [host: string]: readonly string[] };
  /**
   * The same in the external view.
   *
   * @default it has no zone of its own
   */
  readonly outside?: { readonly [host: string]: readonly string[] };
  /**
   * The name that servers give to clients outside.
   *
   * @default as inside
   */
  readonly outsideOf?: string;
  /**
   * What remote PowerShell of each server has, which nobody declares.
   *
   * @default the server's own name, as Setup left it
   */
  readonly powershell?: string;
  /** Cmdlets that fail. */
  readonly denied?: readonly string[];
  readonly isDnsSilent?: boolean;
}

const NOUNS = ['Owa', 'Ecp', 'ActiveSync', 'WebServices', 'Oab', 'Mapi', 'PowerShell'];
const DIRECTORIES: { readonly [noun: string]: string } = {
  Owa: 'owa',
  Ecp: 'ecp',
  ActiveSync: 'Microsoft-Server-ActiveSync',
  WebServices: 'EWS',
  Oab: 'OAB',
  Mapi: 'mapi',
  PowerShell: 'PowerShell',
};

function zonesOf({
  dns = {},
  outside,
  isDnsSilent = false,
}: World): Pick<DnsZones, 'standing' | 'forgetNames'> {
  const answer = (host: string, view: 'internal' | 'external'): NameStanding => {
    const data = (view === 'external' ? outside : dns)?.[host] ?? [];
    const [first = ''] = data;
    const record = (type: 'A', address: string) => ({ name: `${host}.`, ttl: 300, data: { type, address } });
    if (first.endsWith('.')) {
      return {
        kind: 'alias',
        isWildcard: false,
        record: { name: `${host}.`, ttl: 300, data: { type: 'CNAME', target: first } },
      };
    }
    return data.length === 0
      ? { kind: 'free' }
      : { kind: 'addresses', isWildcard: false, records: data.map((address) => record('A', address)) };
  };
  const where = { zone: 'contoso.com.', server: '192.0.2.53 port 53' };
  return {
    forgetNames: () => undefined,
    standing: async (asked, view = 'internal'): Promise<NameAnswer | undefined> => {
      const host = asked.replace(/\.$/, '');
      if (!host.endsWith('.contoso.com') || (view === 'external' && outside === undefined)) return undefined;
      return isDnsSilent
        ? { ...where, kind: 'unanswered', reason: 'no answer', isReported: true }
        : { ...where, kind: 'answered', standing: answer(host, view) };
    },
  };
}

function targetOf(world: World) {
  const { servers = { EX01: [MAIL, AUTODISCOVER] }, others = {}, denied = [] } = world;
  const all = Object.entries({ ...servers, ...others });
  const session = new ScriptedSession(({ cmdlet }: Invocation) => {
    if (denied.includes(cmdlet)) return failed('CommandNotFoundException');
    if (cmdlet === 'Get-ClientAccessService') {
      return objects(
        ...all.map(([Name, [, host]]) => ({
          Name,
          AutoDiscoverServiceInternalUri: `https://${host}/Autodiscover/Autodiscover.xml`,
        })),
      );
    }
    if (cmdlet === 'Get-OutlookAnywhere') {
      return objects(
        ...all.map(([ServerName, [host]]) => ({
          ServerName,
          InternalHostname: host,
          ExternalHostname: world.outsideOf ?? host,
        })),
      );
    }
    const noun = NOUNS.find((candidate) => cmdlet === `Get-${candidate}VirtualDirectory`);
    if (noun === undefined) throw new Error(cmdlet);
    return objects(
      ...all.map(([Server, [host]]) => ({
        InternalUrl:
          noun === 'PowerShell'
            ? `https://${world.powershell ?? `${Server}.contoso.local`}/PowerShell`
            : `https://${host}/x`,
        Server,
        Name: `${DIRECTORIES[noun] ?? ''} (Default Web Site)`,
        ExternalUrl: noun === 'PowerShell' ? '' : `https://${world.outsideOf ?? host}/x`,
      })),
    );
  });
  const settings: Settings = {
    endpoint: { kind: 'process', command: 'x', args: [] },
    fallbacks: [],
    serverSessions: new Map(),
    organizationServer: null,
    versions: new Map(Object.keys(servers).map((name) => [name.toLowerCase(), ExchangeVersion.V2016])),
    spellings: new Map(Object.keys(servers).map((name) => [name.toLowerCase(), name])),
    rollout: [],
    maintenance: new Map(),
    autodiscoverUrls: [],
    snapIn: null,
    domainController: null,
    callTimeoutMs: 1000,
    openTimeoutMs: 1000,
    parallelCalls: 1,
    lackingRights: 'error',
    connectTo: new Map(),
  };
  const zones = zonesOf(world) as DnsZones;
  return { target: new Targets(settings, async () => session, { zones }), session };
}

type Names = { readonly [host: string]: string };
const published = (names: Names, addresses: readonly string[] = [ADDRESS]): Values => ({
  purposes: names,
  addresses: Object.fromEntries(Object.keys(names).map((name) => [name, addresses])),
  published: null,
});
const BEFORE: Names = { [MAIL]: 'client', [AUTODISCOVER]: 'autodiscover' };

/** What a plan says that brings the one names to the others. */
async function plan(from: Values | null, to: Values | null, world: World = {}) {
  const { target, session } = targetOf(world);
  const change =
    to === null
      ? ({ kind: 'destroy', prior: from ?? {}, planned: null, config: null } as const)
      : from === null
        ? ({ kind: 'create', prior: null, planned: to, config: to } as const)
        : ({ kind: 'update', prior: from, planned: to, config: to } as const);
  const diagnostics = await renameFindings(change, target);
  return { diagnostics, calls: session.calls.map(({ cmdlet }) => cmdlet) };
}

test('a name that became an alias since the plan stops the deploy, and nothing is said to be half made', async () => {
  const dns: { [host: string]: readonly string[] } = {};
  const { target } = targetOf({ dns });
  const engine = new Engine({
    typeName: 'exchange',
    schema: { version: 0, attributes: {} },
    resources: [publishedNames],
    configure: async () => ({ target }),
  });
  await engine.configure({}, '1.11.4');
  const config = withEveryAttribute(publishedNames.schema, {
    purposes: { [MAIL]: 'client', [AUTODISCOVER]: 'autodiscover' },
    addresses: { [MAIL]: [ADDRESS], [AUTODISCOVER]: [ADDRESS] },
  });
  const { planned, memo } = await engine.plan('exchange_published_names', { prior: null, config, memo: {} });
  dns[MAIL] = ['elsewhere.fabrikam.com.'];
  const end = await engine.apply('exchange_published_names', { prior: null, planned, config, memo });
  expect(end.state).toBeNull();
  expect(end.diagnostics.map(({ summary }) => summary)).toEqual([`${MAIL} is an alias in DNS`]);
  expect(end.diagnostics[0]?.detail).not.toContain('read back');
});

const IN_PRODUCTION = { [MAIL]: [ADDRESS], [AUTODISCOVER]: [ADDRESS] };

test('the plan of the published names asks all this', async () => {
  const { target } = targetOf({ dns: IN_PRODUCTION });
  const [prior, planned] = [BEFORE, { ...BEFORE, [OUTLOOK]: 'services.owa' }].map((names) =>
    published(names),
  );
  if (prior === undefined || planned === undefined) throw new Error('both are given');
  const change = { kind: 'update', prior, planned, config: planned } as const;
  const { diagnostics } = (await publishedNames.inform?.(change, target)) ?? {};
  expect(diagnostics).toContainEqual(
    expect.objectContaining({
      severity: 'error',
      summary: `Clients would be given ${OUTLOOK} before DNS publishes it`,
    }),
  );
});

describe('a plan that renames', () => {
  const renamed: Names = { [OUTLOOK]: 'client', [AUTODISCOVER]: 'autodiscover' };

  test('at once is told to publish the new name first, and what to write', async () => {
    const { diagnostics } = await plan(published(BEFORE), published(renamed), { dns: IN_PRODUCTION });
    expect(diagnostics).toMatchObject([
      { severity: 'error', summary: `Clients would be given ${OUTLOOK} before DNS publishes it` },
    ]);
    expect(diagnostics[0]?.detail).toContain('EX01 is in production');
    expect(diagnostics[0]?.detail).toContain(
      [
        '  namespaces: {',
        `    client: '${MAIL}',`,
        `    autodiscover: '${AUTODISCOVER}',`,
        `    alsoPublished: ['${OUTLOOK}'],`,
        '  },',
      ].join('\n'),
    );
  });

  test('with the old name kept, but the new one not published, is told the same', async () => {
    const { diagnostics } = await plan(
      published(BEFORE),
      published({ ...renamed, [MAIL]: 'alsoPublished' }),
      { dns: IN_PRODUCTION },
    );
    expect(diagnostics[0]?.detail).toContain(`client: '${MAIL}',`);
    expect(diagnostics[0]?.detail).toContain(`alsoPublished: ['${OUTLOOK}'],`);
  });

  test.each([
    ['other machines', ['198.51.100.7']],
    ['an alias of other machines', ['elsewhere.contoso.com.']],
  ])('to a name that stands for %s is told the same', async (_title, addresses) => {
    const dns = { ...IN_PRODUCTION, [OUTLOOK]: addresses };
    const { diagnostics } = await plan(published(BEFORE), published(renamed), { dns });
    expect(diagnostics).toMatchObject([{ severity: 'error' }]);
  });

  test('to a published name is told to keep the old one, where it does not', async () => {
    const dns = { ...IN_PRODUCTION, [OUTLOOK]: [ADDRESS] };
    const from = published({ ...BEFORE, [OUTLOOK]: 'alsoPublished' });
    const { diagnostics } = await plan(from, published(renamed), { dns });
    expect(diagnostics).toMatchObject([
      { severity: 'error', summary: `${MAIL} would leave DNS while servers give it to clients` },
    ]);
    expect(diagnostics[0]?.detail).toContain('EX01 (outlookAnywhere, owa, ecp, activesync, ews, oab, mapi).');
    expect(diagnostics[0]?.detail).toContain(
      [
        '  namespaces: {',
        `    client: '${OUTLOOK}',`,
        `    autodiscover: '${AUTODISCOVER}',`,
        `    alsoPublished: ['${MAIL}'],`,
        '  },',
      ].join('\n'),
    );
    expect(await plan(from, published({ ...renamed, [MAIL]: 'alsoPublished' }), { dns })).toMatchObject({
      diagnostics: [],
    });
  });

  test('and retires the old name may do so once no server gives it', async () => {
    const dns = { ...IN_PRODUCTION, [OUTLOOK]: [ADDRESS] };
    const from = published({ ...renamed, [MAIL]: 'alsoPublished' });
    const given: World = { dns, servers: { EX01: [OUTLOOK, AUTODISCOVER] } };
    expect((await plan(from, published(renamed), given)).diagnostics).toEqual([]);
    const half = {
      ...given,
      servers: { EX01: [OUTLOOK, AUTODISCOVER], EX02: [MAIL, AUTODISCOVER] } as const,
    };
    const { diagnostics } = await plan(from, published(renamed), half);
    expect(diagnostics[0]?.detail).toContain('EX02 (outlookAnywhere');
    expect(diagnostics[0]?.detail).not.toContain('EX01');
  });

  test('a service that gets a name of its own is told both steps', async () => {
    const own: Names = { ...BEFORE, 'ews.contoso.com': 'services.ews' };
    const { diagnostics } = await plan(published(BEFORE), published(own), { dns: IN_PRODUCTION });
    expect(diagnostics[0]?.detail).toContain(`    client: '${MAIL}',\n    autodiscover`);
    expect(diagnostics[0]?.detail).not.toContain('services: {');
    expect(diagnostics[0]?.detail).toContain(`alsoPublished: ['ews.contoso.com'],`);
  });

  test('one side of the firewall keeps the other in what to write', async () => {
    const sides = (internal: string): Names => ({
      [internal]: 'client.internal',
      'owa.contoso.com': 'client.external',
      [AUTODISCOVER]: 'autodiscover',
    });
    const { diagnostics } = await plan(published(sides(MAIL)), published(sides(OUTLOOK)), {
      dns: { ...IN_PRODUCTION, 'owa.contoso.com': [ADDRESS] },
    });
    expect(diagnostics[0]?.detail).toContain(`client: { internal: '${MAIL}', external: 'owa.contoso.com' },`);
  });

  test('the name of a failback does so at once: no client keeps it', async () => {
    const to = (failback: Names): Values => published({ ...BEFORE, ...failback });
    const [old, next] = ['mailfb-lis.contoso.com', 'back.contoso.com'];
    const at = 'datacentres.lisbon.failback';
    const dns = { ...IN_PRODUCTION, [old]: [ADDRESS] };
    for (const [from, planned] of [
      [to({}), to({ [old]: at })],
      [to({ [old]: at }), to({ [next]: at })],
      [to({ [old]: at }), to({})],
    ] as const) {
      expect((await plan(from, planned, { dns })).diagnostics).toEqual([]);
    }
  });

  test('is told nothing of a datacentre that has no names but that of a failback', async () => {
    const failback = { 'mailfb-lis.contoso.com': 'datacentres.lisbon.failback' };
    const { diagnostics } = await plan(
      published({ ...BEFORE, ...failback }),
      published({ ...renamed, ...failback }),
      { dns: IN_PRODUCTION },
    );
    expect(diagnostics[0]?.detail).toContain(`client: '${MAIL}',`);
    expect(diagnostics[0]?.detail).not.toContain('lisbon');
  });

  test('whose zone does not answer goes on with a warning', async () => {
    const { diagnostics } = await plan(published(BEFORE), published(renamed), { isDnsSilent: true });
    expect(diagnostics.map(({ severity, summary }) => [severity, summary])).toEqual([
      ['warning', `Whether DNS publishes ${OUTLOOK} is not known`],
      // It may be there.
      ['error', `${MAIL} would leave DNS while servers give it to clients`],
    ]);
  });

  test('into another zone is seen by what is published in the state', async () => {
    const other: Names = { 'mail.fabrikam.com': 'client', [AUTODISCOVER]: 'autodiscover' };
    const from = published({ 'mail.tailspin.com': 'client', [AUTODISCOVER]: 'autodiscover' });
    const servers: Servers = { EX01: ['mail.tailspin.com', AUTODISCOVER] };
    const { diagnostics } = await plan(from, published(other), { servers });
    expect(diagnostics.map(({ severity, summary }) => [severity, summary])).toEqual([
      ['warning', 'Whether DNS publishes mail.fabrikam.com is not known'],
      ['error', 'mail.tailspin.com would leave DNS while servers give it to clients'],
    ]);
  });

  test('an undeclared server that gives the old name is named, and stops nothing', async () => {
    const world: World = {
      dns: IN_PRODUCTION,
      servers: { EX01: [OUTLOOK, AUTODISCOVER] },
      others: { OLD1: [MAIL, MAIL] },
    };
    const { diagnostics } = await plan(
      published({ ...renamed, [MAIL]: 'alsoPublished' }),
      published(renamed),
      world,
    );
    expect(diagnostics).toMatchObject([
      {
        severity: 'warning',
        summary: `${MAIL} leaves DNS while servers that are not declared give it to clients`,
        detail: expect.stringContaining('OLD1 (autodiscover, outlookAnywhere') as string,
      },
    ]);
  });

  test('what cannot be read is a warning', async () => {
    const world: World = {
      dns: IN_PRODUCTION,
      servers: { EX01: [OUTLOOK, AUTODISCOVER] },
      denied: ['Get-PowerShellVirtualDirectory'],
    };
    const { diagnostics } = await plan(
      published({ ...renamed, [MAIL]: 'alsoPublished' }),
      published(renamed),
      world,
    );
    expect(diagnostics).toMatchObject([{ severity: 'warning' }]);
    expect(diagnostics[0]?.summary).toContain('Get-PowerShellVirtualDirectory');
  });

  test('what cannot be read is a warning, also where the look for what is renamed met it first', async () => {
    const dns = { ...IN_PRODUCTION, [OUTLOOK]: [ADDRESS] };
    const { diagnostics } = await plan(
      published({ ...BEFORE, [OUTLOOK]: 'alsoPublished' }),
      published(renamed),
      { dns, servers: { EX01: [OUTLOOK, AUTODISCOVER] }, denied: ['Get-OwaVirtualDirectory'] },
    );
    expect(diagnostics).toMatchObject([{ severity: 'warning' }]);
    expect(diagnostics[0]?.summary).toContain('Get-OwaVirtualDirectory');
  });

  test('looks at each server once in an answer that shows them all', async () => {
    const servers = Object.fromEntries(
      ['EX01', 'EX02', 'EX03', 'EX04'].map((name) => [name, [OUTLOOK, AUTODISCOVER] as const]),
    );
    const owa = virtualDirectories.find(({ row }) => row.service === 'owa')?.definition;
    if (owa === undefined) throw new Error('there is a service owa');
    const looks = [jest.spyOn(serviceConnectionPoint, 'view'), jest.spyOn(owa, 'view')] as const;
    try {
      await plan(published({ ...renamed, [MAIL]: 'alsoPublished' }), published(renamed), {
        dns: IN_PRODUCTION,
        servers,
        others: { OLD1: [OUTLOOK, AUTODISCOVER] },
      });
      const seen = looks.map(({ mock }) => mock.calls.map(([, { server }]) => server));
      expect(seen).toEqual(looks.map(() => [...Object.keys(servers), 'OLD1']));
    } finally {
      for (const look of looks) look.mockRestore();
    }
  });

  test('a name of remote PowerShell that is declared no longer is to be changed by hand', async () => {
    const ps = 'ps.contoso.com';
    const { diagnostics } = await plan(
      published({ ...BEFORE, [ps]: 'services.powershell' }),
      published(BEFORE),
      { dns: { ...IN_PRODUCTION, [ps]: [ADDRESS] }, powershell: ps },
    );
    expect(diagnostics).toMatchObject([
      { severity: 'error', summary: `${ps} would leave DNS while servers give it to clients` },
    ]);
    expect(diagnostics[0]?.detail).toContain('EX01 (powershell).');
    expect(diagnostics[0]?.detail).toContain(
      'The declaration names no host for powershell: give it one in namespaces.services, or change its URLs by hand',
    );
  });
});

describe('nothing is in the way of', () => {
  test('a plan that changes no name: nothing is read', async () => {
    expect(await plan(published(BEFORE), published(BEFORE))).toEqual({ diagnostics: [], calls: [] });
  });

  test('a further name: nothing is read', async () => {
    const to = published({ ...BEFORE, [OUTLOOK]: 'alsoPublished' });
    expect(await plan(published(BEFORE), to)).toEqual({ diagnostics: [], calls: [] });
  });

  test('a further server, or one that leaves: nothing is read', async () => {
    const more = published(BEFORE, [ADDRESS, '192.0.2.2']);
    expect(await plan(published(BEFORE), more)).toEqual({ diagnostics: [], calls: [] });
    expect(await plan(more, published(BEFORE))).toEqual({ diagnostics: [], calls: [] });
  });

  test('a destroy', async () => {
    expect(await plan(published(BEFORE), null)).toEqual({ diagnostics: [], calls: [] });
  });

  test.each([
    ['whose servers give their own names', { EX01: ['ex01.contoso.com', 'ex01.contoso.com'] }],
    ['whose servers give the name of one', { EX01: ['ex02.contoso.com', MAIL], EX02: [MAIL, MAIL] }],
    ['whose names no zone of the site holds', { EX01: ['mail.contoso.local', 'mail.contoso.local'] }],
    ['whose names DNS does not hold', { EX01: ['legacy.contoso.com', 'legacy.contoso.com'] }],
    ['whose names stand for other machines', { EX01: ['proxy.contoso.com', 'proxy.contoso.com'] }],
  ] as const)('the first deploy of an organization %s', async (_title, servers) => {
    const dns = {
      'ex01.contoso.com': [ADDRESS],
      'ex02.contoso.com': [ADDRESS],
      'proxy.contoso.com': ['198.51.100.1'],
    };
    expect((await plan(null, published(BEFORE), { servers, dns })).diagnostics).toEqual([]);
  });

  test('the first deploy where some names are in use already, and others are Setup’s', async () => {
    const servers: Servers = { EX01: [MAIL, 'ex01.contoso.local'] };
    const { diagnostics } = await plan(null, published(BEFORE), { servers, dns: { [MAIL]: [ADDRESS] } });
    expect(diagnostics).toEqual([]);
  });

  test('a server that joins while servers are given the new name', async () => {
    const servers: Servers = { EX01: [MAIL, AUTODISCOVER], EX02: ['ex02.contoso.com', 'ex02.contoso.com'] };
    const dns = { ...IN_PRODUCTION, [OUTLOOK]: [ADDRESS], 'ex02.contoso.com': ['192.0.2.2'] };
    const from = published({ ...BEFORE, [OUTLOOK]: 'alsoPublished' });
    const to: Names = { [OUTLOOK]: 'client', [AUTODISCOVER]: 'autodiscover', [MAIL]: 'alsoPublished' };
    const { diagnostics } = await plan(from, published(to, [ADDRESS, '192.0.2.2']), { servers, dns });
    expect(diagnostics).toEqual([]);
  });

  test('a rename that is taken back when a part of the servers has the new name', async () => {
    const servers: Servers = { EX01: [OUTLOOK, AUTODISCOVER], EX02: [MAIL, AUTODISCOVER] };
    const dns = { ...IN_PRODUCTION, [OUTLOOK]: [ADDRESS] };
    const from: Names = { [OUTLOOK]: 'client', [AUTODISCOVER]: 'autodiscover', [MAIL]: 'alsoPublished' };
    const back = published({ ...BEFORE, [OUTLOOK]: 'alsoPublished' });
    expect((await plan(published(from), back, { servers, dns })).diagnostics).toEqual([]);
    // The new name goes once no server gives it.
    expect((await plan(published(from), published(BEFORE), { servers, dns })).diagnostics).toMatchObject([
      { severity: 'error', summary: `${OUTLOOK} would leave DNS while servers give it to clients` },
    ]);
  });

  test('a name with a mistake in it, which DNS never held', async () => {
    const wrong: Names = { 'mial.contoso.com': 'client', [AUTODISCOVER]: 'autodiscover' };
    const servers: Servers = { EX01: ['mial.contoso.com', AUTODISCOVER] };
    const dns = { [AUTODISCOVER]: [ADDRESS] };
    expect((await plan(published(wrong), published(BEFORE), { servers, dns })).diagnostics).toEqual([]);
  });
});

describe('the first deploy of an organization whose clients reach the servers by a name of the zone', () => {
  const legacy = 'legacy.contoso.com';

  test.each([
    ['its address', [ADDRESS]],
    ['an alias', ['alias.contoso.com.']],
  ])('is told to publish the new one beside it, where that has %s', async (_title, addresses) => {
    const { diagnostics } = await plan(null, published(BEFORE), {
      servers: { EX01: [legacy, 'ex01.contoso.local'] },
      dns: { [legacy]: addresses, 'alias.contoso.com': [ADDRESS] },
    });
    expect(diagnostics).toMatchObject([{ severity: 'error' }]);
    expect(diagnostics[0]?.detail).toContain(
      `    client: '${legacy}',\n    autodiscover: '${AUTODISCOVER}',\n    alsoPublished: ['${MAIL}'],`,
    );
  });

  test('is told nothing of a service connection point that it clears', async () => {
    const servers: Servers = { OLD1: [legacy, legacy], EX01: ['ex01.contoso.local', 'ex01.contoso.local'] };
    const dns = { [legacy]: [ADDRESS], [MAIL]: [ADDRESS] };
    const own = { ...published({ ...BEFORE, [legacy]: 'servers.OLD1.client' }) };
    const { diagnostics } = await plan(
      null,
      { ...own, cleared: ['servers.OLD1.autodiscover'] },
      { servers, dns },
    );
    expect(diagnostics).toEqual([]);
  });

  test('keeps a service connection point cleared in what it is told to write', async () => {
    const own = published({ ...BEFORE, [OUTLOOK]: 'servers.OLD1.client' });
    const { diagnostics } = await plan(
      null,
      { ...own, cleared: ['servers.OLD1.autodiscover'] },
      {
        servers: { OLD1: [legacy, AUTODISCOVER] },
        dns: { [legacy]: [ADDRESS], [AUTODISCOVER]: [ADDRESS] },
      },
    );
    expect(diagnostics[0]?.detail).toContain(
      `  // of the server OLD1\n  namespaces: {\n    client: '${legacy}',\n    autodiscover: null,\n`,
    );
  });

  test('servers that nobody is sent to do not count', async () => {
    const { diagnostics } = await plan(null, published(BEFORE), {
      servers: { EX01: [legacy, AUTODISCOVER], EX02: ['other.contoso.com', AUTODISCOVER] },
      dns: { [legacy]: [ADDRESS], [AUTODISCOVER]: [ADDRESS] },
    });
    expect(diagnostics[0]?.detail).toContain('EX01 is in production');
    expect(diagnostics[0]?.detail).toContain(`client: '${legacy}',`);
  });
});

test('a name of Autodiscover that a server clears and others replace is kept once, where it stood', async () => {
  const before: Names = { [MAIL]: 'client', 'old.contoso.com': 'autodiscover' };
  const { diagnostics } = await plan(
    published(before),
    { ...published(BEFORE), cleared: ['servers.OLD1.autodiscover'] },
    {
      servers: { OLD1: [MAIL, 'old.contoso.com'], EX01: [MAIL, 'old.contoso.com'] },
      dns: { ...IN_PRODUCTION, 'old.contoso.com': [ADDRESS] },
    },
  );
  expect(diagnostics).toMatchObject([
    { severity: 'error', summary: 'old.contoso.com would leave DNS while servers give it to clients' },
  ]);
  expect(diagnostics[0]?.detail.match(/alsoPublished: \['old\.contoso\.com'\]/g)).toHaveLength(1);
});

describe('a rename in one datacentre', () => {
  const LISBON = 'lis.contoso.com';
  const servers: Servers = { EX01: [MAIL, AUTODISCOVER], EX02: [MAIL, AUTODISCOVER] };
  const inPlaces = (names: Names): Values => ({ ...published(names), datacentres: { EX02: 'lisbon' } });
  const renamed: Names = { ...BEFORE, [LISBON]: 'datacentres.lisbon.client' };

  test('is told to publish the name there first, and what to write', async () => {
    const { diagnostics } = await plan(published(BEFORE), inPlaces(renamed), {
      servers,
      dns: IN_PRODUCTION,
    });
    expect(diagnostics).toMatchObject([
      { severity: 'error', summary: `Clients would be given ${LISBON} before DNS publishes it` },
    ]);
    expect(diagnostics[0]?.detail).toContain('EX02 is in production');
    expect(diagnostics[0]?.detail).toContain(
      [
        '  namespaces: {',
        `    client: '${MAIL}',`,
        `    autodiscover: '${AUTODISCOVER}',`,
        '  },',
        '  datacentres: {',
        '    lisbon: {',
        '      namespaces: {',
        `        client: '${MAIL}',`,
        `        alsoPublished: ['${LISBON}'],`,
        '      },',
        '    },',
        '  },',
      ].join('\n'),
    );
  });

  test('may give it once DNS holds it', async () => {
    const dns = { ...IN_PRODUCTION, [LISBON]: [ADDRESS] };
    const from = inPlaces({ ...BEFORE, [LISBON]: 'datacentres.lisbon.alsoPublished' });
    expect((await plan(from, inPlaces(renamed), { servers, dns })).diagnostics).toEqual([]);
  });

  test('back is told to keep the old one there while its server gives it', async () => {
    const dns = { ...IN_PRODUCTION, [LISBON]: [ADDRESS] };
    const { diagnostics } = await plan(inPlaces(renamed), published(BEFORE), {
      servers: { EX01: [MAIL, AUTODISCOVER], EX02: [LISBON, AUTODISCOVER] },
      dns,
    });
    expect(diagnostics).toMatchObject([
      { severity: 'error', summary: `${LISBON} would leave DNS while servers give it to clients` },
    ]);
    expect(diagnostics[0]?.detail).toContain('EX02 (outlookAnywhere');
    // In the place of the site it would stand for EX01 too, which never gave it.
    expect(diagnostics[0]?.detail).toContain(
      [
        '  datacentres: {',
        '    lisbon: {',
        '      namespaces: {',
        `        alsoPublished: ['${LISBON}'],`,
      ].join('\n'),
    );
    expect(diagnostics[0]?.detail.match(/alsoPublished: /g)).toHaveLength(1);
  });

  test('a name of the site that names of its own replace is kept in the place of those', async () => {
    const own: Names = {
      [OUTLOOK]: 'client',
      [AUTODISCOVER]: 'autodiscover',
      [LISBON]: 'datacentres.lisbon.client',
    };
    const dns = { ...IN_PRODUCTION, [OUTLOOK]: [ADDRESS], [LISBON]: [ADDRESS] };
    const { diagnostics } = await plan(published(BEFORE), inPlaces(own), { servers, dns });
    expect(diagnostics[0]?.detail).toContain(
      [
        '  namespaces: {',
        `    client: '${OUTLOOK}',`,
        `    autodiscover: '${AUTODISCOVER}',`,
        `    alsoPublished: ['${MAIL}'],`,
        '  },',
        '  datacentres: {',
        '    lisbon: {',
        '      namespaces: {',
        `        client: '${LISBON}',`,
        `        alsoPublished: ['${MAIL}'],`,
      ].join('\n'),
    );
  });

  test('writes no names of a place that has those of mail protocols only', async () => {
    const imap: Names = { ...BEFORE, 'imap.contoso.com': 'datacentres.lisbon.mailProtocols.imap' };
    const { diagnostics } = await plan(published(imap), published({ ...imap, [OUTLOOK]: 'services.owa' }), {
      servers,
      dns: IN_PRODUCTION,
    });
    expect(diagnostics).toMatchObject([{ severity: 'error' }]);
    expect(diagnostics[0]?.detail).not.toContain('datacentres');
  });

  test('says in step 1 where the old name goes in step 2', async () => {
    const { diagnostics } = await plan(published(BEFORE), inPlaces(renamed), { servers, dns: IN_PRODUCTION });
    expect(diagnostics[0]?.detail).toContain(
      `declare in step 2 what you have now, with ${MAIL} in alsoPublished of datacentres.lisbon;`,
    );
  });

  test('of Autodiscover keeps the old name in each place whose servers give it', async () => {
    const NEW = 'discover.contoso.com';
    const from = inPlaces(renamed);
    const to = inPlaces({ [MAIL]: 'client', [LISBON]: 'datacentres.lisbon.client', [NEW]: 'autodiscover' });
    const { diagnostics } = await plan(from, to, {
      servers: { EX01: [MAIL, AUTODISCOVER], EX02: [LISBON, AUTODISCOVER] },
      dns: { ...IN_PRODUCTION, [LISBON]: [ADDRESS], [NEW]: [ADDRESS] },
    });
    expect(
      diagnostics[0]?.detail.match(new RegExp(`alsoPublished: \\['${AUTODISCOVER}'\\]`, 'g')),
    ).toHaveLength(2);
  });

  test('a server that has names of its own is told its own namespaces', async () => {
    const legacy = 'legacy.contoso.com';
    const { diagnostics } = await plan(
      published(BEFORE),
      published({
        ...BEFORE,
        [legacy]: 'servers.EX01.client.external',
        [MAIL]: 'client, servers.EX01.client.internal',
      }),
      { servers, dns: IN_PRODUCTION },
    );
    expect(diagnostics[0]?.detail).toContain(
      [
        '  // of the server EX01',
        '  namespaces: {',
        `    client: '${MAIL}',`,
        `    alsoPublished: [{ external: '${legacy}' }],`,
      ].join('\n'),
    );
  });
});

describe('with two views of DNS', () => {
  const viewed = (names: Names, outside: readonly string[]): Values => ({
    ...published(names),
    external_addresses: Object.fromEntries(outside.map((host) => [host, ['203.0.113.3']])),
    external_published: null,
  });
  const renamed: Names = { [OUTLOOK]: 'client', [AUTODISCOVER]: 'autodiscover', [MAIL]: 'alsoPublished' };
  const inside = { ...IN_PRODUCTION, [OUTLOOK]: [ADDRESS] };

  test('a name that clients outside do not find stops, although those inside do', async () => {
    const to = viewed(renamed, [OUTLOOK, AUTODISCOVER, MAIL]);
    const { diagnostics } = await plan(published(BEFORE), to, {
      dns: inside,
      outside: { [MAIL]: ['203.0.113.3'] },
    });
    expect(diagnostics).toMatchObject([
      { severity: 'error', summary: `Clients would be given ${OUTLOOK} before DNS publishes it` },
    ]);
  });

  test('a name that is for clients inside alone need not be there outside', async () => {
    const names: Names = { ...renamed, [OUTLOOK]: 'client.internal', [MAIL]: 'client.external' };
    const to = viewed(names, [AUTODISCOVER, MAIL]);
    const { diagnostics } = await plan(published(BEFORE), to, {
      dns: inside,
      outside: { [MAIL]: ['203.0.113.3'] },
    });
    expect(diagnostics).toEqual([]);
  });

  test('a name for clients inside alone is kept for these alone', async () => {
    const from = viewed(
      { [OUTLOOK]: 'client.internal', [MAIL]: 'client.external', [AUTODISCOVER]: 'autodiscover' },
      [MAIL, AUTODISCOVER],
    );
    const { diagnostics } = await plan(from, viewed(BEFORE, [MAIL, AUTODISCOVER]), {
      servers: { EX01: [OUTLOOK, AUTODISCOVER] },
      dns: inside,
      outside: { [MAIL]: ['203.0.113.3'] },
    });
    expect(diagnostics).toMatchObject([
      { severity: 'error', summary: `${OUTLOOK} would leave DNS while servers give it to clients` },
    ]);
    expect(diagnostics[0]?.detail).toContain(`alsoPublished: [{ internal: '${OUTLOOK}' }],`);
  });

  test('a name for clients inside alone is published for these alone first', async () => {
    const names: Names = {
      [OUTLOOK]: 'client.internal',
      [MAIL]: 'client.external',
      [AUTODISCOVER]: 'autodiscover',
    };
    const dns = { ...IN_PRODUCTION };
    const { diagnostics } = await plan(viewed(BEFORE, [MAIL]), viewed(names, [MAIL]), {
      dns,
      outside: { [MAIL]: ['203.0.113.3'] },
    });
    expect(diagnostics[0]?.detail).toContain(`alsoPublished: [{ internal: '${OUTLOOK}' }],`);
    // The old one is still given outside: in alsoPublished it would stand twice, which synth refuses.
    expect(diagnostics[0]?.detail).toContain(
      `Then, when ${OUTLOOK} resolves everywhere, declare in step 2 what you have now; nothing is left for step 3.`,
    );
    const first = viewed({ ...BEFORE, [OUTLOOK]: 'alsoPublished.internal' }, [MAIL]);
    const then = await plan(first, viewed(names, [MAIL]), {
      dns: inside,
      outside: { [MAIL]: ['203.0.113.3'] },
    });
    expect(then.diagnostics).toEqual([]);
  });

  test('a name leaves neither view while servers give it', async () => {
    const from = viewed({ ...BEFORE, [OUTLOOK]: 'alsoPublished' }, [MAIL, OUTLOOK]);
    const to = viewed({ [OUTLOOK]: 'client', [AUTODISCOVER]: 'autodiscover' }, [OUTLOOK]);
    const { diagnostics } = await plan(from, to, {
      dns: { [OUTLOOK]: [ADDRESS] },
      outside: { [MAIL]: ['203.0.113.3'], [OUTLOOK]: ['203.0.113.3'] },
    });
    expect(diagnostics).toMatchObject([
      { severity: 'error', summary: `${MAIL} would leave DNS while servers give it to clients` },
    ]);
  });

  describe('a name that clients inside keep and those outside lose', () => {
    const both = ['203.0.113.3'];
    const world: World = { dns: inside, outside: { [MAIL]: both, [OUTLOOK]: both, [AUTODISCOVER]: both } };
    const split: Names = {
      [MAIL]: 'client.internal',
      [OUTLOOK]: 'client.external',
      [AUTODISCOVER]: 'autodiscover',
    };
    const from = viewed({ ...BEFORE, [OUTLOOK]: 'alsoPublished' }, [MAIL, OUTLOOK, AUTODISCOVER]);

    test('stays outside too while servers give it there', async () => {
      const { diagnostics } = await plan(from, viewed(split, [OUTLOOK, AUTODISCOVER]), world);
      expect(diagnostics).toMatchObject([
        {
          severity: 'error',
          summary: `${MAIL} would leave the external view of DNS while servers give it to clients`,
        },
      ]);
      expect(diagnostics[0]?.detail).toContain(
        [
          `    client: { internal: '${MAIL}', external: '${OUTLOOK}' },`,
          `    autodiscover: '${AUTODISCOVER}',`,
          `    alsoPublished: [{ external: '${MAIL}' }],`,
        ].join('\n'),
      );
      const kept: Names = { ...split, [MAIL]: 'client.internal, alsoPublished.external' };
      const next = await plan(from, viewed(kept, [MAIL, OUTLOOK, AUTODISCOVER]), world);
      expect(next.diagnostics).toEqual([]);
    });

    test('leaves once they give another one there, and the next plan does not ask again', async () => {
      const kept: Names = { ...split, [MAIL]: 'client.internal, alsoPublished.external' };
      const given: World = { ...world, outsideOf: OUTLOOK };
      const to = viewed(split, [OUTLOOK, AUTODISCOVER]);
      const retired = await plan(viewed(kept, [MAIL, OUTLOOK, AUTODISCOVER]), to, given);
      expect(retired.diagnostics).toEqual([]);
      const remembering = { ...to, external_published: { [MAIL]: both } };
      const again = await plan(remembering, viewed(split, [OUTLOOK, AUTODISCOVER]), world);
      expect(again).toEqual({ diagnostics: [], calls: [] });
    });

    test('is published outside too, in the step before, where it was further for those inside', async () => {
      const given: Names = { [MAIL]: 'client.internal', [AUTODISCOVER]: 'autodiscover' };
      const to: Names = { ...given, [OUTLOOK]: 'client.external, alsoPublished.internal' };
      const before: Names = {
        ...given,
        'old.contoso.com': 'client.external',
        [OUTLOOK]: 'alsoPublished.internal',
      };
      const { diagnostics } = await plan(
        viewed(before, ['old.contoso.com', AUTODISCOVER]),
        viewed(to, [OUTLOOK, AUTODISCOVER]),
        {
          dns: inside,
          outside: { 'old.contoso.com': both, [AUTODISCOVER]: both },
          outsideOf: 'old.contoso.com',
        },
      );
      expect(diagnostics[0]?.summary).toBe(`Clients would be given ${OUTLOOK} before DNS publishes it`);
      expect(diagnostics[0]?.detail).toContain(`    alsoPublished: ['${OUTLOOK}'],`);
    });

    test('is said in the words of the declaration in the step before', async () => {
      const { diagnostics } = await plan(viewed(BEFORE, [MAIL, AUTODISCOVER]), viewed(split, [OUTLOOK]), {
        dns: IN_PRODUCTION,
        outside: { [MAIL]: both },
      });
      expect(diagnostics[0]?.summary).toBe(`Clients would be given ${OUTLOOK} before DNS publishes it`);
      expect(diagnostics[0]?.detail).toContain(`with { external: '${MAIL}' } in alsoPublished;`);
    });

    test('is kept for Autodiscover too, which is looked for by one name on both sides', async () => {
      const auto: Names = { [OUTLOOK]: 'client.external, autodiscover', [MAIL]: 'client.internal' };
      const { diagnostics } = await plan(
        viewed({ [MAIL]: 'client, autodiscover', [OUTLOOK]: 'alsoPublished' }, [MAIL, OUTLOOK]),
        viewed(auto, [OUTLOOK]),
        { ...world, servers: { EX01: [MAIL, MAIL] }, outsideOf: OUTLOOK },
      );
      expect(diagnostics[0]?.detail).toContain('EX01 (autodiscover).');
    });
  });
});
