import { ExchangeVersion } from '../../../exchange/versions';
import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import { textOf } from '../../../exchange/resources/property';
import { call, only, removeFolders, twoServers } from './session';

afterAll(removeFolders);

let lab: SimulatedOrganization;
beforeEach(async () => {
  lab = twoServers();
  await call(lab, 'New-DatabaseAvailabilityGroup', { Name: 'DAG01', WitnessServer: 'fs01' });
  await call(lab, 'Add-DatabaseAvailabilityGroupServer', { Identity: 'DAG01', MailboxServer: 'BSAEX01' });
});

const create = () => call(lab, 'New-MailboxDatabase', { Name: 'DB01', Server: 'BSAEX01' });
const join = () =>
  call(lab, 'Add-DatabaseAvailabilityGroupServer', { Identity: 'DAG01', MailboxServer: 'BSAEX02' });
const addCopy = (more = {}) =>
  call(lab, 'Add-MailboxDatabaseCopy', { Identity: 'DB01', MailboxServer: 'BSAEX02', ...more });
const shown = async (property: string) =>
  only(await call(lab, 'Get-MailboxDatabase', { Identity: 'DB01', Status: true }), property);

test('a new database is dismounted, on one server, and asks for a restart of the store', async () => {
  expect((await create()).warnings).toEqual([expect.stringContaining('Information Store')]);
  expect(await shown('Mounted')).toBe(false);
  await call(lab, 'Mount-Database', { Identity: 'DB01' });
  expect(await shown('Mounted')).toBe(true);
  expect((await create()).failed).toContain('ADObjectAlreadyExistsException');
});

test.each([
  ['V14', ExchangeVersion.V2010],
  ['V15', ExchangeVersion.V2019],
] as const)('its files are where Exchange is installed, in %s', async (folder, version) => {
  lab = twoServers(version);
  await create();
  const path = `C:\\Program Files\\Microsoft\\Exchange Server\\${folder}\\Mailbox\\DB01`;
  expect(await shown('LogFolderPath')).toBe(path);
});

test('a database of 2010 has the name of its server, or that of the array where the site has one', async () => {
  lab = twoServers(ExchangeVersion.V2010);
  const names = () =>
    lab.read().organization.databases.map(({ settings }) => settings['RpcClientAccessServer']);
  const [first, second] = [...lab.read().servers.values()].map(({ fqdn }) => fqdn);
  expect(names()).toEqual([first, second]);
  await call(lab, 'New-ClientAccessArray', { Fqdn: 'outlook.contoso.com', Site: 'Default-First-Site-Name' });
  await create();
  expect(names()).toEqual([first, second, 'outlook.contoso.com']);
});

test('a copy needs a server of the same DAG, and a database without circular logging', async () => {
  await create();
  expect((await addCopy()).failed).toBeDefined();
  await join();
  await call(lab, 'Set-MailboxDatabase', { Identity: 'DB01', CircularLoggingEnabled: true });
  expect((await addCopy()).message).toContain('circular');
  await call(lab, 'Set-MailboxDatabase', { Identity: 'DB01', CircularLoggingEnabled: false });
  expect((await addCopy()).failed).toBeUndefined();
  expect((await addCopy()).message).toContain('already');
});

test('activation preferences stay 1 to n', async () => {
  await create();
  await join();
  await addCopy({ ActivationPreference: 1 });
  expect(await shown('ActivationPreference')).toEqual(['[BSAEX02, 1]', '[BSAEX01, 2]']);
  await call(lab, 'Set-MailboxDatabaseCopy', { Identity: 'DB01\\BSAEX01', ActivationPreference: 1 });
  expect(await shown('ActivationPreference')).toEqual(['[BSAEX01, 1]', '[BSAEX02, 2]']);
});

test('copies tell their status, and the active one moves', async () => {
  await create();
  await call(lab, 'Mount-Database', { Identity: 'DB01' });
  await join();
  await addCopy();
  const statuses = async () => {
    const { objects } = await call(lab, 'Get-MailboxDatabaseCopyStatus', { Identity: 'DB01' });
    return objects.map(({ properties }) => (properties['Status'] as { text: string }).text);
  };
  expect(await statuses()).toEqual(['Mounted', 'Healthy']);
  await call(lab, 'Move-ActiveMailboxDatabase', {
    Identity: 'DB01',
    ActivateOnServer: 'BSAEX02',
    Confirm: false,
  });
  expect(await statuses()).toEqual(['Healthy', 'Mounted']);
  lab.stopServer('BSAEX02');
  expect(await statuses()).toEqual(['Healthy', 'ServiceDown']);
});

test('the tools of 2013 and later show databases of 2010 only where they are asked for them', async () => {
  lab = twoServers(ExchangeVersion.V2010);
  lab.addServer({ name: 'EX16', fqdn: 'EX16.apatricio.local', version: ExchangeVersion.V2016 });
  const serversOf = async (server: string, parameters = {}) => {
    const { objects } = await call(lab, 'Get-MailboxDatabase', parameters, server);
    return objects.map((object) => textOf(object, 'ServerName')).sort();
  };
  expect(await serversOf('EX16')).toEqual(['EX16']);
  expect(await serversOf('EX16', { IncludePreExchange2013: true })).toEqual(['BSAEX01', 'BSAEX02', 'EX16']);
  expect(await serversOf('BSAEX01')).toEqual(expect.arrayContaining(['BSAEX01', 'BSAEX02']));
});
