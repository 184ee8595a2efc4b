import { join } from 'node:path';
import type { Probe, Step } from '../../exchange/resources';
import type { Change } from '../../plugin';
import { Credential, SecureText } from '../../powershell/invocation';
import { CONFIGURATION_SCHEMA, settingsFrom } from '../../provider/configuration';
import { connectionProblem, NoSession } from '../../provider/connection-problem';
import { type LookProblem, lookFailed } from '../../provider/look-problem';
import type { Unwell } from '../../provider/patience';
import { emptyPasswordProblem, missingPasswordWarning } from '../../provider/mailbox-account';
import {
  checkReadProblem,
  fileLeft,
  guardReadProblem,
  omissionWarning,
  timeoutProblem,
} from '../../provider/step-problem';
import { RemotingError, type RemotingErrorKind, type RemotingFacts } from '../../remoting/remoting-error';
import { EXCHANGE_SHELL, WINDOWS_SHELL } from '../../remoting/transports/wsman/names';
import { type Diagnostic, type Values, withEveryAttribute } from '../../schema';
import { diagnosticText } from '../diagnostic-text';
import { GoldenSections } from '../golden-sections';

const PASSWORD = 'canary-08c2';
const golden = new GoldenSections(
  join(__dirname, 'golden/diagnostics.txt'),
  'What people are told when something fails.',
);

function settings(values: Values) {
  const config = withEveryAttribute(CONFIGURATION_SCHEMA, values);
  const { settings: read, diagnostics } = settingsFrom(config, { EXCHANGE_PASSWORD: PASSWORD });
  if (read === undefined) throw new Error(`${JSON.stringify(values)} ${JSON.stringify(diagnostics)}`);
  return read;
}
const HTTPS = 'https://ex1.contoso.com/PowerShell/';
const BASIC = { endpoint: HTTPS, user: 'contoso\\admin' };
const KERBEROS = { endpoint: HTTPS };
const KERBEROS_PASSWORD = { endpoint: HTTPS, authentication: 'negotiate', user: 'admin@CONTOSO.COM' };
const CLIENT_CERTIFICATE = {
  endpoint: HTTPS,
  authentication: 'certificate',
  client_certificate_file: 'admin.pfx',
};
const SSH = { endpoint: 'ssh://admin@ex1.contoso.com' };
const PROCESS = { endpoint: 'process:', process_command: ['pwsh', '-s'] };

type Failure = readonly [RemotingErrorKind, Values, RemotingFacts?];
const FAILURES: readonly Failure[] = [
  ['unreachable', BASIC],
  ['unreachable', PROCESS, { command: 'pwsh' }],
  ['authentication-refused', BASIC],
  ['authentication-refused', BASIC, { methods: ['Basic'] }],
  ['authentication-refused', BASIC, { methods: ['Kerberos'] }],
  ['authentication-refused', BASIC, { methods: ['NTLM'] }],
  ['authentication-refused', KERBEROS, { methods: ['Negotiate'] }],
  ['authentication-refused', KERBEROS, { methods: ['basic'] }],
  ['authentication-refused', KERBEROS, { methods: ['NTLM'] }],
  ['authentication-refused', KERBEROS_PASSWORD, { methods: ['Kerberos'] }],
  ['authentication-refused', CLIENT_CERTIFICATE, { methods: ['Basic'] }],
  ['authentication-refused', SSH, { methods: ['publickey', 'password'] }],
  ['authentication-refused', PROCESS],
  ['host-key-unknown', SSH, { fingerprint: 'SHA256:shown' }],
  ['host-key-unknown', SSH],
  ['host-key-changed', SSH, { fingerprint: 'SHA256:shown', knownHostsEntry: 'known_hosts:3' }],
  ['host-key-revoked', SSH],
  ['tls-untrusted', BASIC, { fingerprint: 'AA:BB', certificateNames: ['ex1', 'mail.contoso.com'] }],
  ['tls-untrusted', BASIC],
  ['tls-name-mismatch', BASIC, { certificateNames: ['ex1'], expectedNames: ['mail.contoso.com'] }],
  ['tls-name-mismatch', BASIC],
  ['tls-expired', BASIC],
  ['tls-version', BASIC],
  ['access-denied', BASIC],
  ['not-wsman', BASIC],
  ['not-sealed', BASIC],
  ['redirected', BASIC],
  ['redirected', BASIC, { redirectTarget: 'ex2.contoso.com:443' }],
  ['throttled', BASIC],
  ['closed', SSH, { exitCode: 3, stderr: 'no such file' }],
  ['closed', BASIC],
  ['closed', BASIC, { tlsVersion: 'TLSv1.3', code: 'ECONNRESET' }],
  ['closed', BASIC, { tlsVersion: 'TLSv1.3', httpStatus: 500 }],
  ['closed', BASIC, { tlsVersion: 'TLSv1.3', code: 'EPIPE' }],
  ['closed', BASIC, { tlsVersion: 'TLSv1.2', code: 'ECONNRESET' }],
  ['closed', BASIC, { code: '0x80070032' }],
  ['protocol', SSH, { output: 'Welcome' }],
  ['protocol', PROCESS, { output: 'Welcome' }],
  ['protocol', BASIC, { output: 'Welcome' }],
  ['protocol', BASIC],
  ['timeout', BASIC],
  ['timeout', SSH, { stderr: 'waiting' }],
  ['timeout', SSH, { output: 'waiting' }],
  ['too-large', BASIC, { httpStatus: 413 }],
  ['too-large', BASIC],
  ['not-started', PROCESS],
  ['refused', SSH, { subsystem: 'powershell' }],
  ['refused', BASIC, { faultCode: 2150858811 }],
  ['refused', { ...BASIC, shell_resource: WINDOWS_SHELL }, { faultCode: 2150858811 }],
  ['refused', { ...BASIC, shell_resource: EXCHANGE_SHELL }, { faultCode: 2150858811 }],
  ['refused', SSH, { faultCode: 2150858811 }],
  ['refused', BASIC, { fullyQualifiedErrorId: 'AccessDenied' }],
  ['refused', BASIC],
  ['usage', BASIC],
  ['usage', BASIC, { remedy: 'Do this.' }],
];

