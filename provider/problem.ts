import { roleRemedy } from '../exchange/management-roles';
import type { Omission, Step, ToldFailure } from '../exchange/resources';
import type { Invocation } from '../powershell/invocation';
import { CERTIFICATE_READ, withoutCertificate } from '../exchange/resources/installed-certificate';
import type { ErrorRecord, FailedOutcome, ObjectsOutcome, Outcome } from '../powershell/outcome';
import { renderInvocation } from '../powershell/script';
import { RemotingError, type RemotingFacts } from '../remoting/remoting-error';
import { EXCHANGE_SHELL, WINDOWS_SHELL } from '../remoting/transports/wsman/names';
import type { Diagnostic } from '../schema';
import { WSMAN_SECRETS } from './wsman-endpoint';
import { ENVIRONMENT } from './configuration';
import { inLine, quoted } from './quotation';
import { SSH_SECRETS } from './ssh-endpoint';
import type { Settings } from './configuration';
import type { Endpoint } from './endpoint';
import { notSentInTime, unheard } from './unheard';

const REFUSED_SIZE = `IIS, or what stands before it, takes no request of that size. IIS keeps 48 KB of the first request of a connection while it asks for a client certificate; a connection whose first request is longer begins with an empty one therefore, which is of no use where a proxy shares connections or ends each after one answer: go past it. Else raise maxAllowedContentLength or uploadReadAheadSize at the server, or set ${ENVIRONMENT.max_envelope_kilobytes} to 40.`;
const TOO_LARGE = `The server may take smaller messages than are sent. Set ${ENVIRONMENT.max_envelope_kilobytes} to its MaxEnvelopeSizekb (winrm get winrm/config), or raise that. Where it says HTTP 413: ${REFUSED_SIZE}`;
/** What an error of an apply ends with. */
export const RESUME = 'What was done before is in the state; deploy again and the rest is run.';

/** The same, of what other steps wait for. */
export const NOT_RUN = `Later steps, the DNS records among them, were not run. ${RESUME}`;

/** Cmdlets that change nothing. */
const LOOKS = /^(Get|Test)-/;
const LOOKED =
  'The cmdlet only looks. A server that is down can be started, or taken out of the declaration, which takes it out of DNS first.';
const WENT_ON =
  'The cmdlet did not end at the error, so that a part of it may be in effect: only what is read back tells.';

const UNEXPECTED =
  'No answer to it was planned, so none was given, and the cmdlet ended there. Run it in the Exchange Management Shell to see what it asks, and answer there.';

/** Error records of one call that are shown; a read of many servers that are down would fill the screen. */
const MOST_SHOWN = 10;

/**
 * Why a call did not do what it should, as a diagnostic; `undefined` where it did. Most errors of Exchange are records
 * beside what a cmdlet returns, and the call completes: a write that has one failed, perhaps in part, and a read that has
 * one does not show everything.
 */
export function outcomeProblem(
  invocation: Invocation,
  server: string | null,
  outcome: Outcome,
): Diagnostic | undefined {
  const { cmdlet } = invocation;
  const where = server === null ? '' : ` for ${server}`;
  const onlyLooks = LOOKS.test(cmdlet);
  if (outcome.kind === 'unknown') return unheard(cmdlet, where, onlyLooks, outcome);
  const records = outcome.kind === 'failed' ? [outcome.error, ...outcome.errors] : outcome.errors;
  const [first] = records;
  if (first === undefined || isAlreadyGone(invocation, outcome)) return undefined;
  if (outcome.kind === 'failed' && outcome.unexpectedQuestion !== undefined) {
    return {
      severity: 'error',
      summary: `${cmdlet} asked an unexpected question${where}`,
      detail: `${quoted(outcome.unexpectedQuestion)}\n(${inLine(first.fullyQualifiedErrorId)})\n${UNEXPECTED} ${RESUME}`,
    };
  }
  if (outcome.kind === 'failed' && outcome.notSent === 'timeout') {
    const problem = notSentInTime(cmdlet, where, outcome.bound);
    if (problem !== undefined) return problem;
  }
  const tooLarge = outcome.kind === 'failed' && outcome.notSent === 'too-large';
  const showedSome = outcome.kind === 'objects' && onlyLooks && outcome.objects.length > 0;
  const detail = [
    ...records.slice(0, MOST_SHOWN).map(shownRecord),
    ...(records.length > MOST_SHOWN ? [`and ${records.length - MOST_SHOWN} more errors`] : []),
    ...(showedSome ? [lacking(records, outcome.objects.length)] : []),
    ...(outcome.kind === 'objects' && !onlyLooks ? [WENT_ON] : []),
    tooLarge ? TOO_LARGE : remedyFor(first.fullyQualifiedErrorId, cmdlet),
  ];
  return {
    severity: 'error',
    summary: showedSome ? `${cmdlet} does not show everything${where}` : `${cmdlet} failed${where}`,
    detail: detail.join('\n'),
  };
}

