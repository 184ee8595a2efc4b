import { mailboxDatabase } from '../../../exchange/resources';
import { ExchangeVersion } from '../../../exchange/versions';
import type { PowerShellObject } from '../../../powershell/outcome';
import { renderInvocation } from '../../../powershell/script';
import { factsOf, SAMPLES, SHOWN_DATABASE } from './samples';

const facts = factsOf(ExchangeVersion.V2019);
type State = NonNullable<Parameters<typeof mailboxDatabase.steps>[0]['planned']>;
const declared = {
  ...SAMPLES['exchange_mailbox_database'],
  circular_logging: null,
  rpc_client_access_server: null,
} as unknown as State;

function between(prior: Partial<State> | null, planned: Partial<State> | null): readonly string[] {
  const whole = (state: Partial<State> | null) => state && { ...declared, ...state };
  return mailboxDatabase
    .steps({ prior: whole(prior), planned: whole(planned) }, facts)
    .map(({ invocation }) => renderInvocation(invocation));
}

const seen = (properties: PowerShellObject['properties']): readonly PowerShellObject[] => [
  {
    typeNames: [],
    text: 'DAG01-MDB001',
    properties: {
      ...SHOWN_DATABASE,
      CircularLoggingEnabled: false,
      RpcClientAccessServer: '',
      ...properties,
    },
  },
];

describe('the steps of a mailbox database', () => {
  test('make it, mount it, and add its copies before its settings', () => {
    expect(between(null, { copies: ['EX1', 'EX2', 'EX3'], circular_logging: true })).toEqual([
      `New-MailboxDatabase -Name 'DAG01-MDB001' -Server 'EX1' -EdbFilePath 'E:\\DAG01\\DAG01-MDB001.edb' -LogFolderPath 'F:\\DAG01\\DAG01-MDB001'`,
      `Mount-Database -Identity 'DAG01-MDB001'`,
      `Add-MailboxDatabaseCopy -Identity 'DAG01-MDB001' -MailboxServer 'EX2' -ActivationPreference 2`,
      `Add-MailboxDatabaseCopy -Identity 'DAG01-MDB001' -MailboxServer 'EX3' -ActivationPreference 3`,
      `Set-MailboxDatabase -Identity 'DAG01-MDB001' -CircularLoggingEnabled:$true`,
    ]);
  });

  test('set circular logging of a database without copies before it is mounted, from when on it counts', () => {
    expect(
      between(null, { copies: ['EX1'], circular_logging: true }).map((line) => line.split(' ')[0]),
    ).toEqual(['New-MailboxDatabase', 'Set-MailboxDatabase', 'Mount-Database']);
  });

  test('go on where a run before came to its end half-way', () => {
    expect(between({ mounted: false, copies: ['EX1'] }, { copies: ['EX1', 'EX2'] })).toEqual([
      `Mount-Database -Identity 'DAG01-MDB001'`,
      `Add-MailboxDatabaseCopy -Identity 'DAG01-MDB001' -MailboxServer 'EX2' -ActivationPreference 2`,
    ]);
  });

  test('are none where letter case differs alone', () => {
    expect(between({ copies: ['EX1', 'EX2'] }, { copies: ['ex1', 'ex2'], name: 'dag01-mdb001' })).toEqual([]);
  });

  test('add a copy in its place before another is removed', () => {
    expect(between({ copies: ['EX1', 'EX2'] }, { copies: ['EX1', 'EX3'] })).toEqual([
      `Add-MailboxDatabaseCopy -Identity 'DAG01-MDB001' -MailboxServer 'EX3' -ActivationPreference 2`,
      `Remove-MailboxDatabaseCopy -Identity 'DAG01-MDB001\\EX2' -Confirm:$false`,
    ]);
  });

  test('bring the copies into another order by as few changes as there are places to fill', () => {
    expect(between({ copies: ['EX1', 'EX2', 'EX3'] }, { copies: ['EX3', 'EX1', 'EX2'] })).toEqual([
      `Set-MailboxDatabaseCopy -Identity 'DAG01-MDB001\\EX3' -ActivationPreference 1`,
    ]);
  });

  test('turn circular logging off before the last passive copy goes, and on after a copy came', () => {
    const one = { copies: ['EX1'] };
    const two = { copies: ['EX1', 'EX2'] };
    expect(
      between({ ...two, circular_logging: true }, { ...one, circular_logging: false }).map(
        (line) => line.split(' ')[0],
      ),
    ).toEqual(['Set-MailboxDatabase', 'Remove-MailboxDatabaseCopy']);
    expect(
      between({ ...one, circular_logging: false }, { ...two, circular_logging: true }).map(
        (line) => line.split(' ')[0],
      ),
    ).toEqual(['Add-MailboxDatabaseCopy', 'Set-MailboxDatabase']);
  });

  test('remove it from the passive copies to the active one, wherever that is now', () => {
    expect(between({ copies: ['EX1', 'EX2'], active_on: 'EX2', circular_logging: true }, null)).toEqual([
      `Set-MailboxDatabase -Identity 'DAG01-MDB001' -CircularLoggingEnabled:$false`,
      `Remove-MailboxDatabaseCopy -Identity 'DAG01-MDB001\\EX1' -Confirm:$false`,
      `Remove-MailboxDatabase -Identity 'DAG01-MDB001' -Confirm:$false`,
    ]);
  });
});

