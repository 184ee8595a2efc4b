import {
  readImportId,
  importIdOf,
  RESOURCES,
  stillActive,
  serviceIn,
  givenBack,
  urlDifferences,
  type AnyResource,
  type SeenUrl,
} from '../../../exchange/resources';
import {
  isComputerHost,
  isHostName,
  serverNameIn,
  serverNameProblem,
  urlProblem,
} from '../../../exchange/resources/host';
import { maintenanceOf } from '../../../exchange/resources/maintenance';
import { bytesOf, flagOf, property, textOf, textsOf } from '../../../exchange/resources/property';
import { ExchangeVersion } from '../../../exchange/versions';
import type { PowerShellObject, PowerShellValue } from '../../../powershell/outcome';
import { factsOf } from './samples';

function object(properties: { readonly [name: string]: PowerShellValue }, text?: string): PowerShellObject {
  return { typeNames: [], properties, ...(text === undefined ? {} : { text }) };
}

function resource(typeName: string): AnyResource {
  const found = RESOURCES.find((each) => each.typeName === typeName);
  if (found === undefined) throw new Error(typeName);
  return found;
}

describe('a property of an object that Exchange returned', () => {
  test('is found in other letters, and null where it is not there', () => {
    expect(property(object({ internalURL: 'a' }), 'InternalUrl')).toBe('a');
    expect(property(object({ internalurl: 'b', InternalUrl: 'a' }), 'InternalUrl')).toBe('a');
    expect(property(object({ InternalUrl: 'a' }), 'ExternalUrl')).toBeNull();
    expect(property(object({ url: null }), 'Url')).toBeNull();
  });

  test.each<readonly [PowerShellValue, string | null]>([
    ['a', 'a'],
    ['', ''],
    [7, '7'],
    [7n, '7'],
    [true, 'true'],
    [null, null],
    [new Date('2026-01-02T03:04:05Z'), '2026-01-02T03:04:05.000Z'],
    [new Uint8Array([1]), null],
    [['a'], null],
    [object({ Name: 'n' }, 'as text'), 'as text'],
    [object({ Name: 'n' }), 'n'],
    [object({ Name: object({ Name: 'deep' }) }), 'deep'],
    [object({}), null],
  ])('%j as text: %j', (value, text) => {
    expect(textOf(object({ value }), 'value')).toBe(text);
  });

  test.each<readonly [PowerShellValue, boolean | null]>([
    [true, true],
    [false, false],
    ['True', true],
    ['FALSE', false],
    ['yes', null],
    [null, null],
    [1, null],
  ])('%j as a flag: %j', (value, flag) => {
    expect(flagOf(object({ value }), 'value')).toBe(flag);
  });

  test.each<readonly [PowerShellValue, readonly string[] | null]>([
    [
      ['a', null, object({ Name: 'n' })],
      ['a', 'n'],
    ],
    ['a, b,c', ['a', 'b', 'c']],
    ['', []],
    [null, null],
    [object({}), []],
  ])('%j as several texts: %j', (value, texts) => {
    expect(textsOf(object({ value }), 'value')).toEqual(texts);
  });

  test('as bytes: only bytes', () => {
    const bytes = new Uint8Array([1, 2]);
    expect([bytesOf(object({ bytes }), 'bytes'), bytesOf(object({ bytes: 'AQI=' }), 'bytes')]).toEqual([
      bytes,
      null,
    ]);
  });
});