/**
 * What keeps an answer of `Get-ExchangeCertificate` from telling which certificates a server has; `undefined` where it
 * does. One that is not shown is not gone: it would be imported again, or removed unseen.
 */
export function certificatesUnshown(
  server: string | null,
  { objects }: ObjectsOutcome,
): Diagnostic | undefined {
  const lacking = withoutCertificate(objects);
  if (objects.length > 0 && lacking === 0) return undefined;
  const where = server === null ? '' : ` for ${server}`;
  return {
    severity: 'error',
    summary: `${CERTIFICATE_READ} does not show everything${where}`,
    detail:
      objects.length === 0
        ? "It showed no certificate and no error. A server has one at least, that of its transport service: look with the cmdlet in the management shell on the server, and check the account's rights."
        : `Of ${objects.length} object${objects.length === 1 ? '' : 's'} ${lacking} came without RawData, the certificate itself, so that the answer is not used. Every PowerShell session sends it: something between leaves it out, such as a proxy of the cmdlet or a role of its own.`,
  };
}

function shownRecord({ message, fullyQualifiedErrorId }: ErrorRecord): string {
  return `${quoted(message)}\n(${inLine(fullyQualifiedErrorId)})`;
}

function lacking(records: readonly ErrorRecord[], shown: number): string {
  const targets = [...new Set(records.flatMap(({ target }) => target ?? []))];
  const what = targets.length === 0 ? 'what the errors are about' : inLine(targets.join(', '));
  return `It showed ${shown} object${shown === 1 ? '' : 's'}; ${what} is missing, so that the answer is not used.`;
}

const NO_CMDLET = 'CommandNotFoundException';
const NO_PARAMETER = 'NamedParameterNotFound';

/** Whether the session does not have what was called, or a parameter of it. */
export function isNotOffered(outcome: Outcome): boolean {
  if (outcome.kind !== 'failed') return false;
  const { fullyQualifiedErrorId: id } = outcome.error;
  return id.startsWith(NO_CMDLET) || id.startsWith(NO_PARAMETER);
}

/** As PowerShell's provider of the file system says it, where there is nothing to remove. */
const NO_FILE = 'PathNotFound,Microsoft.PowerShell.Commands.RemoveItemCommand';

/** Whether a removal found nothing. */
export function isAlreadyGone({ cmdlet }: Invocation, outcome: ObjectsOutcome | FailedOutcome): boolean {
  const errors = outcome.kind === 'failed' ? [outcome.error, ...outcome.errors] : outcome.errors;
  return cmdlet === 'Remove-Item' && errors.every(({ fullyQualifiedErrorId: id }) => id === NO_FILE);
}

/** A file with a private key that a step laid on a server may still be there. */
export function fileLeft(
  file: string,
  server: string | null,
  removal: Invocation,
  why: readonly Diagnostic[],
): Diagnostic {
  const reasons = why.map(({ summary, detail }) => `${summary}: ${detail}`);
  return {
    severity: 'error',
    summary: `The file ${file} may still be on ${server ?? 'the server'}`,
    detail: [
      'It holds the certificate with its private key, and could not be removed.',
      ...reasons,
      `Look for it on ${server ?? 'the server'}, and remove it there:\n  ${renderInvocation(removal)}`,
    ].join('\n'),
  };
}

