import { placeOf } from '../../provider/connect-to';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONFIGURATION_SCHEMA, ENVIRONMENT, settingsFrom } from '../../provider/configuration';
import { sshSecrets } from '../../provider/ssh-endpoint';
import { wsmanPassword } from '../../provider/wsman-endpoint';
import type { Values } from '../../schema';
import { diagnosticText } from '../diagnostic-text';
import { GoldenSections } from '../golden-sections';

const config = (values: Values): Values => ({
  ...Object.fromEntries(Object.keys(CONFIGURATION_SCHEMA.attributes).map((name) => [name, null])),
  ...values,
});
const ssh = { endpoint: 'ssh://admin%40contoso@ex1.contoso.local:2222' };

test('an SSH endpoint', () => {
  const { settings, diagnostics } = settingsFrom(config(ssh), {});
  expect(diagnostics).toEqual([]);
  expect(settings?.endpoint).toMatchObject({
    kind: 'ssh',
    host: 'ex1.contoso.local',
    port: 2222,
    user: 'admin@contoso',
    subsystem: 'powershell',
  });
});

test('the environment fills in what the configuration leaves out, and no more', () => {
  const environment = {
    [ENVIRONMENT.endpoint]: 'ssh://a@b',
    [ENVIRONMENT.parallel_calls]: '7',
    [ENVIRONMENT.domain_controller]: 'dc1',
  };
  const { settings } = settingsFrom(config({ ...ssh, parallel_calls: 2 }), environment);
  expect(settings).toMatchObject({
    parallelCalls: 2,
    domainController: 'dc1',
    endpoint: { host: 'ex1.contoso.local' },
  });
});

test('a process is started from a JSON array of the environment', () => {
  const { settings } = settingsFrom(config({}), {
    [ENVIRONMENT.endpoint]: 'process:',
    [ENVIRONMENT.process_command]: '["pwsh","-s"]',
  });
  expect(settings?.endpoint).toEqual({ kind: 'process', command: 'pwsh', args: ['-s'] });
});

test.each([
  ['aa:bb', false],
  [`SHA256:${'A'.repeat(42)}`, false],
  [`SHA256:${'A'.repeat(43)}`, true],
  [`SHA256:${'A'.repeat(43)}=`, true],
  [`SHA256:${'A'.repeat(43)}==`, false],
  [`x SHA256:${'A'.repeat(43)}`, false],
])('a host key %s is a fingerprint: %s', (key, isOne) => {
  const { diagnostics } = settingsFrom(config({ ...ssh, ssh_host_key: key }), {});
  expect(diagnostics.map(({ summary, detail }) => [summary, detail])).toEqual(
    isOne
      ? []
      : [
          [
            `ssh_host_key '${key}' is not a fingerprint`,
            'Give what `ssh-keygen -lf` prints for the host key, as SHA256: and 43 characters.',
          ],
        ],
  );
});

/** What people are told who configure the provider wrongly, in full. */
const golden = new GoldenSections(
  join(__dirname, 'golden/configuration.txt'),
  'What is said of configurations of the provider that are wrong.',
);

const WRONG: readonly (readonly [Values, { readonly [variable: string]: string }, string])[] = [
  [{}, {}, 'No endpoint of Exchange is given'],
  [{ endpoint: 'ex1' }, {}, `endpoint 'ex1' is not a URL`],
  [{ endpoint: 'ftp://ex1/' }, {}, 'unknown scheme ftp:'],
  [{ endpoint: 'ssh://ex1' }, {}, 'lacks a user'],
  [{ endpoint: 'https:///PowerShell/' }, {}, 'has no server in it'],
  [{ endpoint: 'https://u@ex1/PowerShell/' }, {}, 'has a user in it'],
  [{ endpoint: 'ssh://u@ex1/x' }, {}, 'has a path'],
  [{ endpoint: 'ssh://u:secret@ex1' }, {}, 'has a password in it'],
  [{ ...ssh, ssh_host_key: 'aa:bb' }, {}, 'is not a fingerprint'],
  [{ ...ssh, parallel_calls: 99 }, {}, `parallel_calls is '99'`],
  [ssh, { [ENVIRONMENT.call_timeout_seconds]: 'soon' }, `call_timeout_seconds is 'soon'`],
  [{ ...ssh, lacking_rights: 'ignore' }, {}, `lacking_rights is 'ignore'`],
  [{ ...ssh, servers: { EX1: '2014' } }, {}, `EX1 has the unknown Exchange version '2014'`],
  [
    { endpoint: 'process:' },
    { [ENVIRONMENT.process_command]: 'pwsh -s' },
    'process_command is not a list of texts',
  ],
  [{ ...ssh, servers: { OLD1: '2007' } }, {}, 'No session reaches OLD1'],
  [{ ...ssh, server_endpoints: { OLD1: 'environment' } }, {}, 'No endpoint is given for the session on OLD1'],
  [{ ...ssh, server_endpoints: { OLD1: 'old1' } }, {}, `OLD1: endpoint 'old1' is not a URL`],
  [{ ...ssh, server_endpoints: { OLD1: 'ssh://u:secret@old1' } }, {}, 'has a password in it'],
  [
    { ...ssh, servers: { EX1: '2013' }, server_endpoints: { EX1: 'ssh://a@ex1' } },
    {},
    'EX1 has an endpoint of its own',
  ],
  [
    { ...ssh, server_endpoints: { OLD1: 'ssh://a@old', OLD2: 'ssh://a@old' } },
    {},
    'OLD2 has the endpoint of OLD1',
  ],
  [
    ssh,
    { [ENVIRONMENT.server_endpoints]: 'OLD1=ssh://u:secret@old1' },
    'is not a JSON object whose values are texts',
  ],
  [
    ssh,
    { [ENVIRONMENT.server_endpoints]: '["ssh://a@old1"]' },
    'is not a JSON object whose values are texts',
  ],
  [
    ssh,
    { [ENVIRONMENT.connect_to]: 'EX1:443=127.0.0.1:8443' },
    'is not a JSON object whose values are texts',
  ],
  [
    { ...ssh, connect_to: { EX1: '127.0.0.1:8443' } },
    {},
    `'EX1' to '127.0.0.1:8443' is not a pair of hosts with ports`,
  ],
  [
    { ...ssh, connect_to: { 'EX1:443': '127.0.0.1' } },
    {},
    `'EX1:443' to '127.0.0.1' is not a pair of hosts with ports`,
  ],
  [
    { ...ssh, connect_to: { 'EX1:443': 'there:65536' } },
    {},
    `'EX1:443' to 'there:65536' is not a pair of hosts with ports`,
  ],
];

