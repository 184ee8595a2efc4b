import { RemotingError, type RemotingFacts } from '../remoting/remoting-error';
import { EXCHANGE_SHELL, WINDOWS_SHELL } from '../remoting/transports/wsman/names';
import type { Diagnostic } from '../schema';
import { ENVIRONMENT, type Settings } from './configuration';
import type { Endpoint } from './endpoint';
import { inLine, quoted } from './quotation';
import { REFUSED_SIZE } from './refused-size';
import { RESUME } from './resume';
import { SSH_SECRETS } from './ssh-endpoint';
import { WSMAN_SECRETS } from './wsman-endpoint';

/** Thrown where no session can exist, so that none is tried; its diagnostic says why. */
export class NoSession extends Error {
  override readonly name = 'NoSession';

  constructor(readonly diagnostic: Diagnostic) {
    super(diagnostic.summary);
  }
}

/**
 * The diagnostic for a session that did not open, with the remedy for the kind of failure.
 *
 * @param hasRun whether the run may have changed something already, in whichever session
 * @param server whose own session it is. Left out: the session of the organization
 */
export function connectionProblem(
  settings: Settings,
  error: unknown,
  hasRun = false,
  server?: string,
): Diagnostic {
  if (error instanceof NoSession) return error.diagnostic;
  const { endpoint } = settings;
  const where = whereOf(endpoint);
  const message = error instanceof Error ? error.message : String(error);
  const whose =
    server === undefined
      ? ''
      : `\nThis endpoint is used only for ${server}; it comes from ${ownOrigin(server)}. Without a session there, nothing on this server can be read or changed.`;
  return {
    severity: 'error',
    summary: `No ${hasRun ? 'further ' : ''}session with Exchange at ${where}${server === undefined ? '' : ` for ${server}`}`,
    detail: `${quoted(message)}\n${connectionRemedy(error, endpoint, server)}${whose}\n${hasRun ? RESUME : 'Nothing was changed.'}`,
  };
}

/** The endpoint as diagnostics name it; it holds no secret. */
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

/** The credentials to check: only those that this endpoint uses. */
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
 * The remedy for a session that did not open, by the kind of failure.
 *
 * @param server whose own session it is. Left out: the session of the organization
 */
