import { connectionProblem } from '../../provider/connection-problem';
import { settingsFrom } from '../../provider/configuration';
import { CONFIGURATION_SCHEMA } from '../../provider/configuration';
import { RemotingError, type RemotingErrorKind, type RemotingFacts } from '../../remoting/remoting-error';
import type { Values } from '../../schema';

const EMPTY = Object.fromEntries(Object.keys(CONFIGURATION_SCHEMA.attributes).map((name) => [name, null]));
const PASSWORD = 'canary-08c2';

function remedyOf(values: Values, kind: RemotingErrorKind, facts: RemotingFacts): string {
  const { settings, diagnostics } = settingsFrom({ ...EMPTY, ...values }, { EXCHANGE_PASSWORD: PASSWORD });
  if (settings === undefined) throw new Error(JSON.stringify(diagnostics));
  const { detail } = connectionProblem(settings, new RemotingError(kind, 'it said so', facts));
  expect(detail).not.toContain(PASSWORD);
  return detail;
}

const sealed = { endpoint: 'http://ex1.contoso.com' };
const kerberos = { endpoint: 'https://ex1.contoso.com' };
const basic = { endpoint: 'https://ex1.contoso.com', user: 'contoso\\admin' };

test.each<[string, Values, RemotingErrorKind, RemotingFacts, readonly string[], readonly string[]]>([
  ['nothing sealed', sealed, 'not-sealed', { httpStatus: 503 }, ['proxy', 'https://'], ['Retry']],
  [
    'Kerberos refused, which is offered',
    sealed,
    'authentication-refused',
    { methods: ['Kerberos'] },
    ['klist', 'offers Kerberos', 'setspn -Q'],
    ['basic'],
  ],
  [
    'Basic alone offered to Kerberos',
    kerberos,
    'authentication-refused',
    { methods: ['Basic'] },
    ['Kerberos was used. The server offers Basic.', 'EXCHANGE_AUTHENTICATION to basic', 'https://'],
    ['setspn', 'klist'],
  ],
  [
    'a scheme offered that is not spoken',
    kerberos,
    'authentication-refused',
    { methods: ['NTLM'] },
    ['Kerberos was used. The server offers NTLM.'],
    ['EXCHANGE_AUTHENTICATION'],
  ],
  [
    'Kerberos alone offered to Basic',
    basic,
    'authentication-refused',
    { methods: ['Kerberos'] },
    ['Basic was used. The server offers Kerberos.', 'EXCHANGE_AUTHENTICATION to negotiate'],
    ['EXCHANGE_PASSWORD_FILE'],
  ],
  [
    'Basic refused, which is offered',
    basic,
    'authentication-refused',
    { methods: ['Negotiate', 'Basic'] },
    ['EXCHANGE_PASSWORD', 'offers Negotiate, Basic'],
    ['setspn'],
  ],
  [
    'a reset at TLS 1.3',
    basic,
    'closed',
    { code: 'ECONNRESET', tlsVersion: 'TLSv1.3' },
    ['EXCHANGE_SHELL_RESOURCE', '0x80070032', 'TLS 1.2 to the server', 'http://server/PowerShell/'],
    ['not a PowerShell remoting server'],
  ],
  [
    'a failure with the error of Windows, behind a proxy',
    basic,
    'closed',
    { httpStatus: 500, code: '0x80070032', tlsVersion: 'TLSv1.2' },
    ['TLS 1.2 to the server'],
    [],
  ],
  [
    'a reset at TLS 1.2',
    basic,
    'closed',
    { code: 'ECONNRESET', tlsVersion: 'TLSv1.2' },
    ['not a PowerShell remoting server'],
    ['0x80070032'],
  ],
  [
    'a first body that is too large',
    basic,
    'too-large',
    { httpStatus: 413 },
    ['48 KB', 'EXCHANGE_MAX_ENVELOPE_KILOBYTES to 40', 'uploadReadAheadSize'],
    ['not a PowerShell remoting server'],
  ],
])('%s has its own remedy', (_what, values, kind, facts, has, lacks) => {
  const remedy = remedyOf(values, kind, facts);
  for (const words of has) expect(remedy).toContain(words);
  for (const words of lacks) expect(remedy).not.toContain(words);
});