const failed = ([kind, values, facts]: Failure, hasRun = false, server?: string) =>
  connectionProblem(settings(values), new RemotingError(kind, 'it said so', facts), hasRun, server);

const ANY = { server: 'EX1', host: 'ex1.contoso.com', seconds: 60, reason: 'because', thumbprint: 'AB' };
const WEB: Probe = { ...ANY, kind: 'certificate', scheme: 'tls', port: 443, name: 'mail.contoso.com' };
const IMAP: Probe = { ...WEB, port: 993 };
const CONNECTOR: Probe = { ...ANY, kind: 'connector', port: 25 };
const PAGE: Probe = { ...ANY, kind: 'page', port: 443, path: '/owa/healthcheck.htm' };
const AUTODISCOVER: Probe = {
  ...ANY,
  kind: 'autodiscover',
  port: 443,
  name: 'autodiscover.contoso.com',
  mailbox: 'probe@contoso.com',
  urls: {},
};
const SHOWN = {
  kind: 'certificate',
  thumbprint: 'CD',
  subject: 'CN=EX1',
  until: 'May 1',
  wanted: ['AB', 'EF'],
};
const unreachable = (code: string): LookProblem => ({ kind: 'unreachable', code, message: 'it broke' });
const LOOKS: readonly (readonly [Probe, LookProblem])[] = [
  [WEB, SHOWN as LookProblem],
  [IMAP, SHOWN as LookProblem],
  [CONNECTOR, SHOWN as LookProblem],
  [CONNECTOR, { kind: 'not-selected', problem: 'no certificate has the name', remedy: 'Enable one.' }],
  [CONNECTOR, { kind: 'no-tls', reply: '454 no TLS' }],
  [PAGE, { kind: 'page', url: 'https://ex1/owa/healthcheck.htm', status: 503 }],
  [PAGE, { kind: 'page', url: 'https://ex1/owa/healthcheck.htm', status: 302, location: '/logon' }],
  [PAGE, { kind: 'other-page', url: 'https://ex1/owa/healthcheck.htm' }],
  [AUTODISCOVER, { kind: 'not-let-in', status: 401, account: 'probe', isBeyondAscii: false }],
  [AUTODISCOVER, { kind: 'not-let-in', status: 401, account: 'pröbe', isBeyondAscii: true }],
  [AUTODISCOVER, { kind: 'not-let-in', status: 403, account: 'pröbe', isBeyondAscii: true }],
  [AUTODISCOVER, { kind: 'no-answer', reply: 'answers 500, not 200' }],
  [AUTODISCOVER, { kind: 'other-urls', differences: ['one', 'two'] }],
  [WEB, { kind: 'silent', seconds: 10, connected: false }],
  [PAGE, { kind: 'silent', seconds: 10, connected: true }],
  ...['', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER'].map(
    (code) => [WEB, unreachable(code)] as const,
  ),
  [IMAP, unreachable('ECONNREFUSED')],
  [AUTODISCOVER, { kind: 'silent', seconds: 10, connected: false }],
  [AUTODISCOVER, { kind: 'silent', seconds: 10, connected: true }],
  [AUTODISCOVER, unreachable('ECONNREFUSED')],
];

const step: Step = {
  kind: 'virtual-directory',
  server: 'EX1',
  reason: 'because',
  invocation: { cmdlet: 'Set-OwaVirtualDirectory', parameters: { Identity: 'EX1\\owa' } },
};
const ofOrganization: Step = { ...step, server: null };
const why: Diagnostic = { severity: 'error', summary: 'Get-Thing failed', detail: 'the server said so' };
const late = <Problem>(problem: Problem): Unwell<Problem> => ({ problem, end: 'time-over' });
const told = { summary: 'The test failed', remedy: 'Look at the mailbox.' };
const signingIn = (config: Values, account: string | null = 'CONTOSO\\probe'): Change => ({
  kind: 'create',
  prior: null,
  planned: { account },
  config,
});
const credential = (password: string) =>
  new Credential('CONTOSO\\probe', new SecureText(password, 'the mailbox password'));
