import { ExchangeVersion } from '../../../exchange/versions';
import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import { call, only, removeFolders, twoServers } from './session';

afterAll(removeFolders);

let lab: SimulatedOrganization;
beforeEach(() => {
  lab = twoServers(ExchangeVersion.V2010);
});
const get = (Identity: string) => call(lab, 'Get-OutlookProvider', { Identity });
const set = (parameters: { readonly [name: string]: string | null }) =>
  call(lab, 'Set-OutlookProvider', parameters);

test('there are three, and no name is set on any', async () => {
  const { objects } = await call(lab, 'Get-OutlookProvider');
  expect(objects.map(({ properties }) => [properties['Name'], properties['CertPrincipalName']])).toEqual([
    ['EXCH', null],
    ['EXPR', null],
    ['WEB', null],
  ]);
});

test('one is set, and cleared again', async () => {
  await set({ Identity: 'expr', CertPrincipalName: 'msstd:mail.contoso.com' });
  expect(only(await get('EXPR'), 'CertPrincipalName')).toBe('msstd:mail.contoso.com');
  expect(only(await get('EXCH'), 'CertPrincipalName')).toBeNull();
  await set({ Identity: 'EXPR', CertPrincipalName: null });
  // A parameter of text takes $null as empty text.
  expect(only(await get('EXPR'), 'CertPrincipalName')).toBe('');
});

test('another is not found', async () => {
  expect((await set({ Identity: 'EXHTTP', CertPrincipalName: 'none' })).message).toContain(
    "couldn't be found",
  );
});

test('required client versions came with 2013', async () => {
  expect(Object.keys((await get('EXPR')).objects[0]?.properties ?? {})).not.toContain(
    'RequiredClientVersions',
  );
  lab = twoServers(ExchangeVersion.V2013);
  expect(Object.keys((await get('EXPR')).objects[0]?.properties ?? {})).toContain('RequiredClientVersions');
});