describe('an import id', () => {
  const owa = resource('exchange_owa_virtual_directory');
  const member = resource('exchange_database_availability_group_member');

  test('holds what says which object it is, and which expensive attributes are declared', () => {
    const declared = { server: 'EX1', web_site: 'Default Web Site', forms_authentication: true };
    expect(importIdOf(owa, declared)).toBe('EX1/Default Web Site/forms_authentication');
    expect(importIdOf(owa, { ...declared, basic_authentication: false, windows_authentication: null })).toBe(
      'EX1/Default Web Site/forms_authentication,basic_authentication',
    );
    expect(importIdOf(owa, { server: 'EX1' })).toBe('EX1');
    expect(importIdOf(member, { dag: 'DAG01', server: 'EX1' })).toBe('DAG01/EX1');
  });

  test.each([
    ['EX1', { server: 'EX1', web_site: 'Default Web Site' }],
    ['EX1/Other Site', { server: 'EX1', web_site: 'Other Site' }],
    [
      'EX1/forms_authentication',
      { server: 'EX1', web_site: 'Default Web Site', forms_authentication: false },
    ],
    [
      'EX1/Other Site/forms_authentication,basic_authentication',
      { server: 'EX1', web_site: 'Other Site', forms_authentication: false, basic_authentication: false },
    ],
    ['EX1\\owa (Default Web Site)', { server: 'EX1', web_site: 'Default Web Site' }],
  ])('%s is read back', (id, values) => {
    expect(readImportId(owa, id)).toMatchObject({ values });
  });

  test.each([
    ['', owa],
    ['EX1/', owa],
    ['/Default Web Site', owa],
    ['EX1/Default Web Site/more', owa],
    ['EX1.contoso.local', owa],
    ['forms_authentication', owa],
    ['EX1\\ecp (Default Web Site)', owa],
    ['DAG01/EX1/more', member],
  ] as const)('%j is none', (id, of) => {
    expect(readImportId(of, id).values).toBeUndefined();
  });

  test('of a list that is expensive to read names the list', () => {
    const anywhere = resource('exchange_outlook_anywhere_2010');
    expect(readImportId(anywhere, 'EX1/iis_authentication_methods').values).toEqual({
      server: 'EX1',
      iis_authentication_methods: [],
    });
    expect(readImportId(member, 'DAG01/EX1')).toEqual({ values: { dag: 'DAG01', server: 'EX1' } });
  });
});

describe('the service of a server before its maintenance', () => {
  const facts = (version: ExchangeVersion) => factsOf(version);
  const maintenance = (version: ExchangeVersion) => {
    const found = maintenanceOf('EX1', { redirectTo: 'EX2.contoso.local' }, facts(version));
    if (found === undefined) throw new Error('no maintenance');
    return found;
  };
  const state = (component: string, value: PowerShellValue) => object({ Component: component, State: value });
  const active = [state('HubTransport', 'Active'), state('ServerWideOffline', 'Active')];
  const server = (more: { readonly [name: string]: PowerShellValue } = {}) =>
    object({
      DatabaseAvailabilityGroup: 'DAG01',
      DatabaseCopyAutoActivationPolicy: 'Unrestricted',
      DatabaseCopyActivationDisabledAndMoveNow: false,
      ...more,
    });
  const seen = (
    version: ExchangeVersion,
    servers: readonly PowerShellObject[] | null,
    states: readonly PowerShellObject[] | null = active,
  ) =>
    serviceIn(
      maintenance(version),
      new Map([
        ['Get-MailboxServer', servers],
        ['Get-ServerComponentState', states],
      ]),
    );
  const V2016 = ExchangeVersion.V2016;

  test('is none for 2007, which has no cmdlets for it', () => {
    expect(maintenanceOf('EX1', { redirectTo: 'EX2' }, facts(ExchangeVersion.V2007))).toBeUndefined();
  });

  test('is told with its policy, which comes back later', () => {
    const service = seen(V2016, [server()]);
    expect(service).toEqual({ outOfService: [], isMember: true, policy: 'Unrestricted' });
    const back = maintenance(V2016).drains.flatMap((drain) => drain.back ?? []);
    expect(back.map((call) => givenBack(call, service!).parameters)).toContainEqual({
      Identity: 'EX1',
      DatabaseCopyAutoActivationPolicy: 'Unrestricted',
    });
  });

  test.each([
    ['HubTransport is Draining', [server()], [state('HubTransport', 'Draining'), active[1]!]],
    ['ServerWideOffline is Inactive', [server()], [active[0]!, state('ServerWideOffline', 'Inactive')]],
    [
      'DatabaseCopyActivationDisabledAndMoveNow is true',
      [server({ DatabaseCopyActivationDisabledAndMoveNow: true })],
      active,
    ],
  ])('is out already: %s', (what, servers, states) => {
    expect(seen(V2016, servers, states)?.outOfService).toEqual([what]);
  });

  test('of a server in no DAG does not go by what only members have', () => {
    const alone = server({ DatabaseAvailabilityGroup: null, DatabaseCopyActivationDisabledAndMoveNow: true });
    expect(seen(V2016, [alone])).toEqual({ outOfService: [], isMember: false, policy: 'Unrestricted' });
    const blocked = server({ DatabaseAvailabilityGroup: '', DatabaseCopyAutoActivationPolicy: 'Blocked' });
    expect(seen(ExchangeVersion.V2010, [blocked])).toEqual({
      outOfService: [],
      isMember: false,
      policy: 'Blocked',
    });
  });

  test('of 2010 is out where its copies may not be activated', () => {
    const blocked = server({ DatabaseCopyAutoActivationPolicy: 'blocked' });
    expect(seen(ExchangeVersion.V2010, [blocked], null)).toEqual({
      outOfService: ['DatabaseCopyAutoActivationPolicy is Blocked'],
      isMember: true,
      policy: 'blocked',
    });
    expect(seen(ExchangeVersion.V2010, [server()], null)?.outOfService).toEqual([]);
  });

  test.each([
    ['no server is shown', [], active],
    ['the read failed', null, active],
    ['its policy is not shown', [server({ DatabaseCopyAutoActivationPolicy: null })], active],
    ['its policy is empty', [server({ DatabaseCopyAutoActivationPolicy: '' })], active],
    ['a component is not shown', [server()], [active[0]!]],
    ['a state is empty', [server()], [active[0]!, state('ServerWideOffline', '')]],
    ['the states could not be read', [server()], null],
    [
      'it is not shown whether databases move',
      [server({ DatabaseCopyActivationDisabledAndMoveNow: null })],
      active,
    ],
  ])('is not known where %s', (_why, servers, states) => {
    expect(seen(V2016, servers, states)).toBeUndefined();
  });

  test('is still needed by databases that could be active elsewhere', () => {
    const database = (name: string, active: string, ...servers: readonly string[]) =>
      object({ Name: name, Server: active, Servers: servers });
    expect(
      stillActive('EX1', [
        database('DB2', 'ex1.contoso.local', 'EX1', 'EX2'),
        database('DB1', 'EX1', 'EX1', 'EX2'),
        database('DB3', 'EX2', 'EX1', 'EX2'),
        database('DB4', 'EX1', 'EX1'),
        object({ Name: 'DB5', Server: 'EX1' }),
      ]),
    ).toBe('active on EX1: DB1, DB2');
    expect(stillActive('EX1', [database('DB3', 'EX2', 'EX1', 'EX2')])).toBeUndefined();
  });
});