const titleOf = (values: Values, environment: { readonly [variable: string]: string }) =>
  `${JSON.stringify(values)}${Object.keys(environment).length === 0 ? '' : ` with ${JSON.stringify(environment)}`}`;

const told = (values: Values, environment: { readonly [variable: string]: string }) =>
  settingsFrom(config(values), environment).diagnostics.map(diagnosticText).join('');

beforeAll(() =>
  golden.update(() =>
    WRONG.map(([values, environment]) => [titleOf(values, environment), told(values, environment)]),
  ),
);

test.each(WRONG)('%j with %j is refused: %s', (values, environment, summary) => {
  const { settings, diagnostics } = settingsFrom(config(values), environment);
  expect(settings).toBeUndefined();
  expect(diagnostics[0]?.summary).toContain(summary);
  expect(diagnostics[0]?.path).toBeDefined();
  expect(JSON.stringify(diagnostics)).not.toContain('secret@');
  expect(told(values, environment)).toBe(golden.text(titleOf(values, environment)));
});

test('no other configuration is in the golden file', () => {
  expect(golden.titles).toEqual(WRONG.map(([values, environment]) => titleOf(values, environment)));
});

test('where looks go is said by the provider block, and by the environment for what that leaves out', () => {
  const { settings } = settingsFrom(
    config({ ...ssh, connect_to: { 'EX1.contoso.local:443': '[::1]:8443' } }),
    {
      [ENVIRONMENT.connect_to]:
        '{"EX1.contoso.local:443":"elsewhere:1","EX1.contoso.local:993":"127.0.0.1:8993"}',
    },
  );
  const to = settings?.connectTo ?? new Map();
  expect(placeOf({ host: 'ex1.contoso.LOCAL', port: 443 }, to)).toEqual({ host: '::1', port: 8443 });
  expect(placeOf({ host: 'EX1.contoso.local', port: 993 }, to)).toEqual({ host: '127.0.0.1', port: 8993 });
  expect(placeOf({ host: 'EX1.contoso.local', port: 995 }, to)).toEqual({
    host: 'EX1.contoso.local',
    port: 995,
  });
});

