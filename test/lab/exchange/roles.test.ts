import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import type { PowerShellObject, PowerShellTable } from '../../../powershell/outcome';
import type { Emission } from '../../../remoting/server/command-host';
import { call, removeFolders, twoServers } from './session';

afterAll(removeFolders);

describe('the roles of an account', () => {
  let lab: SimulatedOrganization;
  beforeAll(() => {
    lab = twoServers();
    lab.ssh.add('viewer', { password: 'x', deniedCmdlets: ['Set-OwaVirtualDirectory'] });
    lab.ssh.add('inside', { password: 'x', deniedCmdlets: ['Set-OwaVirtualDirectory -ExternalUrl'] });
  });

  async function emissions(user: string, name: string, ...values: readonly string[]): Promise<Emission[]> {
    const host = lab.host('BSAEX01', { user });
    const args = [{ name: 'Name', value: values }];
    const pipeline = { statements: [[{ name, isScript: false, args }]] };
    const found: Emission[] = [];
    for await (const emission of host.run(pipeline, new AbortController().signal)) found.push(emission);
    return found;
  }

  test('decide what Get-Command shows; what is not there is an error beside the answer', async () => {
    const asked = ['get-owavirtualdirectory', 'Set-OwaVirtualDirectory'];
    const name = 'Get-OwaVirtualDirectory';
    expect(await emissions('viewer', 'Get-Command', ...asked)).toMatchObject([
      { kind: 'output', value: { text: name, properties: { Name: name } } },
      {
        kind: 'error',
        error: {
          fullyQualifiedErrorId: 'CommandNotFoundException,Microsoft.PowerShell.Commands.GetCommandCommand',
        },
      },
    ]);
    expect(await emissions('admin', 'Get-Command', ...asked)).toMatchObject([
      { kind: 'output' },
      { kind: 'output' },
    ]);
  });

  test('keep a cmdlet from being run as if it were not there', async () => {
    const [only] = await emissions('viewer', 'Set-OwaVirtualDirectory');
    expect(only).toMatchObject({
      kind: 'failed',
      error: { fullyQualifiedErrorId: 'CommandNotFoundException' },
    });
    expect((await call(lab, 'Set-OwaVirtualDirectory', { Name: 'x' })).failed).toBe(
      'NamedParameterNotFound,Set-OwaVirtualDirectory',
    );
  });

  test('may lack a parameter of a cmdlet alone, which is then as if it were not there', async () => {
    const [shown] = await emissions('inside', 'Get-Command', 'Set-OwaVirtualDirectory');
    const parameters = ((shown as { value: PowerShellObject }).value.properties['Parameters'] ??
      null) as PowerShellTable;
    expect(Object.keys(parameters.entries)).toEqual(
      expect.arrayContaining(['Identity', 'InternalUrl', 'Confirm']),
    );
    expect(Object.keys(parameters.entries)).not.toContain('ExternalUrl');
    const args = [
      { name: 'Identity', value: 'BSAEX01\\owa (Default Web Site)' },
      { name: 'ExternalUrl', value: 'https://mail.contoso.com/owa' },
    ];
    const pipeline = { statements: [[{ name: 'Set-OwaVirtualDirectory', isScript: false, args }]] };
    const found: Emission[] = [];
    const host = lab.host('BSAEX01', { user: 'inside' });
    for await (const emission of host.run(pipeline, new AbortController().signal)) found.push(emission);
    expect(found).toMatchObject([
      {
        kind: 'failed',
        error: { fullyQualifiedErrorId: 'NamedParameterNotFound,Set-OwaVirtualDirectory' },
      },
    ]);
  });

  test('are those of all cmdlets where no name is given, beside what lets a session be imported', async () => {
    const { objects } = await call(lab, 'Get-Command');
    const kinds = objects.map(({ typeNames, text }) => `${typeNames[0]?.split('.').at(-1)} ${text}`);
    expect(kinds.filter((shown) => shown.startsWith('CmdletInfo')).length).toBeGreaterThan(50);
    expect(kinds.filter((shown) => shown.startsWith('FunctionInfo'))).toHaveLength(7);
  });

  test.each([
    ['*-Owa*', ['Get-OwaVirtualDirectory', 'Set-OwaVirtualDirectory']],
    ['[gs]et-owa*', ['Get-OwaVirtualDirectory', 'Set-OwaVirtualDirectory']],
    ['Get-OwaVirtualDirector?', ['Get-OwaVirtualDirectory']],
    ['*-Nothing', []],
  ])('are told by the pattern %s', async (Name, names) => {
    const { objects, errors } = await call(lab, 'Get-Command', { Name });
    expect(objects.map(({ text }) => text)).toEqual(names);
    expect(errors).toEqual([]);
  });

  test('are told by kind and by snap-in', async () => {
    const shown = async (parameters: Parameters<typeof call>[2]) =>
      (await call(lab, 'Get-Command', parameters)).objects.map(({ text }) => text);
    expect(await shown({ CommandType: 'Function', Name: '*Object' })).toEqual([
      'Measure-Object',
      'Select-Object',
    ]);
    expect(await shown({ CommandType: 8, Name: ['Get-Command', '*-AuthConfig'] })).toEqual([
      'Get-AuthConfig',
      'Set-AuthConfig',
    ]);
    expect(await shown({ Module: 'Microsoft.Exchange.*', Name: 'Get-[ao]uthConfig' })).toEqual([
      'Get-AuthConfig',
    ]);
    expect(await shown({ Module: 'ActiveDirectory' })).toEqual([]);
  });

  test('are not told by more than a thousand names, or other parameters', async () => {
    const many = new Array<string>(1001).fill('Get-X');
    expect((await call(lab, 'Get-Command', { Name: many })).failed).toContain('ParameterArgumentValidation');
    expect((await call(lab, 'Get-Command', { Syntax: true })).failed).toBe(
      'NamedParameterNotFound,Get-Command',
    );
  });

  test('silence what is unknown, where that is asked for', async () => {
    const asked = { Name: ['Get-Nothing', 'Get-AuthConfig'], ErrorAction: 'SilentlyContinue' };
    expect(await call(lab, 'Get-Command', asked)).toMatchObject({ objects: [{}], errors: [] });
  });
});