describe('what Autodiscover hands out beside what is declared', () => {
  const seenUrl = (service: SeenUrl['service'], url: string, side?: SeenUrl['side']): SeenUrl => ({
    element: 'EXCH/Url',
    service,
    url,
    ...(side === undefined ? {} : { side }),
  });
  const ews = 'https://mail.contoso.com/EWS/Exchange.asmx';

  test.each<
    readonly [string, readonly SeenUrl[], { readonly [key: string]: readonly string[] }, readonly string[]]
  >([
    [
      'is right in other letters and with a slash',
      [seenUrl('ews', `${ews.toUpperCase()}/`)],
      { 'ews internal': [ews] },
      [],
    ],
    [
      'is another URL',
      [seenUrl('ews', 'https://old/ews')],
      { 'ews internal': [ews], 'ews external': [ews, 'https://out/ews'] },
      [`EXCH/Url is https://old/ews, and ews is declared with ${ews} or https://out/ews`],
    ],
    [
      'goes by the side that it is for',
      [seenUrl('ews', ews, 'internal')],
      { 'ews internal': [ews], 'ews external': ['https://out/ews'] },
      ['there is no URL of ews for clients outside'],
    ],
    ['of a service that is not declared is no matter', [seenUrl('um', 'https://any')], {}, []],
    [
      'lacks a URL that every response has',
      [],
      { 'oab internal': ['https://a/oab'], 'owa external': ['https://a/owa'] },
      ['there is no URL of oab for clients inside', 'there is no URL of owa for clients outside'],
    ],
    [
      'lacks a URL that only some versions hand out',
      [],
      { 'ecp internal': ['https://a/ecp'], 'um internal': ['https://a/um'] },
      [],
    ],
    [
      'is the folder of an address book',
      [seenUrl('oab', 'https://A/OAB/1234/')],
      { 'oab internal': ['https://a/oab/'] },
      [],
    ],
    [
      'is a folder beside that of the address books',
      [seenUrl('oab', 'https://a/oab2/')],
      { 'oab internal': ['https://a/oab'] },
      ['EXCH/Url is https://a/oab2/, and oab is declared with https://a/oab'],
    ],
    [
      'is a folder of another service',
      [seenUrl('ews', `${ews}/more`)],
      { 'ews internal': [ews] },
      [`EXCH/Url is ${ews}/more, and ews is declared with ${ews}`],
    ],
    [
      'is that of Outlook on the web for the options',
      [seenUrl('ecp', 'https://a/owa', 'internal')],
      { 'ecp internal': ['https://a/ecp'], 'owa internal': ['https://a/owa'], 'owa external': [] },
      ['there is no URL of owa for clients inside', 'there is no URL of owa for clients outside'],
    ],
    [
      'is that of the options for Outlook on the web',
      [seenUrl('owa', 'https://a/ecp')],
      { 'ecp internal': ['https://a/ecp'], 'owa internal': ['https://a/owa'] },
      ['EXCH/Url is https://a/ecp, and owa is declared with https://a/owa'],
    ],
    [
      'is that of Outlook on the web for a service that is no part of it',
      [seenUrl('ews', 'https://a/owa')],
      { 'ews internal': [ews], 'owa internal': ['https://a/owa'] },
      [
        `EXCH/Url is https://a/owa, and ews is declared with ${ews}`,
        'there is no URL of owa for clients inside',
      ],
    ],
    [
      'is that of the other side',
      [seenUrl('ews', 'https://out/ews', 'internal')],
      { 'ews internal': [ews], 'ews external': ['https://out/ews'] },
      [
        `EXCH/Url is https://out/ews, and ews is declared with ${ews}`,
        'there is no URL of ews for clients outside',
      ],
    ],
    ['is declared under a key that is none', [], { 'ews both': [ews], 'mapi internal': [ews] }, []],
  ])('%s', (_what, urls, declared, differences) => {
    expect(urlDifferences(urls, declared)).toEqual(differences);
  });
});

