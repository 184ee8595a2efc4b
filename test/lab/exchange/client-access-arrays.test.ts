import { ExchangeVersion } from '../../../exchange/versions';
import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import { call, only, removeFolders, twoServers } from './session';

afterAll(removeFolders);

const SITE = 'Default-First-Site-Name';
let lab: SimulatedOrganization;
beforeEach(() => {
  lab = twoServers(ExchangeVersion.V2010);
  lab.addServer({
    name: 'FAR',
    fqdn: 'far.apatricio.local',
    version: ExchangeVersion.V2010,
    site: 'Porto',
  });
});

const create = (Fqdn = 'casarray01.apatricio.local', Site = SITE, more = {}) =>
  call(lab, 'New-ClientAccessArray', { Fqdn, Site, ...more });
const get = (more = {}) => call(lab, 'Get-ClientAccessArray', more);

test('a new array has the first label of its FQDN for a name, and the servers of its site', async () => {
  await create();
  const array = await get({ Site: SITE });
  expect(only(array, 'Name')).toBe('casarray01');
  expect(only(array, 'Fqdn')).toBe('casarray01.apatricio.local');
  expect(only(array, 'SiteName')).toBe(SITE);
  expect(only(array, 'Members')).toEqual(['BSAEX01', 'BSAEX02']);
});

test('a site has one array at most, and another site shows none', async () => {
  await create();
  expect((await create('other.apatricio.local', SITE.toLowerCase())).message).toContain('already');
  expect((await create('CASARRAY01.apatricio.local', 'Porto')).message).toContain('already');
  expect((await get({ Site: 'porto' })).objects).toEqual([]);
  expect((await create('casarray02.apatricio.local', 'Porto')).failed).toBeUndefined();
  expect((await get()).objects).toHaveLength(2);
});

test('a site that Active Directory does not have is not found, nor is an array', async () => {
  expect((await get({ Site: 'Lisbon' })).message).toContain("couldn't be found");
  expect((await create('a.apatricio.local', 'Lisbon')).message).toContain("couldn't be found");
  expect((await get({ Identity: 'casarray01' })).message).toContain("couldn't be found");
});

test('it is changed and removed by its name or its FQDN', async () => {
  await create();
  const fqdn = 'outlook.apatricio.local';
  await call(lab, 'Set-ClientAccessArray', { Identity: 'casarray01.apatricio.local', Fqdn: fqdn });
  expect(only(await get({ Identity: 'casarray01' }), 'Fqdn')).toBe(fqdn);
  await call(lab, 'Remove-ClientAccessArray', { Identity: fqdn, Confirm: false });
  expect((await get()).objects).toEqual([]);
});

test('its removal asks', async () => {
  await create();
  expect((await call(lab, 'Remove-ClientAccessArray', { Identity: 'casarray01' })).failed).toBeDefined();
  expect((await get()).objects).toHaveLength(1);
});

test('2013 shows arrays and makes none', async () => {
  lab = twoServers(ExchangeVersion.V2013);
  expect((await get()).failed).toBeUndefined();
  expect((await create()).failed).toContain('CommandNotFoundException');
});