describe('the session of a server', () => {
  const servers = { OLD1: '2007', CAS1: '2010', EX1: '2016' };
  const own = (values: Values, environment = {}) => {
    const signIn = { [ENVIRONMENT.user]: 'admin', EXCHANGE_PASSWORD: 'canary' };
    const { settings, diagnostics } = settingsFrom(config({ ...ssh, servers, ...values }), {
      ...signIn,
      ...environment,
    });
    expect(diagnostics).toEqual([]);
    return settings?.serverSessions;
  };

  test('of 2007 is a Windows PowerShell with its snap-in', () => {
    expect(own({ server_endpoints: { old1: 'https://old1.contoso.local:5986' } })?.get('old1')).toMatchObject(
      {
        server: 'OLD1',
        snapIn: 'Microsoft.Exchange.Management.PowerShell.Admin',
        endpoint: {
          url: 'https://old1.contoso.local:5986/wsman',
          shellResource: 'http://schemas.microsoft.com/powershell/Microsoft.PowerShell',
          authentication: { kind: 'basic', user: 'admin' },
        },
      },
    );
  });

  test('of 2010 is that of Exchange over https, and a Windows PowerShell over SSH', () => {
    const given = (CAS1: string) => own({ server_endpoints: { OLD1: 'ssh://a@old1', CAS1 } })?.get('cas1');
    expect(given('https://cas1.contoso.local')).toMatchObject({
      snapIn: null,
      endpoint: { url: 'https://cas1.contoso.local/PowerShell/', shellResource: null },
    });
    expect(given('ssh://a@cas1')).toMatchObject({
      snapIn: 'Microsoft.Exchange.Management.PowerShell.E2010',
      endpoint: { kind: 'ssh', host: 'cas1' },
    });
  });

  test('is said by the environment where the declaration leaves it to that, and nowhere else', () => {
    const environment = {
      [ENVIRONMENT.server_endpoints]: '{"old1":"ssh://a@there","cas1":"ssh://a@there2"}',
    };
    const sessions = own({ server_endpoints: { OLD1: 'environment', CAS1: 'ssh://a@here' } }, environment);
    expect(sessions?.get('old1')?.endpoint).toMatchObject({ host: 'there' });
    expect(sessions?.get('cas1')?.endpoint).toMatchObject({ host: 'here' });
  });

  test('over http has all sign in by Kerberos, so that no password goes elsewhere in the clear', () => {
    const sessions = own({
      endpoint: 'https://ex1.contoso.local/PowerShell/',
      server_endpoints: { OLD1: 'http://old1.contoso.local:5985/wsman' },
    });
    expect(sessions?.get('old1')?.endpoint).toMatchObject({ authentication: { kind: 'negotiate' } });
  });
});

test('every environment variable is named in the documentation of its attribute', () => {
  for (const [name, variable] of Object.entries(ENVIRONMENT)) {
    expect(CONFIGURATION_SCHEMA.attributes[name]?.description).toContain(variable);
  }
});

describe('a password file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'secret-file-'));
  const file = join(folder, 'password');
  beforeAll(() => writeFileSync(file, 'canary\n'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('of its owner alone is read', () => {
    chmodSync(file, 0o600);
    expect(sshSecrets({ EXCHANGE_SSH_PASSWORD_FILE: file })).toEqual({ password: 'canary' });
  });

  test('that others can read is refused', () => {
    chmodSync(file, 0o644);
    expect(() => sshSecrets({ EXCHANGE_SSH_PASSWORD_FILE: file })).toThrow('chmod 600');
  });

  test('counts where the password itself is set to nothing', () => {
    chmodSync(file, 0o600);
    expect(sshSecrets({ EXCHANGE_SSH_PASSWORD: '', EXCHANGE_SSH_PASSWORD_FILE: file })).toEqual({
      password: 'canary',
    });
    expect(sshSecrets({ EXCHANGE_SSH_PASSWORD: '', EXCHANGE_SSH_PASSPHRASE: '' })).toEqual({});
  });

  test('that is empty is refused before it is tried', () => {
    const empty = join(folder, 'empty');
    writeFileSync(empty, '\n', { mode: 0o600 });
    expect(() => wsmanPassword({ EXCHANGE_PASSWORD_FILE: empty })).toThrow(
      `EXCHANGE_PASSWORD_FILE names '${empty}', which is empty`,
    );
  });

  test.each([
    ['begins with a byte order mark', '\ufeffcanary\n', 'begins with a byte order mark'],
    ['is UTF-16 with a byte order mark', Buffer.from('\ufeffcanary', 'utf16le'), 'is not UTF-8 text'],
    ['is UTF-16', Buffer.from('canary', 'utf16le'), 'is not UTF-8 text'],
    ['ends with two line breaks', 'canary\r\n\r\n', 'ends with several line breaks'],
    ['holds two lines', 'canary\nother', 'holds several lines'],
    ['is too large for one', 'canary'.repeat(20_000), 'is larger than 64 KB'],
  ])('that %s is refused before it is tried', (_, content, said) => {
    const odd = join(folder, 'odd');
    writeFileSync(odd, content, { mode: 0o600 });
    const read = () => sshSecrets({ EXCHANGE_SSH_PASSWORD_FILE: odd });
    expect(read).toThrow(`EXCHANGE_SSH_PASSWORD_FILE names '${odd}', which ${said}`);
    expect(read).not.toThrow('canary');
  });

  test('keeps the white space that is no line break', () => {
    const spaced = join(folder, 'spaced');
    writeFileSync(spaced, ' canary \r\n', { mode: 0o600 });
    expect(sshSecrets({ EXCHANGE_SSH_PASSWORD_FILE: spaced })).toEqual({ password: ' canary ' });
  });

  test('that is not there is named', () => {
    const none = join(folder, 'none');
    expect(() => sshSecrets({ EXCHANGE_SSH_PASSWORD_FILE: none })).toThrow(
      `EXCHANGE_SSH_PASSWORD_FILE names '${none}', which cannot be read`,
    );
  });
});