describe('the name of a host', () => {
  test.each([
    ['mail.contoso.com', true, true],
    ['mail', true, true],
    ['a-b.contoso.com', true, true],
    ['a_b.contoso.com', false, true],
    ['-a.contoso.com', false, false],
    ['a-.contoso.com', false, false],
    ['*.contoso.com', false, false],
    ['10.1.2.3', false, false],
    ['mail..contoso.com', false, false],
    ['', false, false],
    [`${'a'.repeat(63)}.com`, true, true],
    [`${'a'.repeat(64)}.com`, false, false],
    [`${'abc.'.repeat(62)}abcde`, true, true],
    [`${'abc.'.repeat(62)}abcdef`, false, false],
  ])('%s: a host %j, a computer %j', (name, host, computer) => {
    expect([isHostName(name), isComputerHost(name)]).toEqual([host, computer]);
  });

  test.each([
    ['EX01', true],
    ['A', true],
    ['EX-0123456789AB', true],
    ['EX-0123456789ABC', false],
    ['EX01-', false],
    ['-EX01', false],
    ['1234', false],
    ['EX01.contoso.local', false],
  ])('%s may name a server: %j', (name, may) => {
    expect(serverNameProblem(name)).toEqual(
      may
        ? undefined
        : {
            problem: `'${name}' is not the name of a server`,
            remedy:
              'give its computer name: at most 15 letters, digits and hyphens, without a domain, such as EX01',
          },
    );
  });

  test.each([
    ['EX01', 'EX01'],
    ['ex01.contoso.local', 'ex01'],
    ['CN=EX01,CN=Servers,DC=contoso', 'EX01'],
    ['contoso.local/Servers/EX01', 'EX01'],
    ['contoso\\EX01', 'EX01'],
    ['', ''],
  ])('%j in an identity: %j', (identity, name) => {
    expect(serverNameIn(identity)).toBe(name);
  });

  const example = 'https://mail.contoso.com/owa';
  test.each([
    ['', undefined],
    [example, undefined],
    ['HTTP://mail.contoso.com:8080', undefined],
    [
      'https://mail.contoso.com/a b',
      {
        problem: "'https://mail.contoso.com/a b' has a space in it",
        remedy: `write it without, as ${example}`,
      },
    ],
    [
      'mail.contoso.com',
      { problem: "'mail.contoso.com' is not a URL with a host", remedy: `write it as ${example}` },
    ],
    [
      `${example}?a=1`,
      { problem: `'${example}?a=1' is not a URL with a host`, remedy: `write it as ${example}` },
    ],
    ['https:///owa', { problem: "'https:///owa' has no valid host name", remedy: `write it as ${example}` }],
    [
      'https://a b/',
      { problem: "'https://a b/' has a space in it", remedy: `write it without, as ${example}` },
    ],
    [
      'https://mail.contoso.com:x/',
      { problem: "'https://mail.contoso.com:x/' has no valid host name", remedy: `write it as ${example}` },
    ],
    [
      'ftp://mail.contoso.com',
      { problem: "'ftp://mail.contoso.com' is not a URL with a host", remedy: `write it as ${example}` },
    ],
  ])('in the URL %j: %j', (url, problem) => {
    expect(urlProblem(url, example)).toEqual(problem);
  });
});
