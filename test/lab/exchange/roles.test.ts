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

  test('are those of all cmdlets where no name is given', async () => {
    const shown = await call(lab, 'Get-Command');
    expect(shown.objects.length).toBeGreaterThan(50);
    expect(shown.objects.every(({ typeNames }) => typeNames[0]?.endsWith('CmdletInfo'))).toBe(true);
  });

  test('are not told by patterns, more than a thousand names, or other parameters', async () => {
    expect((await call(lab, 'Get-Command', { Name: '*-Owa*' })).failed).toContain(
      'ParameterArgumentValidation',
    );
    const many = new Array<string>(1001).fill('Get-X');
    expect((await call(lab, 'Get-Command', { Name: many })).failed).toContain('ParameterArgumentValidation');
    expect((await call(lab, 'Get-Command', { Module: 'x' })).failed).toBe(
      'NamedParameterNotFound,Get-Command',
    );
  });
});