/** By the id, which is stable, never by the text. */
function remedyFor(id: string, cmdlet: string): string {
  if (id.startsWith(NO_CMDLET)) {
    return `The session does not offer the cmdlet: the account lacks the role for it, the session is not one of Exchange, or it lives on a server of an older version than the cmdlet's. Name a server of the newest version in ${ENVIRONMENT.endpoint}. ${roleRemedy([cmdlet])}`;
  }
  if (id.startsWith(NO_PARAMETER)) {
    return `This version of Exchange has no such parameter, or the account lacks the role for it: check the declared version of the server. ${roleRemedy([cmdlet])}`;
  }
  return LOOKS.test(cmdlet) ? LOOKED : RESUME;
}

/** The account's rights could not be asked for: the plan goes on, and what is lacking shows at deploy. */
export function uncheckedRights(outcome: Outcome): Diagnostic {
  const reason =
    outcome.kind === 'unknown' ? outcome.message : outcome.kind === 'failed' ? outcome.error.message : '';
  return {
    severity: 'warning',
    summary: 'Whether the account may run the cmdlets was not checked',
    detail: `${quoted(reason)}\nA right that is lacking shows when its cmdlet is run; \`npm run doctor\` checks it as well.`,
  };
}

/** What Exchange warned of, to be shown with the plan's other warnings. */
export function warnings(invocation: Invocation, outcome: Outcome): readonly Diagnostic[] {
  if (outcome.kind === 'unknown') return [];
  return outcome.warnings.map((message) => ({
    severity: 'warning',
    summary: `${invocation.cmdlet} warns`,
    detail: quoted(message),
  }));
}

/** Of a step that is left out on purpose, for whoever wants to run it all the same. */
export function omissionWarning({ invocation }: Step, { summary, detail }: Omission): Diagnostic {
  return { severity: 'warning', summary, detail: `${detail}\n  ${renderInvocation(invocation)}` };
}

/** What must be seen before the step could not be read, or not as a whole. */
export function guardUnread({ invocation, server }: Step, { summary, detail }: Diagnostic): Diagnostic {
  return {
    severity: 'error',
    summary: `${invocation.cmdlet} was not run${server === null ? '' : ` for ${server}`}`,
    detail: `what must be known before could not be read: ${summary}\n${detail}. ${RESUME}`,
  };
}

export function timeoutProblem(
  step: Pick<Step, 'invocation' | 'server'> & { readonly summary?: string },
  seconds: number,
  problem: string,
  told?: ToldFailure,
): Diagnostic {
  return {
    severity: 'error',
    summary: told?.summary ?? step.summary ?? `${step.server ?? 'The organization'} is not healthy`,
    detail: `After ${seconds} seconds: ${problem} (${step.invocation.cmdlet}). ${closingOf(told)}`,
  };
}

/** A check whose cmdlet fails tells nothing of the server, least of all that it is well. */
export function checkUnread(
  seconds: number,
  { severity, summary, detail }: Diagnostic,
  told?: ToldFailure,
): Diagnostic {
  const lasting = seconds === 0 ? '' : `This was so for ${seconds} seconds. `;
  return { severity, summary, detail: `${detail}\n${lasting}${closingOf(told)}` };
}

/** What is left to do, and what of the deploy is not done. */
function closingOf(told: ToldFailure | undefined): string {
  return told === undefined ? NOT_RUN : `${told.remedy} ${RESUME}`;
}

/** None is opened, and there is nothing to try: the diagnostic says why. */
export class NoSession extends Error {
  override readonly name = 'NoSession';

  constructor(readonly diagnostic: Diagnostic) {
    super(diagnostic.summary);
  }
}

/**
 * Why there is no session, with the remedy for the kind of failure.
 *
 * @param again whether there was one before in this run, which may have changed something
 * @param server whose own session it is to be; left out: it is that of the organization
 */
