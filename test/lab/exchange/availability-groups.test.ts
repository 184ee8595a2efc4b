import { ExchangeVersion } from '../../../exchange/versions';
import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import { call, only, removeFolders, twoServers } from './session';

afterAll(removeFolders);

let lab: SimulatedOrganization;
beforeEach(() => {
  lab = twoServers();
});

const create = (more = {}) =>
  call(lab, 'New-DatabaseAvailabilityGroup', {
    Name: 'DAG01',
    WitnessServer: 'fs01.apatricio.local',
    WitnessDirectory: 'C:\\Witness\\DAG01',
    DatabaseAvailabilityGroupIpAddresses: ['255.255.255.255'],
    ...more,
  });
const add = (server: string, group = 'DAG01') =>
  call(lab, 'Add-DatabaseAvailabilityGroupServer', { Identity: group, MailboxServer: server });
const removeMember = (server: string, more = {}) =>
  call(lab, 'Remove-DatabaseAvailabilityGroupServer', {
    Identity: 'DAG01',
    MailboxServer: server,
    Confirm: false,
    ...more,
  });
const get = (more = {}) => call(lab, 'Get-DatabaseAvailabilityGroup', { Identity: 'DAG01', ...more });

test('a new DAG has what it was given, and no members', async () => {
  await create();
  const group = await get();
  expect(only(group, 'WitnessServer')).toBe('fs01.apatricio.local');
  expect(only(group, 'WitnessDirectory')).toBe('C:\\Witness\\DAG01');
  expect(only(group, 'DatabaseAvailabilityGroupIpAddresses')).toEqual(['255.255.255.255']);
  expect(only(group, 'Servers')).toEqual([]);
});

test('a witness that is not prepared is warned of, and taken all the same', async () => {
  expect((await create()).warnings).toEqual([]);
  lab.edit(({ organization }) => {
    organization.unpreparedWitnesses = ['fs02.apatricio.local'];
  });
  const set = await call(lab, 'Set-DatabaseAvailabilityGroup', {
    Identity: 'DAG01',
    WitnessServer: 'fs02.apatricio.local',
  });
  expect(set.warnings).toEqual([expect.stringMatching(/Trusted Subsystem .* fs02\.apatricio\.local/)]);
  expect(only(await get(), 'WitnessServer')).toBe('fs02.apatricio.local');
});

test('the name has at most 15 characters and is taken once', async () => {
  expect((await create({ Name: 'SixteenCharsLong' })).failed).toContain('DataValidationException');
  expect((await create({ Name: 'FifteenCharLong' })).failed).toBeUndefined();
  expect((await create({ Name: 'fifteencharlong' })).failed).toContain('ADObjectAlreadyExistsException');
});

test('New- has no alternate witness, Set- has', async () => {
  const refused = await create({ AlternateWitnessServer: 'fs02' });
  expect(refused.failed).toBe('NamedParameterNotFound,New-DatabaseAvailabilityGroup');
  await create();
  await call(lab, 'Set-DatabaseAvailabilityGroup', { Identity: 'DAG01', AlternateWitnessServer: 'fs02' });
  expect(only(await get(), 'AlternateWitnessServer')).toBe('fs02');
});

test('Set- replaces the whole list of addresses', async () => {
  await create({ DatabaseAvailabilityGroupIpAddresses: ['10.0.0.1', '10.0.1.1'] });
  await call(lab, 'Set-DatabaseAvailabilityGroup', {
    Identity: 'DAG01',
    DatabaseAvailabilityGroupIpAddresses: ['10.0.0.2'],
  });
  expect(only(await get(), 'DatabaseAvailabilityGroupIpAddresses')).toEqual(['10.0.0.2']);
});

describe('the addresses of the cluster', () => {
  const address = (group: Awaited<ReturnType<typeof get>>) =>
    only(group, 'DatabaseAvailabilityGroupIpAddresses');

  test.each([
    [ExchangeVersion.V2010, '0.0.0.0'],
    [ExchangeVersion.V2013, '255.255.255.255'],
    [ExchangeVersion.SE, '255.255.255.255'],
  ])('where none are sent, are by version: %s', async (version, expected) => {
    lab = twoServers(version);
    await call(lab, 'New-DatabaseAvailabilityGroup', { Name: 'DAG01', WitnessServer: 'fs01' });
    expect(address(await get())).toEqual([expected]);
  });

  test('are needed in 2010', async () => {
    lab = twoServers(ExchangeVersion.V2010);
    const addresses = (value: string) => ({ DatabaseAvailabilityGroupIpAddresses: [value] });
    expect((await create()).message).toContain(`takes no '255.255.255.255'`);
    expect((await create(addresses('0.0.0.0'))).failed).toBeUndefined();
    const set = { Identity: 'DAG01', ...addresses('255.255.255.255') };
    expect((await call(lab, 'Set-DatabaseAvailabilityGroup', set)).message).toContain('takes no');
  });
});

