import { ExchangeVersion } from '../../../exchange/versions';
import { nameCovers } from '../../../pki/coverage';
import { parseCertificate, presentedNames } from '../../../pki';
import type { Call } from '../call';
import { reads, type CmdletBehaviour } from '../cmdlet';
import { enumeration } from '../objects/value';
import type { MailboxState, MailService, OrganizationState, ServerState } from '../state';
import { answering } from './health';
import { versionOf } from './virtual-directories';

/**
 * Cmdlets with which Exchange tests itself as a client. The output follows Microsoft's pages of the cmdlets, and
 * administrators' posts for Test-OutlookWebServices; the names of types and the words of errors are made up.
 */
const MONITORING = 'Microsoft.Exchange.Monitoring';

type Result = 'Success' | 'Skipped' | 'Failure';
const RESULTS: readonly Result[] = ['Success', 'Failure', 'Skipped'];

/** https://learn.microsoft.com/powershell/module/exchangepowershell/test-activesyncconnectivity */
const ACTIVE_SYNC = [
  'Options',
  'FolderSync',
  'First Sync',
  'GetItemEstimate',
  'Sync Data',
  'Ping',
  'Sync Test Item',
];

/** Whether the account signs in to a mailbox with this password; letter case of the account does not matter. */
export function signsIn(
  { mailboxes = [] }: Pick<OrganizationState, 'mailboxes'>,
  user: string,
  password: string,
): MailboxState | undefined {
  return mailboxes.find(
    (mailbox) => mailbox.account.toLowerCase() === user.toLowerCase() && mailbox.password === password,
  );
}

/** Why the test cannot open its mailbox; undefined where it can. */
function mailboxProblem(call: Call): string | undefined {
  const given = call.credential('MailboxCredential');
  if (given !== undefined) {
    const found = signsIn(call.organization, given.user, given.password);
    return found === undefined ? 'The server answered 401 Unauthorized.' : undefined;
  }
  if (call.organization.testMailbox === true) return undefined;
  // Nobody has run New-TestCasConnectivityUser.ps1.
  throw call.error(
    'InvalidOperationException',
    'There is no test mailbox. Run New-TestCasConnectivityUser.ps1 in the Scripts folder first.',
    'ObjectNotFound',
  );
}

/** Why a client cannot use a service by its internal URL; undefined where it can. */
function webProblem(server: ServerState, kind: string, healthSets: readonly string[]): string | undefined {
  const ill = healthSets.find((healthSet) => healthSet in server.unhealthy);
  if (ill !== undefined) return 'The server answered 503 Service Unavailable.';
  const url = server.virtualDirectories.find((directory) => directory.kind === kind)?.settings['InternalUrl'];
  if (typeof url !== 'string' || !URL.canParse(url)) return 'The directory has no internal URL.';
  const host = new URL(url).hostname;
  const bound = server.certificates.find(({ services }) => services.includes('IIS'));
  const names = bound === undefined ? [] : presentedNames(parseCertificate(Buffer.from(bound.der, 'base64')));
  return names.some((name) => nameCovers(name, host))
    ? undefined
    : `The certificate of the server is not for ${host}.`;
}

/** The result of a test, unless the state of the server sets another one. */
function outcome(server: ServerState, cmdlet: string, problem: string | undefined) {
  const disturbed = server.connectivity?.[cmdlet];
  if (disturbed !== undefined) return { result: disturbed, error: `${cmdlet} is disturbed.` };
  return problem === undefined
    ? { result: 'Success' as const, error: '' }
    : { result: 'Failure' as const, error: problem };
}

/** Writes the scenarios: the first has the result; the following ones are skipped where it did not succeed. */
function writeScenarios(
  call: Call,
  server: ServerState,
  scenarios: readonly string[],
  problem?: string,
): void {
  const { result, error } = outcome(server, call.cmdlet.name, problem);
  if (result === 'silence') return;
  scenarios.forEach((scenario, index) => {
    const own: Result = index === 0 || result === 'Success' ? result : 'Skipped';
    call.write({
      typeNames: [`${MONITORING}.ConnectivityOutcome`, 'System.Object'],
      text: scenario,
      properties: {
        ClientAccessServer: server.fqdn,
        ClientAccessServerShortName: server.name,
        LocalSite: server.site,
        Scenario: scenario,
        Result: enumeration(`${MONITORING}.ConnectivityResult`, own, RESULTS.indexOf(own)),
        Error: index === 0 ? error : '',
      },
    });
  });
}