export function connectionProblem(
  settings: Settings,
  error: unknown,
  again = false,
  server?: string,
): Diagnostic {
  if (error instanceof NoSession) return error.diagnostic;
  const { endpoint } = settings;
  const where = whereOf(endpoint);
  const message = error instanceof Error ? error.message : String(error);
  const whose =
    server === undefined
      ? ''
      : `\nThis endpoint is for ${server} only, from ${ownOrigin(server)}: without it nothing of the server can be read or done.`;
  return {
    severity: 'error',
    summary: `No ${again ? 'further ' : ''}session with Exchange at ${where}${server === undefined ? '' : ` for ${server}`}`,
    detail: `${quoted(message)}\n${connectionRemedy(error, endpoint, server)}${whose}\n${again ? RESUME : 'Nothing was changed.'}`,
  };
}

/** An endpoint for people; it holds no secret. */
export function whereOf(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case 'ssh':
      return `${endpoint.host}:${endpoint.port}`;
    case 'wsman':
      return endpoint.url;
    case 'process':
      return endpoint.command;
  }
}

/** Which credentials to look at, and nothing of those that were not used. */
function credentialsOf(endpoint: Endpoint): string {
  if (endpoint.kind === 'ssh') {
    return `the user in the endpoint and its key (${ENVIRONMENT.ssh_private_key_file}), agent, or password (${SSH_SECRETS.password}, ${SSH_SECRETS.passwordFile})`;
  }
  if (endpoint.kind === 'process') return 'the account that runs Terraform';
  switch (endpoint.authentication.kind) {
    case 'basic':
      return `the user (${ENVIRONMENT.user}) and the password (${WSMAN_SECRETS.password}, ${WSMAN_SECRETS.passwordFile})`;
    case 'negotiate':
      return endpoint.authentication.user === null
        ? 'the Kerberos ticket (klist; kinit or a keytab gets one)'
        : `the user (${ENVIRONMENT.user}) and the password (${WSMAN_SECRETS.password}, ${WSMAN_SECRETS.passwordFile})`;
    case 'certificate':
      return `the client certificate (${ENVIRONMENT.client_certificate_file}) and the account that it is mapped to on the server`;
  }
}

/**
 * What to do about a session that did not come about, by the kind of the failure.
 *
 * @param server whose own session it is to be; left out: it is that of the organization
 */
