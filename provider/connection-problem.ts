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
 * @param again whether an earlier session of this run may have changed something
 * @param server whose own session it is. Left out: the session of the organization
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
      ? [`which ${ENVIRONMENT.shell_resource} names`, ` or ${ENVIRONMENT.shell_resource}`]
      : ["Windows' own, which Exchange 2007 needs", ''];
  const why = shell === EXCHANGE_SHELL ? "Exchange's own" : byWhom;
  return `What answers there is Windows Remote Management and does not have the shell that was asked for: ${inLine(shell)}, ${why}. Exchange's shell is only at http://server/PowerShell/ and https://server/PowerShell/, and Windows' own, ${WINDOWS_SHELL}, at https://server:5986/wsman: correct the path of the endpoint${setting}, so that both belong together.`;
}

/** ERROR_NOT_SUPPORTED, which IIS shows where it must ask for a client certificate and TLS 1.3 does not let it. */
const NOT_SUPPORTED = '0x80070032';

function isLateCertificate({ tlsVersion, code, httpStatus }: RemotingFacts): boolean {
  // By default IIS shows the code only to clients on the same machine.
  const failed = code === 'ECONNRESET' || httpStatus === 500;
  return code === NOT_SUPPORTED || (tlsVersion === 'TLSv1.3' && failed);
}

const LATE_CERTIFICATE = `At Exchange's directory IIS asks for a client certificate after the handshake, which cannot be answered at TLS 1.3: Windows Server 2022 then ends the connection, and 2025 answers HTTP 500 (${NOT_SUPPORTED}). To Exchange's own shell resource TLS 1.2 is offered: leave ${ENVIRONMENT.shell_resource} out for it. Where a proxy or load balancer ends TLS, let it speak TLS 1.2 to the server. Or turn TLS 1.3 off in the binding of IIS, or take http://server/PowerShell/ with Kerberos.`;

/** Compares the authentication schemes that the server offers with the one that was used. */
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

/** The names that would have been accepted besides the one in the endpoint. */
function accepted({ expectedNames = [] }: RemotingFacts): string {
  return expectedNames.length === 0 ? '' : ` Of this server it may also have ${expectedNames.join(', ')}.`;
}

function notPowerShell(facts: RemotingFacts): string {
  return `What answers there is not a PowerShell remoting server, or it ended${facts.exitCode === undefined ? '' : ` with exit code ${facts.exitCode}`}${facts.stderr === undefined ? '' : `; it said: ${quoted(facts.stderr)}`}.`;
}

/** Where an administrator changes how PowerShell is started. */
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
