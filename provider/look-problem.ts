import type { Probe } from '../exchange/resources';
import type { Diagnostic } from '../schema';
import type { AutodiscoverProblem } from './autodiscover-look';
import { foundAfter, STOPPED, type Unwell } from './patience';
import { NOT_RUN, RESUME } from './resume';
import { inLine } from './quotation';
import type { NotSeen } from './tls-visit';

/** How what this machine saw on a server differs from the expected. */
export type LookProblem =
  /** The server shows another certificate. */
  | {
      readonly kind: 'certificate';
      readonly thumbprint: string;
      readonly subject: string;
      readonly until: string;
      /** The thumbprints of which the server must show one. */
      readonly wanted: readonly string[];
    }
  /** Exchange selects no certificate that the connector could show. */
  | { readonly kind: 'not-selected'; readonly problem: string; readonly remedy: string }
  /** The health page answers with another status than 200. */
  | { readonly kind: 'page'; readonly url: string; readonly status: number; readonly location?: string }
  /** The answer has status 200, but is not the health page. */
  | { readonly kind: 'other-page'; readonly url: string }
  | AutodiscoverProblem
  | NotSeen;

export function lookFailed(probe: Probe, { problem, end }: Unwell<LookProblem>): Diagnostic {
  const { kind, server, host, port, seconds } = probe;
  const [what, remedy] = lookText(probe, problem);
  const isAway =
    (problem.kind === 'silent' && !problem.connected) ||
    (problem.kind === 'unreachable' && !isOfTls(problem.code));
  const rest = kind === 'autodiscover' ? RESUME : NOT_RUN;
  if (end === 'stopped') {
    // The stop itself may have ended the connection of the last look.
    const seen = isAway ? STOPPED : `${foundAfter(seconds, end)}: ${what}.`;
    return {
      severity: 'error',
      summary: `The check of ${server} from this machine was stopped`,
      detail: `${seen} ${rest}`,
    };
  }
  return {
    severity: 'error',
    summary: isAway
      ? `This machine cannot reach ${host}:${port}`
      : `The check of ${server} from this machine failed`,
    detail: `${foundAfter(seconds, end)}: ${what}. ${remedy} ${rest}`,
  };
}

/**
 * RFC 7617 (section 2.1) leaves the encoding to the server where its challenge names none. What IIS expects is
 * unverified.
 */
const BEYOND_ASCII =
  'User name and password are sent in UTF-8, and one of them has characters beyond ASCII, which the server may read in another encoding: try an account with ASCII characters only.';
const AUTODISCOVER_PATH = '/autodiscover/autodiscover.xml';
/** What is off by default: Microsoft's table "Protocols in TLS/SSL (Schannel SSP)", read in a reprint. */
const NO_TLS =
  'The TLS handshake failed. Either the server offers no TLS 1.2 or later: turn it on there (Windows Server 2008 R2 has it off by default). Or something else listens at this address: find out what.';

/** Whether the connection was made, and only the TLS handshake failed. */
function isOfTls(code: string): boolean {
  return code === 'EPROTO' || code.startsWith('ERR_SSL_');
}

const SLOW =
  'The server can be reached: look at what answers at this port (for the web the application pools in IIS, otherwise the transport, POP or IMAP service), and at the load of the server.';

const NO_ADDRESS: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN']);