export function connectionRemedy(error: unknown, endpoint: Endpoint, server?: string): string {
  if (!(error instanceof RemotingError)) return 'Correct that and try again.';
  const { facts } = error;
  if (facts.remedy !== undefined) return facts.remedy;
  switch (error.kind) {
    case 'unreachable':
      if (facts.command !== undefined) {
        return `Check that the program of ${ENVIRONMENT.process_command} is on this machine.`;
      }
      return `Check that the server runs and that this machine may reach it; the address comes from ${server === undefined ? `${ENVIRONMENT.endpoint} or the provider block` : ownOrigin(server)}.`;
    case 'authentication-refused':
      return refusedRemedy(facts, endpoint);
    case 'host-key-unknown':
      return `Compare the fingerprint ${facts.fingerprint ?? ''} with the server's own (ssh-keygen -lf on the server), then set it in ${ENVIRONMENT.ssh_host_key} or add the key to the known_hosts file.`;
    case 'host-key-changed':
    case 'host-key-revoked':
      return `The server shows ${facts.fingerprint ?? 'another key'}${facts.knownHostsEntry === undefined ? '' : `; ${facts.knownHostsEntry} has another one`}. Somebody may stand between, or the server was reinstalled: find out before you accept the new key.`;
    case 'usage':
      return 'Correct that setting and try again.';
    case 'timeout':
      return facts.stderr === undefined && facts.output === undefined
        ? `Raise ${ENVIRONMENT.open_timeout_seconds} if the server is only slow.`
        : `What answers there wrote that in place of a session: correct it where PowerShell is started. ${startedBy(endpoint)} Raise ${ENVIRONMENT.open_timeout_seconds} if it is only slow.`;
    case 'not-started':
      return `Start it there by hand to see the same, and correct what it says: a session configuration file (.pssc) that is missing or broken keeps it from starting. ${startedBy(endpoint)}`;
    case 'refused':
      if (facts.subsystem !== undefined) {
        return `The server's sshd_config needs a line "Subsystem ${facts.subsystem} …" that starts PowerShell, and sshd a restart; or name the subsystem that it has in ${ENVIRONMENT.ssh_subsystem}.`;
      }
      if (facts.faultCode === UNKNOWN_SHELL) return unknownShell(endpoint, server);
      return `The session was refused${facts.fullyQualifiedErrorId === undefined ? '' : ` (${facts.fullyQualifiedErrorId})`}: check the account's rights on the endpoint.`;
    case 'tls-untrusted':
      return `Compare the fingerprint ${facts.fingerprint ?? 'of the certificate'}${namesOf(facts)} with the server's own, then name its certification authority in ${ENVIRONMENT.ca_file} or pin the certificate in ${ENVIRONMENT.certificate_fingerprint}. ${SHOWN_BY_IIS}`;
    case 'tls-name-mismatch':
      return `Use one of the names of the certificate in the endpoint${namesOf(facts)}, name one in ${ENVIRONMENT.certificate_names} where this server may show it, or give the server a certificate for this name. ${SHOWN_BY_IIS}${accepted(facts)}`;
    case 'tls-expired':
      return `Renew the certificate of the server, or pin it in ${ENVIRONMENT.certificate_fingerprint} until then.`;
    case 'tls-version':
      return `Turn TLS 1.2 on at the server: older versions are not used, and neither is a later one at Exchange's own endpoint, which may ask for a certificate in a way that only TLS 1.2 can answer.`;
    case 'access-denied':
      return 'The account is known, but may not open this session: it needs remote PowerShell (Set-User -RemotePowerShellEnabled) and a management role.';
    case 'not-wsman':
      return 'Check the path and the port of the endpoint: Exchange answers at http://server/PowerShell/ and https://server/PowerShell/, Windows at https://server:5986/wsman.';
    case 'not-sealed':
      return 'Over http:// only what the server has sealed is believed. A proxy or load balancer that answers by itself, shares connections or changes what it passes on does that, and so does an endpoint without Kerberos: go past it to the server itself, check the path (http://server/PowerShell/), or take https://.';
    case 'redirected':
      return facts.redirectTarget === undefined
        ? 'Only an address that begins with https:// is followed, without a user: correct it at the server, or name the server that is meant in the endpoint.'
        : `Name ${inLine(facts.redirectTarget)}, host and port, in ${ENVIRONMENT.allowed_redirect_hosts} if it is yours: the session would go there with the same credentials.`;
    case 'throttled':
      return 'The server is busy, or the account has as many sessions as its throttling policy allows: close others, or wait and try again.';
    case 'protocol':
      if (facts.output !== undefined) {
        return `Something writes text to the output that belongs to the session: a banner, a profile or start-up file of the shell, or a program that is no PowerShell. Let it be silent. ${startedBy(endpoint)}`;
      }
      return notPowerShell(facts);
    case 'closed':
      if (isLateCertificate(facts)) return LATE_CERTIFICATE;
      return notPowerShell(facts);
    case 'too-large':
      return facts.httpStatus === 413 ? REFUSED_SIZE : notPowerShell(facts);
  }
}

/** Where the endpoint of a server's own session comes from. */
function ownOrigin(server: string): string {
  return `endpoint of ${server} in the declaration or ${ENVIRONMENT.server_endpoints}`;
}

/** ERROR_WSMAN_INVALID_RESOURCE_URI of wsmerror.h in the Windows SDK: the endpoint has no such shell in its catalog. */
const UNKNOWN_SHELL = 2150858811;

function unknownShell(endpoint: Endpoint, server?: string): string {
  const shell = (endpoint.kind === 'wsman' ? endpoint.shellResource : null) ?? EXCHANGE_SHELL;
  const [byWhom, setting] =
    server === undefined
      ? [`which ${ENVIRONMENT.shell_resource} names`, ` or ${ENVIRONMENT.shell_resource}`]
      : ["Windows' own, which Exchange 2007 needs", ''];
  const why = shell === EXCHANGE_SHELL ? "Exchange's own" : byWhom;
  return `What answers there is Windows Remote Management and does not have the shell that was asked for: ${inLine(shell)}, ${why}. Exchange's shell is only at http://server/PowerShell/ and https://server/PowerShell/, and Windows' own, ${WINDOWS_SHELL}, at https://server:5986/wsman: correct the path of the endpoint${setting}, so that both belong together.`;
}