const asking = (password: string): Probe => ({ ...AUTODISCOVER, mailboxCredential: credential(password) });
const testing = (password: string) => ({
  invocation: { cmdlet: 'Test-It', parameters: { Server: 'EX1', MailboxCredential: credential(password) } },
});

const CASES: readonly (readonly [title: string, tell: () => Diagnostic | undefined])[] = [
  ...FAILURES.map((failure): [string, () => Diagnostic] => {
    const [kind, values, facts = {}] = failure;
    const by = Object.entries(values).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
    return [`no session: ${kind} ${JSON.stringify(facts)}, ${by.join(', ')}`, () => failed(failure)];
  }),
  ['no session of a server: unreachable', () => failed(['unreachable', BASIC], true, 'EX1')],
  [
    'no session of a server: refused',
    () => failed(['refused', BASIC, { faultCode: 2150858811 }], false, 'EX1'),
  ],
  ['no session of a server: host key unknown', () => failed(['host-key-unknown', SSH], true, 'EX1')],
  ['no session: an error of another kind', () => connectionProblem(settings(BASIC), new Error('odd'))],
  ['no session: no error at all', () => connectionProblem(settings(BASIC), 'odd')],
  ['no session: none can exist', () => connectionProblem(settings(BASIC), new NoSession(why))],
  ...LOOKS.map(([probe, problem]): [string, () => Diagnostic] => [
    `a look at ${probe.kind} ${probe.port}: ${JSON.stringify(problem)}`,
    () => lookFailed(probe, { problem, end: problem.kind === 'not-let-in' ? 'lasting' : 'time-over' }),
  ]),
  [
    'a step that its guard left out',
    () => omissionWarning(step, { summary: 'In use', detail: 'A connector has it.', mayPass: false }),
  ],
  ['a guard that could not read', () => guardReadProblem(step, why)],
  ['a guard of the organization that could not read', () => guardReadProblem(ofOrganization, why)],
  ['a check that did not pass in time', () => timeoutProblem(step, 60, late('owa is Unhealthy'))],
  ['a check of the organization', () => timeoutProblem(ofOrganization, 60, late('it is Unhealthy'))],
  [
    'a wait with a summary',
    () => timeoutProblem({ ...step, summary: 'EX1 is not drained' }, 60, late('Sales is active')),
  ],
  ['a check with words of its own', () => timeoutProblem(step, 1, late('no mail came'), told)],
  ['a check that is made once', () => timeoutProblem(step, 0, late('no mail came'), told)],
  [
    'a check that was stopped',
    () => timeoutProblem(step, 60, { problem: 'owa is Unhealthy', end: 'stopped' }),
  ],
  [
    'a look that was stopped',
    () =>
      lookFailed(PAGE, {
        problem: { kind: 'other-page', url: 'https://ex1/owa/healthcheck.htm' },
        end: 'stopped',
      }),
  ],
  [
    'a look that was stopped in the middle',
    () => lookFailed(WEB, { problem: { kind: 'unreachable', code: '', message: 'ended' }, end: 'stopped' }),
  ],
  ['a check whose cmdlet failed', () => checkReadProblem(60, late(why))],
  ['a check whose cmdlet failed once', () => checkReadProblem(0, late(why), told)],
  ['a check whose cmdlet the server has not', () => checkReadProblem(60, { problem: why, end: 'lasting' })],
  ['a file that may be left', () => fileLeft('C:\\x.pfx', 'EX1', step.invocation, [why])],
  ['a file that may be left somewhere', () => fileLeft('C:\\x.pfx', null, step.invocation, [why, why])],
  ['a plan without the password of the mailbox', () => missingPasswordWarning(signingIn({}))[0]],
  ['a plan with it', () => missingPasswordWarning(signingIn({ mailbox_password: PASSWORD }))[0]],
  ['a plan that signs in as nobody', () => missingPasswordWarning(signingIn({}, null))[0]],
  ['a test of the runner with an empty password', () => emptyPasswordProblem({ probe: asking('') })],
  ['a test of the runner with a password', () => emptyPasswordProblem({ probe: asking(PASSWORD) })],
  ['a test of the runner that signs in as nobody', () => emptyPasswordProblem({ probe: WEB })],
  ['a cmdlet with an empty password', () => emptyPasswordProblem(testing(''))],
  ['a cmdlet with a password', () => emptyPasswordProblem(testing(PASSWORD))],
];

function textOf(told: Diagnostic | undefined): string {
  return told === undefined ? '(nothing)\n' : diagnosticText(told);
}

beforeAll(() => golden.update(() => CASES.map(([title, tell]) => [title, textOf(tell())])));

describe('what people are told when something fails', () => {
  test.each(CASES)('%s', (title, tell) => {
    expect(textOf(tell())).toBe(golden.text(title));
  });

  test('is reviewed of these cases only, each with a title of its own', () => {
    expect(golden.titles).toEqual(CASES.map(([title]) => title));
  });

  test('has no password in it', () => {
    expect(CASES.map(([, tell]) => textOf(tell())).join('')).not.toContain(PASSWORD);
  });
});
