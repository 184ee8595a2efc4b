import { ExchangeVersion } from '../../../exchange/versions';
import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import { call, only, removeFolders, replicated, twoServers } from './session';

afterAll(removeFolders);

let lab: SimulatedOrganization;

const set = (Component: string, State: string, Requester = 'Maintenance') =>
  call(lab, 'Set-ServerComponentState', { Identity: 'BSAEX01', Component, State, Requester });
const state = async (Component: string) =>
  only(await call(lab, 'Get-ServerComponentState', { Identity: 'BSAEX01', Component }), 'State');
const where = async () => only(await call(lab, 'Get-MailboxDatabase', { Identity: 'DB01' }), 'Server');

describe('component states', () => {
  beforeEach(() => {
    lab = twoServers();
  });

  test('a component is active again once every requester says so', async () => {
    await set('HubTransport', 'Draining');
    expect(await state('HubTransport')).toBe('Draining');
    await set('HubTransport', 'Inactive', 'Functional');
    expect(await state('HubTransport')).toBe('Inactive');
    await set('HubTransport', 'Active', 'Functional');
    expect(await state('HubTransport')).toBe('Draining');
    await set('HubTransport', 'Active');
    expect(await state('HubTransport')).toBe('Active');
  });

  test('a server that is offline as a whole takes its components with it', async () => {
    await set('ServerWideOffline', 'Inactive');
    expect(await state('OwaProxy')).toBe('Inactive');
    await set('ServerWideOffline', 'Active');
    expect(await state('OwaProxy')).toBe('Active');
  });
});

test('messages go to another server that runs, after a question', async () => {
  lab = twoServers();
  const redirect = (Target: string, Confirm = false) =>
    call(lab, 'Redirect-Message', { Server: 'BSAEX01', Target, Confirm });
  expect((await redirect('BSAEX02.apatricio.local')).failed).toBeUndefined();
  expect((await redirect('BSAEX02.apatricio.local', true)).failed).toMatch(/^HostFunctionNotImplemented,/);
  expect((await redirect('BSAEX01')).failed).toBeDefined();
  lab.stopServer('BSAEX02');
  expect((await redirect('BSAEX02')).failed).toBeDefined();
});

describe('active databases', () => {
  const moveNow = (Identity: string, value: boolean) =>
    call(lab, 'Set-MailboxServer', { Identity, DatabaseCopyActivationDisabledAndMoveNow: value });

  test('move at once to a server that takes them over', async () => {
    lab = await replicated();
    await moveNow('BSAEX02', true);
    await moveNow('BSAEX01', true);
    expect(await where()).toBe('BSAEX01');
    await moveNow('BSAEX02', false);
    await moveNow('BSAEX01', true);
    expect(await where()).toBe('BSAEX02');
    await moveNow('BSAEX01', false);
    expect(await where()).toBe('BSAEX02');
  });

  test('do not move to a server that is blocked', async () => {
    lab = await replicated();
    await call(lab, 'Set-MailboxServer', {
      Identity: 'BSAEX02',
      DatabaseCopyAutoActivationPolicy: 'Blocked',
    });
    await moveNow('BSAEX01', true);
    expect(await where()).toBe('BSAEX01');
  });

  test('do not move to another site where the server takes them over in its own only', async () => {
    lab = await replicated();
    const policy = { Identity: 'BSAEX02', DatabaseCopyAutoActivationPolicy: 'IntrasiteOnly' };
    await call(lab, 'Set-MailboxServer', policy);
    const stand = (site: string) => lab.editServer('BSAEX02', (server) => (server.site = site));
    const { site = '' } = lab.read().servers.get('BSAEX01') ?? {};
    stand('Porto');
    await moveNow('BSAEX01', true);
    expect(await where()).toBe('BSAEX01');
    stand(site);
    await moveNow('BSAEX01', true);
    expect(await where()).toBe('BSAEX02');
  });

  test('of a server of 2010 move in one call, which says of those without a copy that there is none', async () => {
    lab = await replicated(ExchangeVersion.V2010);
    const moved = await call(lab, 'Move-ActiveMailboxDatabase', { Server: 'BSAEX01', Confirm: false });
    expect(moved.terminated).toBe(false);
    expect(moved.errors).toHaveLength(1);
    expect(await where()).toBe('BSAEX02');
  });
});