/** ERROR_NOT_SUPPORTED as IIS shows it where it asks for a certificate and TLS 1.3 does not let it. */
const NOT_SUPPORTED = '0x80070032';

function isLateCertificate({ tlsVersion, code, httpStatus }: RemotingFacts): boolean {
  // IIS shows the code to clients on the same machine only, unless it is told otherwise.
  const failed = code === 'ECONNRESET' || httpStatus === 500;
  return code === NOT_SUPPORTED || (tlsVersion === 'TLSv1.3' && failed);
}

const LATE_CERTIFICATE = `At Exchange's directory IIS asks for a client certificate after the handshake, which cannot be answered at TLS 1.3: Windows Server 2022 then ends the connection, and 2025 answers HTTP 500 (${NOT_SUPPORTED}). To Exchange's own shell resource TLS 1.2 is offered: leave ${ENVIRONMENT.shell_resource} out for it. Where a proxy or load balancer ends TLS, let it speak TLS 1.2 to the server. Or turn TLS 1.3 off in the binding of IIS, or take http://server/PowerShell/ with Kerberos.`;

/** By the schemes that the server offers in place of the one that was used. */
function refusedRemedy({ methods = [] }: RemotingFacts, endpoint: Endpoint): string {
  const takes = methods.length === 0 ? '' : ` The server takes ${inLine(methods.join(', '))}.`;
  const kind = endpoint.kind === 'wsman' ? endpoint.authentication.kind : undefined;
  if (methods.length === 0 || kind === undefined || kind === 'certificate') {
    return `Check ${credentialsOf(endpoint)}.${takes}`;
  }
  const offers = (...names: readonly string[]): boolean =>
    methods.some((method) => names.includes(method.toLowerCase()));
  const takesKerberos = offers('kerberos', 'negotiate');
  if (kind === 'negotiate' && !takesKerberos) {
    const basic = offers('basic')
      ? `, or set ${ENVIRONMENT.authentication} to basic with an https:// endpoint`
      : '';
    return `Kerberos was used.${takes} Turn Kerberos on for the virtual directory (Exchange has it on at http://server/PowerShell/ by default)${basic}.`;
  }
  if (kind === 'basic' && !offers('basic')) {
    const kerberos = takesKerberos
      ? `: set ${ENVIRONMENT.authentication} to negotiate, which is Kerberos,`
      : '';
    return `Basic was used.${takes} Use that${kerberos} or turn Basic on for the virtual directory (Set-PowerShellVirtualDirectory -BasicAuthentication $true).`;
  }
  const service =
    kind === 'negotiate'
      ? ` The name HTTP/server of the endpoint must be that of the server's account (setspn -Q), and the clocks within five minutes.`
      : '';
  return `Check ${credentialsOf(endpoint)}.${takes}${service}`;
}

const SHOWN_BY_IIS = 'The endpoint of Exchange shows the certificate that IIS has, which a deploy changes.';

function namesOf({ certificateNames }: RemotingFacts): string {
  return certificateNames === undefined ? '' : ` (${inLine(certificateNames.join(', '))})`;
}

/** What would have done beside the name in the endpoint. */
function accepted({ expectedNames = [] }: RemotingFacts): string {
  return expectedNames.length === 0 ? '' : ` Of this server it may also have ${expectedNames.join(', ')}.`;
}

function notPowerShell(facts: RemotingFacts): string {
  return `What answers there is not a PowerShell remoting server, or it ended${facts.exitCode === undefined ? '' : ` with exit code ${facts.exitCode}`}${facts.stderr === undefined ? '' : `; it said: ${quoted(facts.stderr)}`}.`;
}

/** Where it is said how PowerShell is started. */
function startedBy(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case 'ssh':
      return `The server's sshd_config starts it, as the subsystem ${endpoint.subsystem} (${ENVIRONMENT.ssh_subsystem}).`;
    case 'process':
      return `${ENVIRONMENT.process_command} starts it; -NoLogo and -NoProfile keep PowerShell itself silent.`;
    case 'wsman':
      return '';
  }
}
