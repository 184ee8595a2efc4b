import { ExchangeVersion } from '../../../exchange/versions';
import type { SessionClient } from '../../../lab/exchange/host';
import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import type { PowerShellObject } from '../../../powershell/outcome';
import type { CommandHost, HostValue } from '../../../remoting/server/command-host';
import { argumentsOf, callIn, organization, removeFolders } from './session';

const SNAP_IN = 'Microsoft.Exchange.Management.PowerShell.Admin';

let lab: SimulatedOrganization;
beforeEach(() => {
  lab = organization('ehlo.dk');
  lab.addServer({ name: 'Cas01', fqdn: 'cas01.ehlo.dk', version: ExchangeVersion.V2007 });
});
afterAll(removeFolders);

const session = (client: SessionClient = {}): CommandHost => lab.host('CAS01', client);

/** What came, or the id of the error that came instead. */
async function answerOf(
  host: CommandHost,
  name: string,
  parameters: { readonly [name: string]: HostValue } = {},
): Promise<string | readonly PowerShellObject['properties'][]> {
  const { objects, failed } = await callIn(host, name, argumentsOf(parameters));
  return failed ?? objects.map(({ properties }) => properties);
}

describe('a Windows PowerShell', () => {
  test("has Exchange's cmdlets once their snap-in is loaded", async () => {
    const host = session({ isBare: true });
    expect(await answerOf(host, 'Get-ExchangeServer')).toBe('CommandNotFoundException');
    expect(await answerOf(host, 'Get-PSSnapin', { Name: SNAP_IN })).toBe(
      'GetPSSnapInRead,Microsoft.PowerShell.Commands.GetPSSnapinCommand',
    );
    expect(await answerOf(host, 'Get-PSSnapin', { Registered: true })).toEqual([{ Name: SNAP_IN }]);
    expect(await answerOf(host, 'Add-PSSnapin', { Name: SNAP_IN.toUpperCase() })).toEqual([]);
    expect(await answerOf(host, 'Get-PSSnapin', { Name: SNAP_IN })).toEqual([{ Name: SNAP_IN }]);
    expect(await answerOf(host, 'Get-ExchangeServer')).toHaveLength(1);
  });

  test('refuses a snap-in of another version, and one that is there already', async () => {
    const refused = 'AddPSSnapInRead,Microsoft.PowerShell.Commands.AddPSSnapinCommand';
    const newer = 'Microsoft.Exchange.Management.PowerShell.E2010';
    expect(await answerOf(session({ isBare: true }), 'Add-PSSnapin', { Name: newer })).toBe(refused);
    expect(await answerOf(session(), 'Add-PSSnapin', { Name: SNAP_IN })).toBe(refused);
  });

  test('tells the name of its computer', async () => {
    expect(await answerOf(session(), 'Get-Item', { Path: 'Env:COMPUTERNAME' })).toEqual([
      expect.objectContaining({ Value: 'CAS01' }),
    ]);
    expect(await answerOf(session(), 'Get-Item', { Path: 'Env:NOTHING' })).toBe(
      'PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand',
    );
  });
});