test('two DAGs have no witness folder in common', async () => {
  await create();
  expect((await create({ Name: 'DAG02', WitnessDirectory: 'c:\\witness\\dag01' })).message).toContain(
    'DAG01',
  );
  const own = { Name: 'DAG02', WitnessDirectory: 'C:\\Witness\\DAG02' };
  expect((await create(own)).failed).toBeUndefined();
  const set = { Identity: 'DAG02', WitnessDirectory: 'C:\\Witness\\DAG01' };
  expect((await call(lab, 'Set-DatabaseAvailabilityGroup', set)).message).toContain('DAG01');
});

describe('a member', () => {
  beforeEach(() => create());

  test('joins, and is named by its mailbox server too', async () => {
    await add('BSAEX01');
    await add('BSAEX02');
    expect(only(await get(), 'Servers')).toEqual(['BSAEX01', 'BSAEX02']);
    const server = await call(lab, 'Get-MailboxServer', { Identity: 'BSAEX02' });
    expect(only(server, 'DatabaseAvailabilityGroup')).toBe('DAG01');
  });

  test('must exist', async () => {
    expect((await add('NOSUCH')).failed).toContain('ManagementObjectNotFoundException');
  });

  test('must not be in a DAG already', async () => {
    await add('BSAEX01');
    expect((await add('BSAEX01')).message).toContain('already');
    await create({ Name: 'DAG02', WitnessDirectory: 'C:\\Witness\\DAG02' });
    expect((await add('BSAEX01', 'DAG02')).message).toContain('DAG01');
  });

  test('must answer', async () => {
    lab.stopServer('BSAEX02');
    expect((await add('BSAEX02')).failed).toBeDefined();
    expect(only(await get(), 'Servers')).toEqual([]);
  });

  test('must run the version of the others', async () => {
    lab.addServer({ name: 'NEW', fqdn: 'new.apatricio.local', version: ExchangeVersion.V2016 });
    await add('BSAEX01');
    expect((await add('NEW')).message).toContain('Exchange Server 2016');
  });

  test('may be updated in place before the others are', async () => {
    lab = twoServers(ExchangeVersion.V2019);
    await create();
    lab.addServer({ name: 'NEW', fqdn: 'new.apatricio.local', version: ExchangeVersion.SE });
    await add('BSAEX01');
    expect((await add('NEW')).failed).toBeUndefined();
  });

  test('must not be the witness, in either order', async () => {
    await create({ Name: 'DAG02', WitnessServer: 'BSAEX02.apatricio.local' });
    expect((await add('BSAEX02', 'DAG02')).message).toContain('witness');
    await add('BSAEX01');
    const set = await call(lab, 'Set-DatabaseAvailabilityGroup', {
      Identity: 'DAG01',
      WitnessServer: 'bsaex01',
    });
    expect(set.message).toContain('witness');
  });

  test('leaves only when it holds no database copies', async () => {
    await add('BSAEX01');
    await add('BSAEX02');
    const database = lab.read().organization.databases.find(({ server }) => server === 'BSAEX01')!.name;
    await call(lab, 'Add-MailboxDatabaseCopy', { Identity: database, MailboxServer: 'BSAEX02' });
    expect((await removeMember('BSAEX02')).message).toContain(database);
    await call(lab, 'Remove-MailboxDatabaseCopy', { Identity: `${database}\\BSAEX02`, Confirm: false });
    expect((await removeMember('BSAEX02')).failed).toBeUndefined();
    expect(only(await get(), 'Servers')).toEqual(['BSAEX01']);
  });

  test('that is down leaves by its configuration only', async () => {
    await add('BSAEX02');
    lab.stopServer('BSAEX02');
    expect((await removeMember('BSAEX02')).failed).toBeDefined();
    expect((await removeMember('BSAEX02', { ConfigurationOnly: true })).failed).toBeUndefined();
  });

  test('leaves only after a question is answered', async () => {
    await add('BSAEX02');
    expect((await removeMember('BSAEX02', { Confirm: true })).failed).toMatch(/^HostFunctionNotImplemented,/);
  });
});