function testActiveSync(call: Call): void {
  const server = answering(call, 'ClientAccessServer');
  const problem =
    mailboxProblem(call) ?? webProblem(server, 'ActiveSync', ['ActiveSync', 'ActiveSync.Proxy']);
  writeScenarios(call, server, ACTIVE_SYNC, problem);
}

function testMail(service: MailService, scenario: string) {
  return (call: Call): void => {
    const server = answering(call, 'ClientAccessServer');
    const runs = server.mailServices?.includes(service) === true;
    const silent = runs ? undefined : `The service of ${service} does not answer.`;
    writeScenarios(call, server, [scenario], mailboxProblem(call) ?? silent);
  };
}

function testOutlookWebServices(call: Call): void {
  const asked = call.has('AutoDiscoverServer') ? 'AutoDiscoverServer' : 'ClientAccessServer';
  const server = answering(call, asked);
  const problem =
    mailboxProblem(call) ?? webProblem(server, 'WebServices', ['EWS', 'EWS.Proxy', 'Autodiscover.Proxy']);
  const { result, error } = outcome(server, call.cmdlet.name, problem);
  if (result === 'silence') return;
  if (versionOf(server).isAtLeast(ExchangeVersion.V2013)) writeServices(call, server, result, error);
  else writeMessages(call, server, result, error);
}

/** Writes the table of a 2016 server as shown at https://learn.microsoft.com/answers/questions/315571. */
function writeServices(call: Call, server: ServerState, result: Result, error: string): void {
  for (const scenario of [
    'Autodiscover: Outlook Provider',
    'Exchange Web Services',
    'Availability Service',
    'Offline Address Book',
  ]) {
    call.write({
      typeNames: [`${MONITORING}.WebServicesOutcome`, 'System.Object'],
      text: scenario,
      properties: {
        Source: server.fqdn,
        ServiceEndpoint: server.fqdn,
        Scenario: scenario,
        Result: enumeration(`${MONITORING}.ConnectivityResult`, result, RESULTS.indexOf(result)),
        Latency: 5,
        Error: error,
      },
    });
  }
}

const MESSAGE_TYPES = ['Success', 'Information', 'Warning', 'Error'];

/**
 * Writes messages with an id, a type and a text, as in administrators' posts; the numbers are examples of many
 * (unverified).
 */
function writeMessages(call: Call, server: ServerState, result: Result, error: string): void {
  const last: readonly (readonly [number, string, string])[] =
    result === 'Success'
      ? [
          [1016, 'Success', `The Availability service of ${server.fqdn} answered.`],
          [1015, 'Success', `The offline address book of ${server.fqdn} answered.`],
          [1006, 'Success', 'Autodiscover was tested.'],
        ]
      : [[1013, result === 'Skipped' ? 'Warning' : 'Error', error]];
  for (const [id, type, message] of [
    [1003, 'Information', 'About to test Autodiscover.'] as const,
    ...last,
  ]) {
    call.write({
      typeNames: [`${MONITORING}.OutlookWebServicesOutcome`, 'System.Object'],
      text: message,
      properties: {
        Id: id,
        Type: enumeration(`${MONITORING}.EventTypeEnumeration`, type, MESSAGE_TYPES.indexOf(type)),
        Message: message,
      },
    });
  }
}

export const connectivity: readonly CmdletBehaviour[] = [
  reads('Test-ActiveSyncConnectivity', testActiveSync),
  reads('Test-OutlookWebServices', testOutlookWebServices),
  reads('Test-PopConnectivity', testMail('POP', 'Test POP3 Connectivity')),
  reads('Test-ImapConnectivity', testMail('IMAP', 'Test IMAP4 Connectivity')),
];