export function lookText(probe: Probe, problem: LookProblem): readonly [what: string, remedy: string] {
  const at = `${probe.host}:${probe.port}`;
  switch (problem.kind) {
    case 'certificate':
      return [
        `${at} shows the certificate ${problem.thumbprint} (${problem.subject}, until ${problem.until})${probe.kind === 'certificate' ? ` for ${probe.name}` : ''}, not ${problem.wanted.join(' or ')}`,
        otherCertificate(probe),
      ];
    case 'not-selected':
      return [problem.problem, problem.remedy];
    case 'no-tls':
      return [
        notSeenText(at, probe.host, problem),
        'Check that AuthMechanism of the Receive connector contains Tls, and that the connector finds its certificate (event 12014 says if it does not). Find out also whether another machine in front of the server answers.',
      ];
    case 'page':
      return [
        `${problem.url} answers ${problem.status}${problem.location === undefined ? '' : ` with a redirect to ${problem.location}`}, not 200`,
        // Which other status Exchange answers with is (unverified).
        problem.location === undefined
          ? 'The server may be out of service for this protocol: look at Get-ServerComponentState and Get-HealthReport for it. If both are well, find out what else answers at this address.'
          : 'Either something other than Managed Availability answers at this address, or its page was changed: look at the web site of the server in IIS.',
      ];
    case 'other-page':
      return [
        `${problem.url} answers 200 without '200 OK' at the beginning of the page`,
        'Something other than Managed Availability answers at this address: look at the web site of the server in IIS.',
      ];
    case 'not-let-in':
      return [
        `${at} answers ${problem.status} to ${problem.account} at ${AUTODISCOVER_PATH}`,
        'Check the password (TF_VAR_mailbox_password), and that Basic authentication is on for the Autodiscover virtual directory, as it is after Setup. The provider does not try again, because repeated attempts with a wrong password can lock the account.' +
          (problem.status === 401 && problem.isBeyondAscii ? ` ${BEYOND_ASCII}` : ''),
      ];
    case 'no-answer':
      return [
        `${at}${AUTODISCOVER_PATH} ${problem.reply}`,
        'Check that health.connectivity.mailbox is a mailbox of this organization, and find out what answers under the Autodiscover name on this server.',
      ];
    case 'other-urls':
      return [
        `Autodiscover of ${probe.server} hands out URLs that differ from the declared ones: ${problem.differences.join('; ')}`,
        'Autodiscover hands out the URLs that are set on the servers in the Active Directory site of the mailbox. Set the declared URLs on the other servers of that site as well, or declare the URLs that they have. Autodiscover keeps URLs in memory for some minutes, so a change shows later.',
      ];
    case 'silent':
      return [notSeenText(at, probe.host, problem), problem.connected ? SLOW : reachRemedy(probe)];
    case 'unreachable':
      return [
        notSeenText(at, probe.host, problem),
        isOfTls(problem.code) ? NO_TLS : unreachableRemedy(probe, problem.code),
      ];
  }
}

function reachRemedy({ kind }: Probe): string {
  const check =
    kind === 'autodiscover'
      ? "take 'Autodiscover' out of health.connectivity.tests"
      : 'take the checks that need it out of health.fromRunner, or fromRunner itself where none is left';
  return `Allow connections from this machine to this port of the server (firewall, routing), or ${check}.`;
}

/** The ports of POP and IMAP with TLS. These services load their certificate when they start. */
const MAIL_PORTS: ReadonlySet<number> = new Set([993, 995]);

/** https://learn.microsoft.com/powershell/module/exchangepowershell/set-servercomponentstate */
function unreachableRemedy(probe: Probe, code: string): string {
  const { kind, server, port, host } = probe;
  if (NO_ADDRESS.has(code)) {
    return `Check that the DNS server of this machine knows ${host}, and that it is the right name: it comes from fqdn of ${server} in the declaration.`;
  }
  if (kind === 'certificate' && MAIL_PORTS.has(port)) {
    return `The POP and IMAP services stop when their server is taken out of service, and may not start again by themselves: start them on ${server}. If they run: ${reachRemedy(probe)}`;
  }
  return code === 'ECONNREFUSED'
    ? `Nothing listens on this port, or a firewall rejects connections from this machine: start the service on ${server}. If it runs: ${reachRemedy(probe)}`
    : reachRemedy(probe);
}

function otherCertificate({ kind, server, port }: Probe): string {
  if (kind === 'connector') {
    return `The transport service may still use the certificate that it had before. Restart it on ${server}: Restart-Service MSExchangeFrontEndTransport (before 2013 MSExchangeTransport).`;
  }
  return MAIL_PORTS.has(port)
    ? `The POP and IMAP services load their certificate when they start: restart them on ${server}.`
    : `Look at the bindings of the Default Web Site of ${server} in IIS: a binding with a host name keeps a certificate of its own. Check also that the server's name leads to the server itself, not to a load balancer.`;
}

/**
 * The text for a server that shows nothing.
 *
 * @param at host and port
 */
export function notSeenText(at: string, host: string, problem: NotSeen): string {
  switch (problem.kind) {
    case 'no-tls':
      return `${at} does not start TLS: '${problem.reply}'`;
    case 'silent':
      return problem.connected
        ? `${at} takes the connection, but does not answer completely within ${problem.seconds} seconds`
        : `${at} does not answer within ${problem.seconds} seconds`;
    case 'unreachable': {
      const { code, message } = problem;
      if (code === 'ECONNREFUSED') return `${at} refuses the connection`;
      if (NO_ADDRESS.has(code)) return `this machine finds no address of ${host}`;
      return `${at}: ${message}${code === '' ? '' : ` (${inLine(code)})`}`;
    }
  }
}
