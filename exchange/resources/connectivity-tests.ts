import type { Argument, Invocation, Parameters } from '../../powershell/invocation';
import type { PowerShellObject } from '../../powershell/outcome';
import { shortened, visible } from '../../schema';
import { MAIL_PROTOCOLS } from '../mail-protocols';
import { ExchangeVersion } from '../versions/version';
import type { ConnectivityTest } from './connectivity-test-names';
import type { Facts } from './facts';
import { sameName } from './equality';
import { property, textOf } from './property';
import type { Expected } from './step';

/** Settings of a test besides the server. */
export interface TestSettings {
  /** Address of the mailbox for the test of Outlook's web services. Null: the test mailbox. */
  readonly mailbox: string | null;
}

/**
 * Microsoft's pages of the cmdlets: the result is typically Success, Skipped or Failure.
 * https://learn.microsoft.com/powershell/module/exchangepowershell/test-activesyncconnectivity
 */
const RESULT: Expected = { property: 'Result', equals: 'Success' };
/**
 * For Test-OutlookWebServices in 2007 and 2010; its values are Success, Information and Error according to
 * administrators' posts (unverified).
 */
const MESSAGE: Expected = { property: 'Type', equals: 'Success', allows: ['Information'] };

/** Limits the message of a failed test, which may have many lines. */
const MOST_CHARACTERS = 300;
/** Maximum number of reported failures of one test. */
const MOST_PROBLEMS = 5;

/** The cmdlet of each test. */
export const TEST_CMDLETS = {
  ActiveSync: 'Test-ActiveSyncConnectivity',
  OutlookWebServices: 'Test-OutlookWebServices',
  POP: 'Test-PopConnectivity',
  IMAP: 'Test-ImapConnectivity',
} as const satisfies { readonly [test in ConnectivityTest]: string };

/**
 * The call of a test. It never has `TrustAnySSLCertificate`, because the test must fail for a certificate that clients
 * refuse; nor `ResetTestAccountCredentials`, which changes a password.
 */
export function testCall(
  test: ConnectivityTest,
  server: string,
  { mailbox }: TestSettings,
  facts: Facts,
): Invocation {
  const of = { ClientAccessServer: server };
  const cmdlet = TEST_CMDLETS[test];
  /** Test-OutlookWebServices does not accept a credential in every version. */
  const call = (parameters: Parameters): Invocation => ({
    cmdlet,
    parameters:
      facts.mailbox !== undefined && facts.has(cmdlet, 'MailboxCredential')
        ? { ...parameters, MailboxCredential: facts.mailbox }
        : parameters,
  });
  switch (test) {
    case 'ActiveSync':
      return call(of);
    case 'OutlookWebServices': {
      const about: { [name: string]: Argument } = mailbox === null ? {} : { Identity: mailbox };
      // According to its page, ClientAccessServer is functional only in 2010. Later versions take the server from the
      // parameter AutoDiscoverServer.
      const asked = facts.has(cmdlet, 'AutoDiscoverServer') ? { AutoDiscoverServer: server } : of;
      return call({ ...about, ...asked });
    }
    case 'POP':
    case 'IMAP':
      return call({ ...of, ...overTls(test) });
  }
}

/**
 * Parameters for the TLS port. By default the tests use the port for STARTTLS, such as 110 (Microsoft's page of
 * Test-PopConnectivity).
 */
function overTls(test: 'POP' | 'IMAP'): { readonly [name: string]: Argument } {
  const row = MAIL_PROTOCOLS.find(({ service }) => service === test);
  return {
    ConnectionType: 'Ssl',
    ...(row === undefined ? {} : { PortClientAccessServer: row.ports.tls }),
  };
}

/** Why a test runs, for people. */
export const TEST_REASONS: { readonly [test in ConnectivityTest]: string } = {
  ActiveSync: 'A phone must come to its mailbox by the names that are published now.',
  OutlookWebServices:
    'Outlook must be given URLs by Autodiscover that answer, now that their names are published.',
  POP: 'A program that fetches mail by POP must come to its mailbox on port 995.',
  IMAP: 'A program that fetches mail by IMAP must come to its mailbox on port 993.',
};

/** The remedy for a failed test that uses the test mailbox. */
export const TEST_MAILBOX_REMEDY =
  'These cmdlets sign in as the test mailbox of the Active Directory site, which New-TestCasConnectivityUser.ps1 in the Scripts folder of Exchange makes, in the management shell on a server with mailboxes: run it where it was never run.';

export function accountRemedy(account: string): string {
  return `If they cannot sign in, check the password of ${account} (TF_VAR_mailbox_password), and whether its mailbox may use the protocol.`;
}

/** The expected result of a test, as data. */
export function expectedOf(test: ConnectivityTest, { version }: Pick<Facts, 'version'>): Expected {
  const isOld = version !== undefined && !version.isAtLeast(ExchangeVersion.V2013);
  return test === 'OutlookWebServices' && isOld ? MESSAGE : RESULT;
}

/**
 * The problems in the result of a test; undefined where it passed. Anything that is not certainly a success counts as a
 * problem: a skipped test, an undocumented value, an object of another form, or no object at all.
 */
export function failedTests(
  cmdlet: string,
  server: string,
  objects: readonly PowerShellObject[],
): string | undefined {
  if (objects.length === 0) return `${cmdlet} returned no result for ${server}`;
  const problems = objects.flatMap((object) => problemOf(object) ?? []);
  const [first, ...others] = problems;
  if (first === undefined) {
    return objects.some(isSuccess) ? undefined : `${cmdlet} reports no success on ${server}`;
  }
  const told = [first, ...others.slice(0, MOST_PROBLEMS - 1)].join('; ');
  const more = problems.length - Math.min(problems.length, MOST_PROBLEMS);
  return `of ${server} ${told}${more === 0 ? '' : `; and ${more} more`}`;
}

function verdictOf(object: PowerShellObject): { readonly expected: Expected; readonly value: string } | null {
  for (const expected of [RESULT, MESSAGE]) {
    if (property(object, expected.property) === null) continue;
    return { expected, value: textOf(object, expected.property) ?? 'unknown' };
  }
  return null;
}

function isSuccess(object: PowerShellObject): boolean {
  const verdict = verdictOf(object);
  return verdict !== null && sameName(verdict.value, String(verdict.expected.equals));
}

function problemOf(object: PowerShellObject): string | undefined {
  const verdict = verdictOf(object);
  if (verdict === null) return 'an answer without a result, which says nothing';
  const { expected, value } = verdict;
  if (isSuccess(object) || (expected.allows ?? []).some((allowed) => sameName(allowed, value))) {
    return undefined;
  }
  const id = textOf(object, 'Id');
  const what = textOf(object, 'Scenario')?.trim() || (id === null ? 'a test' : `message ${id}`);
  const why = [textOf(object, 'Error'), textOf(object, 'Message')].find((each) => (each ?? '').trim() !== '');
  const said = (why ?? '').replace(/\s+/g, ' ').trim();
  return `${visible(what)} is ${visible(value)}${said === '' ? '' : ` (${visible(shortened(said, MOST_CHARACTERS))})`}`;
}
