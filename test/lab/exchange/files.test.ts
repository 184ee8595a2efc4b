import { ExchangeVersion } from '../../../exchange/versions';
import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import { makePfx } from '../../../pki';
import { SecureText } from '../../../powershell/invocation';
import type { HostValue } from '../../../remoting/server/command-host';
import { certificateFor } from '../../provider/certificate-server';
import { argumentsOf, callIn, organization, removeFolders } from './session';

const PATH = 'C:\\Windows\\Temp\\site.pfx';
const pfx = certificateFor(['mail.ehlo.dk']);
const bytes = makePfx(pfx, { password: 'secret', iterations: 1 });

let lab: SimulatedOrganization;
beforeEach(() => {
  lab = organization('ehlo.dk');
  lab.addServer({ name: 'CAS01', fqdn: 'cas01.ehlo.dk', version: ExchangeVersion.V2007 });
  lab.addServer({ name: 'CAS02', fqdn: 'cas02.ehlo.dk', version: ExchangeVersion.V2007 });
});
afterAll(removeFolders);

/** Ids of the errors of a call, in a PowerShell of a server with the snap-in. */
async function errorsOf(
  cmdlet: string,
  parameters: { readonly [name: string]: HostValue },
  server = 'CAS01',
  client = {},
): Promise<readonly string[]> {
  const { errors, failed } = await callIn(lab.host(server, client), cmdlet, argumentsOf(parameters));
  return errors.length === 0 && failed !== undefined ? [failed] : errors;
}

const lay = (Path: string, server?: string) =>
  errorsOf('Set-Content', { Path, Value: bytes, Encoding: 'Byte' }, server);
const imported = (Path: string, password = 'secret', server?: string) =>
  errorsOf('Import-ExchangeCertificate', { Path, Password: new SecureText(password, 'a password') }, server);
const thumbprints = (server: string) =>
  lab
    .read()
    .servers.get(server)
    ?.certificates.map(({ thumbprint }) => thumbprint);

describe('files of a server of Exchange 2007', () => {
  test('are what an import by path reads, on the server of the session', async () => {
    expect(await lay(PATH)).toEqual([]);
    expect(await imported(PATH.toUpperCase())).toEqual([]);
    expect(thumbprints('CAS01')).toContain(pfx.certificate.thumbprint);
    expect(thumbprints('CAS02')).not.toContain(pfx.certificate.thumbprint);
    expect((await imported(PATH, 'secret', 'CAS02')).join()).toContain('ImportExchangeCertificate');
  });

  test('do not open with another password', async () => {
    await lay(PATH);
    expect((await imported(PATH, 'guess')).join()).toContain('ImportExchangeCertificate');
    expect(thumbprints('CAS01')).not.toContain(pfx.certificate.thumbprint);
  });

  test('are laid into a folder that is there, written over, and removed once', async () => {
    expect(await lay('C:\\Nowhere\\site.pfx')).toEqual([
      'GetContentWriterDirectoryNotFoundError,Microsoft.PowerShell.Commands.SetContentCommand',
    ]);
    expect([await lay(PATH), await lay(PATH)]).toEqual([[], []]);
    expect(await errorsOf('Remove-Item', { Path: PATH })).toEqual([]);
    expect(await errorsOf('Remove-Item', { Path: PATH })).toEqual([
      'PathNotFound,Microsoft.PowerShell.Commands.RemoveItemCommand',
    ]);
  });

  test("are none of Exchange's own endpoint", async () => {
    lab.addServer({ name: 'EX01', fqdn: 'ex01.ehlo.dk', version: ExchangeVersion.V2010 });
    const endpoint = { query: 'serializationLevel=Full' };
    expect(await errorsOf('Remove-Item', { Path: PATH }, 'EX01', endpoint)).toEqual([
      'CommandNotFoundException',
    ]);
  });

  test('an import on another server than that of the session is no parameter', async () => {
    await lay(PATH);
    const parameters = { Path: PATH, Server: 'CAS02' };
    expect(await errorsOf('Import-ExchangeCertificate', parameters)).toEqual([
      'NamedParameterNotFound,Import-ExchangeCertificate',
    ]);
  });
});