export function connectionRemedy(error: unknown, endpoint: Endpoint, server?: string): string {
  if (!(error instanceof RemotingError)) return 'Correct that and try again.';
  const { facts } = error;
  if (facts.remedy !== undefined) return facts.remedy;
  switch (error.kind) {
    case 'unreachable':
      if (facts.command !== undefined) {
        return `Check that the program of process_command (provider block, or ${ENVIRONMENT.process_command}) is on this machine.`;
      }
      return `Check that the server runs and that this machine may reach it; the address comes from ${server === undefined ? `${ENVIRONMENT.endpoint} or the provider block` : ownOrigin(server)}.`;
    case 'authentication-refused':
      return refusedRemedy(facts, endpoint);
    case 'host-key-unknown': {
      const accepting =
        server === undefined
          ? `set it in ${ENVIRONMENT.ssh_host_key} or add the key to the known_hosts file.`
          : `add the key to the known_hosts file. ${ENVIRONMENT.ssh_host_key} would hold for every SSH endpoint.`;
      return `Compare the fingerprint ${facts.fingerprint ?? 'of the key'} with the server's own (ssh-keygen -lf on the server), then ${accepting}`;
    }
    case 'host-key-changed':
    case 'host-key-revoked':
      return `The server shows ${facts.fingerprint ?? 'another key'}${facts.knownHostsEntry === undefined ? '' : `, but ${facts.knownHostsEntry} has another one`}. Either the server was reinstalled, or somebody intercepts the connection. Find out which before you accept the new key.`;
    case 'usage':
      return 'Correct that setting and try again.';
    case 'timeout':
      return facts.stderr === undefined && facts.output === undefined
        ? `Raise ${ENVIRONMENT.open_timeout_seconds} if the server is only slow.`
        : `The program at the other end printed this text and opened no session. Correct the way PowerShell is started there. ${startedBy(endpoint)}${silence(endpoint)} If PowerShell is only slow to start, raise ${ENVIRONMENT.open_timeout_seconds}.`;
    case 'not-started':
      return `PowerShell at the other end stopped before it opened a session. Start it there by hand to see the same message, and correct what the message names; a missing or broken session configuration file (.pssc) is one cause. ${startedBy(endpoint)}`;
    case 'refused':
      if (facts.subsystem !== undefined) {
        return `Add a line "Subsystem ${facts.subsystem} …" that starts PowerShell to the server's sshd_config and restart sshd, or set ssh_subsystem (provider block, or ${ENVIRONMENT.ssh_subsystem}) to the name that its sshd_config has.`;
      }
      if (facts.faultCode === UNKNOWN_SHELL) return unknownShell(endpoint, server);
      return `The session was refused${facts.fullyQualifiedErrorId === undefined ? '' : ` (${facts.fullyQualifiedErrorId})`}: check the account's rights on the endpoint.`;
    case 'tls-untrusted':
      return `Compare the fingerprint ${facts.fingerprint ?? 'of the certificate'}${namesOf(facts)} with the server's own, then name its certification authority in ${ENVIRONMENT.ca_file} or pin the certificate in ${ENVIRONMENT.certificate_fingerprint}. ${SHOWN_BY_IIS}`;
    case 'tls-name-mismatch':
      return `Use one of the names of the certificate in the endpoint${namesOf(facts)}, or give the server a certificate for the name in the endpoint. If the server may show this certificate, add one of its names to ${ENVIRONMENT.certificate_names}. ${SHOWN_BY_IIS}${accepted(facts)}`;
    case 'tls-expired':
      return `Renew the certificate of the server, or pin it in ${ENVIRONMENT.certificate_fingerprint} until then.`;
    case 'tls-version':
      return `Turn TLS 1.2 on at the server. The provider uses no older version. At Exchange's own endpoint it uses no later one either, because IIS may ask there for a client certificate in a way that works only with TLS 1.2.`;
    case 'access-denied':
      return 'The account is known, but may not open this session: it needs remote PowerShell (Set-User -RemotePowerShellEnabled) and a management role.';
    case 'not-wsman':
      return 'Check the path and the port of the endpoint: Exchange answers at http://server/PowerShell/ and https://server/PowerShell/, Windows at https://server:5986/wsman.';
    case 'not-sealed':
      return 'Over http:// the provider trusts only answers that the server has encrypted and signed with Kerberos for this connection, and this answer was not. A proxy or load balancer may have answered itself, shared the connection or changed the answer: connect to the server without it. Or the endpoint does not use Kerberos: check its path (http://server/PowerShell/). Otherwise use https://.';
    case 'redirected':
      return facts.redirectTarget === undefined
        ? 'The server redirects the session to an address that the provider does not follow: it follows only https:// addresses without a user. Correct the redirection on the server, or write the name of the right server into the endpoint.'
        : `If ${inLine(facts.redirectTarget)} is a server of yours, add its host and port to ${ENVIRONMENT.allowed_redirect_hosts}. The session then signs in there with the same credentials.`;
    case 'throttled':
      return 'Either the server is busy, or the account already has as many sessions as its throttling policy allows. Close other sessions of the account, or wait, and try again.';
    case 'protocol':
      if (facts.output !== undefined) {
        return `Something at the other end prints text into the output that only the session may use: a banner, a profile or start-up file of the shell, or a program that is not PowerShell. Turn this text off. ${startedBy(endpoint)}${silence(endpoint)}`;
      }
      return notPowerShell(facts, endpoint);
    case 'closed':
      if (isLateCertificate(facts)) return LATE_CERTIFICATE;
      return notPowerShell(facts, endpoint);
    case 'too-large':
      return facts.httpStatus === 413 ? REFUSED_SIZE : notPowerShell(facts, endpoint);
  }
}

/** The settings that the endpoint of a server's own session comes from. */
function ownOrigin(server: string): string {
  return `endpoint of ${server} in the declaration or ${ENVIRONMENT.server_endpoints}`;
}

/** ERROR_WSMAN_INVALID_RESOURCE_URI of wsmerror.h in the Windows SDK: the endpoint has no such shell in its catalog. */
const UNKNOWN_SHELL = 2150858811;