describe('what Exchange shows of a mailbox database', () => {
  const view = (properties: PowerShellObject['properties']) =>
    mailboxDatabase.view?.(seen(properties), declared, facts);

  test('is its state, copies in the order of their preference', () => {
    const ActivationPreference = ['[EX2, 1]', '[EX1, 2]'];
    expect(view({ ActivationPreference })).toMatchObject({
      copies: ['EX2', 'EX1'],
      edb_file: 'E:\\DAG01\\DAG01-MDB001.edb',
      circular_logging: false,
      rpc_client_access_server: null,
      mounted: true,
      active_on: 'EX1',
    });
  });

  test('without an order is in the declared one, with strangers behind', () => {
    expect(view({ ActivationPreference: null, Servers: ['EX9', 'EX2', 'EX1'] })).toMatchObject({
      copies: ['EX1', 'EX2', 'EX9'],
    });
  });

  test('leaves open whether it is mounted on a server that is down, and says where it is not', () => {
    expect(view({ Mounted: null })).toMatchObject({ mounted: true });
    expect(view({ Mounted: false })).toMatchObject({ mounted: false });
  });
});

describe('a plan of a mailbox database', () => {
  const refused = (planned: Partial<State>, properties: PowerShellObject['properties'] = {}) =>
    mailboxDatabase
      .foresee?.(
        seen(properties),
        { prior: declared, planned: { ...declared, ...planned } },
        facts,
        new Map(),
      )
      .diagnostics.map(({ summary, detail }) => `${summary}: ${detail}`) ?? [];

  test('is right as declared', () => expect(refused({})).toEqual([]));

  test('moves no files', () => {
    expect(refused({ log_folder: 'G:\\Logs' })).toEqual([
      expect.stringMatching(
        /files of the database DAG01-MDB001 are elsewhere.*'F:\\DAG01\\DAG01-MDB001'.*Move-DatabasePath/,
      ),
    ]);
  });

  test('takes no copy away from under the active database', () => {
    expect(refused({ copies: ['EX2'] })).toEqual([
      expect.stringMatching(
        /active on EX1[^]*Move-ActiveMailboxDatabase -Identity 'DAG01-MDB001' -ActivateOnServer 'EX2'/,
      ),
    ]);
  });

  test('says of circular logging without copies from when on it counts', () => {
    const alone = { Servers: ['EX1'], ActivationPreference: ['[EX1, 1]'] };
    expect(refused({ copies: ['EX1'], circular_logging: true }, alone)).toEqual([
      expect.stringMatching(/Circular logging of DAG01-MDB001 changes only once.*Dismount-Database/),
    ]);
    expect(refused({ copies: ['EX1'], circular_logging: false }, alone)).toEqual([]);
  });

  test('adds no second copy, and removes no last one, while circular logging is on', () => {
    const on = { CircularLoggingEnabled: true };
    expect(refused({}, { ...on, Servers: ['EX1'], ActivationPreference: ['[EX1, 1]'] })).toEqual([
      expect.stringContaining('cannot get a second copy while circular logging is on'),
    ]);
    expect(refused({ copies: ['EX1'] }, on)).toEqual([
      expect.stringContaining('cannot lose its last passive copy while circular logging is on'),
    ]);
    expect(refused({ copies: ['EX1'], circular_logging: false }, on)).toEqual([]);
    expect(refused({ copies: ['EX1', 'EX2', 'EX3'] }, on)).toEqual([]);
  });
});