test('a DAG is removed only when it is empty', async () => {
  await create();
  await add('BSAEX01');
  const remove = () => call(lab, 'Remove-DatabaseAvailabilityGroup', { Identity: 'DAG01', Confirm: false });
  expect((await remove()).message).toContain('BSAEX01');
  await removeMember('BSAEX01');
  expect((await remove()).failed).toBeUndefined();
  expect((await get()).failed).toContain('ManagementObjectNotFoundException');
});

test('the state of the cluster is read only with Status', async () => {
  await create();
  await add('BSAEX01');
  await add('BSAEX02');
  lab.stopServer('BSAEX02');
  expect(only(await get(), 'OperationalServers')).toBeNull();
  const status = await get({ Status: true });
  expect(only(status, 'OperationalServers')).toEqual(['BSAEX01']);
  expect(only(status, 'WitnessShareInUse')).toBe('Primary');
});

test('network settings need a quorum', async () => {
  await create();
  const port = () =>
    call(lab, 'Set-DatabaseAvailabilityGroup', { Identity: 'DAG01', ReplicationPort: 64328 });
  expect((await port()).failed).toBeDefined();
  await add('BSAEX01');
  expect((await port()).failed).toBeUndefined();
});

test('members are stopped and started in activation coordination mode only', async () => {
  await create();
  await add('BSAEX01');
  await add('BSAEX02');
  const stop = () =>
    call(lab, 'Stop-DatabaseAvailabilityGroup', {
      Identity: 'DAG01',
      MailboxServer: 'BSAEX02',
      Confirm: false,
    });
  expect((await stop()).failed).toBeDefined();
  await call(lab, 'Set-DatabaseAvailabilityGroup', {
    Identity: 'DAG01',
    DatacenterActivationMode: 'DagOnly',
  });
  await stop();
  expect(only(await get(), 'StoppedMailboxServers')).toEqual(['BSAEX02.apatricio.local']);
  await call(lab, 'Start-DatabaseAvailabilityGroup', { Identity: 'DAG01', MailboxServer: 'BSAEX02' });
  expect(only(await get(), 'StoppedMailboxServers')).toEqual([]);
});

describe('Test-ReplicationHealth', () => {
  const checks = async (server = 'BSAEX01', Result = '*FAILED*') =>
    (await call(lab, 'Test-ReplicationHealth', { Identity: server })).objects.flatMap(({ properties }) =>
      (properties['Result'] as { readonly text: string }).text === Result ? [properties['Check']] : [],
    );

  test('of a member names every check of its version, and of another server those of no cluster', async () => {
    expect(await checks('BSAEX01', 'Passed')).toEqual(['ReplayService', 'ActiveManager', 'TasksRpcListener']);
    await create();
    await add('BSAEX01');
    expect(await checks('BSAEX01', 'Passed')).toEqual([
      'ClusterService',
      'ReplayService',
      'ActiveManager',
      'TasksRpcListener',
      'TcpListener',
      'ServerLocatorService',
      'DagMembersUp',
      'ClusterNetwork',
      'QuorumGroup',
      'FileShareQuorum',
      'DBCopySuspended',
      'DBCopyFailed',
      'DBInitializing',
      'DBDisconnected',
      'DBLogCopyKeepingUp',
      'DBLogReplayKeepingUp',
    ]);
  });

  test('fails for the database that Setup made, which has one copy, and says so in several lines', async () => {
    await create();
    await add('BSAEX01');
    expect(await checks()).toEqual(['DatabaseRedundancy', 'DatabaseAvailability']);
    const { objects } = await call(lab, 'Test-ReplicationHealth', { Identity: 'BSAEX01' });
    const failed = objects.find(({ properties }) => properties['Check'] === 'DatabaseRedundancy');
    expect(failed?.properties).toMatchObject({ Server: 'BSAEX01' });
    expect(failed?.properties['Error']).toContain('\n');
  });

  test('fails for a member that is down, or out of the cluster', async () => {
    await create();
    await add('BSAEX01');
    await add('BSAEX02');
    lab.stopServer('BSAEX02');
    expect(await checks()).toContain('DagMembersUp');
    lab.startServer('BSAEX02');
    lab.editServer('BSAEX01', ({ unhealthy }) => {
      unhealthy['Clustering'] = 'Unhealthy';
    });
    expect(await checks()).toEqual(
      expect.arrayContaining(['ClusterService', 'ClusterNetwork', 'QuorumGroup']),
    );
  });
});