function unknownShell(endpoint: Endpoint, server?: string): string {
  const shell = (endpoint.kind === 'wsman' ? endpoint.shellResource : null) ?? EXCHANGE_SHELL;
  const [byWhom, setting] =
    server === undefined
      ? [`the one in ${ENVIRONMENT.shell_resource}`, ` or ${ENVIRONMENT.shell_resource}`]
      : ["Windows' own, which Exchange 2007 needs", ''];
  const why = shell === EXCHANGE_SHELL ? "Exchange's own" : byWhom;
  return `Windows Remote Management answers at this address, but it does not have the session configuration that was requested: ${inLine(shell)}, ${why}. The one of Exchange exists only at http://server/PowerShell/ and https://server/PowerShell/, the one of Windows (${WINDOWS_SHELL}) at https://server:5986/wsman. Correct the path of the endpoint${setting}, so that the two match.`;
}

/** ERROR_NOT_SUPPORTED, which IIS shows where it must ask for a client certificate and TLS 1.3 does not let it. */
const NOT_SUPPORTED = '0x80070032';

function isLateCertificate({ tlsVersion, code, httpStatus }: RemotingFacts): boolean {
  // By default IIS shows the code only to clients on the same machine.
  const failed = code === 'ECONNRESET' || httpStatus === 500;
  return code === NOT_SUPPORTED || (tlsVersion === 'TLSv1.3' && failed);
}

const LATE_CERTIFICATE = `At Exchange's directory IIS asks for a client certificate after the TLS handshake, which cannot be answered at TLS 1.3: Windows Server 2022 then closes the connection, and 2025 answers HTTP 500 (${NOT_SUPPORTED}). For Exchange's own session configuration the provider uses TLS 1.2: if that is the one you want, leave ${ENVIRONMENT.shell_resource} out. If a proxy or load balancer ends TLS, make it use TLS 1.2 to the server. Otherwise turn TLS 1.3 off in the binding of IIS, or use http://server/PowerShell/ with Kerberos.`;

/** Compares the authentication schemes that the server offers with the one that was used. */
function refusedRemedy({ methods = [] }: RemotingFacts, endpoint: Endpoint): string {
  const takes = methods.length === 0 ? '' : ` The server offers ${inLine(methods.join(', '))}.`;
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
      ? `Set ${ENVIRONMENT.authentication} to negotiate, which is Kerberos, or turn`
      : 'Turn';
    return `Basic was used.${takes} ${kerberos} Basic on for the virtual directory (Set-PowerShellVirtualDirectory -BasicAuthentication $true).`;
  }
  const service =
    kind === 'negotiate'
      ? ` The service principal name HTTP/<server in the endpoint> must belong to the account of the server (setspn -Q shows whose it is), and the clocks may differ by five minutes at most.`
      : '';
  return `Check ${credentialsOf(endpoint)}.${takes}${service}`;
}

const SHOWN_BY_IIS = "Exchange's endpoint shows the certificate of IIS, which a deploy may replace.";

function namesOf({ certificateNames }: RemotingFacts): string {
  return certificateNames === undefined ? '' : ` (${inLine(certificateNames.join(', '))})`;
}

/** The names that would have been accepted besides the one in the endpoint. */
function accepted({ expectedNames = [] }: RemotingFacts): string {
  return expectedNames.length === 0
    ? ''
    : ` The provider also accepts a certificate of this server for ${expectedNames.join(', ')}.`;
}

function notPowerShell(facts: RemotingFacts, endpoint: Endpoint): string {
  return `The program at the other end is not a PowerShell remoting server, or it ended${facts.exitCode === undefined ? '' : ` with exit code ${facts.exitCode}`}${facts.stderr === undefined ? '' : `; it said: ${quoted(facts.stderr)}`}. ${endpoint.kind === 'wsman' ? 'Check the path and the port of the endpoint.' : startedBy(endpoint)}`;
}

/** Where an administrator changes how PowerShell is started. */
function startedBy(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case 'ssh':
      return `The server's sshd_config starts it, as the subsystem ${endpoint.subsystem} (${ENVIRONMENT.ssh_subsystem}).`;
    case 'process':
      return `process_command (provider block, or ${ENVIRONMENT.process_command}) starts it.`;
    case 'wsman':
      return '';
  }
}

/** How to keep PowerShell from printing text of its own, where its command line is a setting of the provider. */
function silence({ kind }: Endpoint): string {
  return kind === 'process' ? ' -NoLogo and -NoProfile keep PowerShell itself silent.' : '';
}
