import type { LabOptions } from '../../../lab/exchange/options';
import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import type { PowerShellObject } from '../../../powershell/outcome';
import type { Emission } from '../../../remoting/server/command-host';
import { removeFolders, twoServers } from './session';

afterAll(removeFolders);

let lab: SimulatedOrganization;
beforeAll(() => {
  lab = twoServers();
});
afterEach(() => {
  lab.setOptions({});
  lab.clearJournal();
});

/** Runs a cmdlet of a PowerShell with the snap-in; over WSMan where there is a query. */
async function emissions(
  cmdlet: string,
  select?: { readonly [parameter: string]: string | readonly string[] },
  query?: string,
): Promise<readonly Emission[]> {
  const command = { name: cmdlet, isScript: false, args: [] };
  const args = Object.entries(select ?? {}).map(([name, value]) => ({ name, value }));
  const chain =
    select === undefined ? [command] : [command, { name: 'Select-Object', isScript: false, args }];
  const host = lab.host('BSAEX01', query === undefined ? {} : { query });
  const found: Emission[] = [];
  for await (const emission of host.run({ statements: [chain] }, new AbortController().signal)) {
    found.push(emission);
  }
  return found;
}

async function objects(...call: Parameters<typeof emissions>): Promise<readonly PowerShellObject[]> {
  return (await emissions(...call)).flatMap((emission) =>
    emission.kind === 'output' ? [emission.value as PowerShellObject] : [],
  );
}

describe('the real Select-Object', () => {
  test('leaves the named properties as the object spells them; what is not there is null', async () => {
    const [first] = await objects('Get-ExchangeServer', { Property: ['name', 'FQDN', 'NoSuch'] });
    expect(first?.properties).toEqual({ Name: 'BSAEX01', Fqdn: 'BSAEX01.apatricio.local', NoSuch: null });
    expect(first?.typeNames.slice(0, 2)).toEqual([
      'Selected.Microsoft.Exchange.Data.Directory.Management.ExchangeServer',
      'System.Management.Automation.PSCustomObject',
    ]);
  });

  test('a property asked for twice, case aside, is an error for every object, which goes out nevertheless', async () => {
    const found = await emissions('Get-ExchangeServer', { Property: ['Name', 'Fqdn', 'NAME'] });
    expect(found.map(({ kind }) => kind)).toEqual(['output', 'output', 'error', 'error']);
    expect(found[2]).toMatchObject({
      error: {
        fullyQualifiedErrorId:
          'AlreadyExistingUserSpecifiedPropertyNoExpand,Microsoft.PowerShell.Commands.SelectObjectCommand',
      },
    });
    expect(found[0]).toMatchObject({ value: { properties: { Name: 'BSAEX01' } } });
  });

  test('changes shapes: an identity is its text without it, and comes with its properties behind it', async () => {
    const [whole] = await objects('Get-OwaVirtualDirectory');
    expect(whole?.properties['Identity']).toBe('BSAEX01\\owa (Default Web Site)');
    expect(whole?.properties['AdminDisplayVersion']).toMatch(/^Version 15\.0 /);
    const [selected] = await objects('Get-OwaVirtualDirectory', { Property: 'Identity' });
    expect(selected?.properties['Identity']).toMatchObject({
      text: 'BSAEX01\\owa (Default Web Site)',
      properties: { Name: 'owa (Default Web Site)' },
    });
  });

  test('an enum is its text without it, and text and number behind it', async () => {
    const [whole] = await objects('Get-OutlookAnywhere');
    expect(whole?.properties['ExternalClientAuthenticationMethod']).toBe('Negotiate');
    const [selected] = await objects('Get-OutlookAnywhere', {
      Property: ['ExternalClientAuthenticationMethod'],
    });
    expect(selected?.properties['ExternalClientAuthenticationMethod']).toMatchObject({
      text: 'Negotiate',
      number: 13,
    });
  });
});

describe('the Select-Object of a restricted endpoint', () => {
  beforeEach(() => lab.setOptions({ languageMode: 'none' }));

  test('knows the properties of commands', async () => {
    const [command] = await objects('Get-Command', { Property: ['name', 'Parameters'] });
    expect(Object.keys(command?.properties ?? {})).toEqual(['Name', 'Parameters']);
  });

  test.each([
    [{ Property: ['Name', 'Fqdn'] }, 'ParameterArgumentValidationError,Select-Object'],
    [{ Property: 'Name', First: '1' }, 'NamedParameterNotFound,Select-Object'],
    [{ '': 'Name' }, 'NamedParameterNotFound,Select-Object'],
    [{ '-:': 'Name' }, 'NamedParameterNotFound,Select-Object'],
  ])('refuses others before anything has run', async (select, fullyQualifiedErrorId) => {
    expect(await emissions('Get-ExchangeServer', select)).toMatchObject([
      { kind: 'failed', error: { fullyQualifiedErrorId } },
    ]);
    expect(lab.journal()).toEqual([]);
  });
});

test('where there is none, nothing has run', async () => {
  lab.setOptions({ selectObject: 'none' });
  expect(await emissions('Get-ExchangeServer', { Property: 'Name' })).toMatchObject([
    { kind: 'failed', error: { fullyQualifiedErrorId: 'CommandNotFoundException' } },
  ]);
  expect(lab.journal()).toEqual([]);
});

describe('certificates by the way in', () => {
  const FULL = 'PSVersion=5.1;serializationLevel=FULL';
  const ways: readonly (readonly [string, string | undefined, Partial<LabOptions>, readonly string[]])[] = [
    ['WSMan with the Full level', FULL, {}, ['RawData', 'SerializationData']],
    ['WSMan with another level', 'serializationLevel=Partial', {}, ['RawData']],
    ['WSMan without a query', '', {}, ['RawData']],
    ['a PowerShell with the snap-in', undefined, {}, ['RawData']],
    ['a no-language endpoint', undefined, { languageMode: 'none' }, ['RawData']],
    ['WSMan, as the folder says', FULL, { certificateForm: 'raw' }, ['RawData']],
  ];

  test.each(ways)('%s', async (_name, query, options, properties) => {
    lab.setOptions(options);
    const shown = await objects('Get-ExchangeCertificate', undefined, query);
    expect(shown).toHaveLength(3);
    for (const object of shown) expect(Object.keys(object.properties)).toEqual(properties);
  });

  test.each([['WSMan', FULL] as const, ['a PowerShell with the snap-in', undefined] as const])(
    'projected by %s they are property bags, without SerializationData',
    async (_name, query) => {
      const Property = ['RawData', 'Services', 'SerializationData', 'IISServices'];
      const [first] = await objects('Get-ExchangeCertificate', { Property }, query);
      expect(first?.properties).toMatchObject({
        Services: { text: 'IMAP, POP, IIS, SMTP', number: 27 },
        SerializationData: null,
      });
      expect(first?.properties['IISServices']).toHaveLength(2);
    },
  );
});
