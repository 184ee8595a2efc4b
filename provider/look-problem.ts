import type { Probe } from '../exchange/resources';
import type { Diagnostic } from '../schema';
import type { AutodiscoverProblem } from './autodiscover-look';
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

export function lookFailed(probe: Probe, problem: LookProblem): Diagnostic {
  const { server, host, port, seconds } = probe;
  const [what, remedy] = lookText(probe, problem);
  const isAway = problem.kind === 'silent' || (problem.kind === 'unreachable' && !isOfTls(problem.code));
  return {
    severity: 'error',
    summary: isAway ? `This machine does not reach ${host}:${port}` : `${server} does not show what it must`,
    detail: `${problem.kind === 'not-let-in' ? 'At once' : `After ${seconds} seconds`}: ${what}. ${remedy} ${probe.kind === 'autodiscover' ? RESUME : NOT_RUN}`,
  };
}

const AUTODISCOVER_PATH = '/autodiscover/autodiscover.xml';
const REACH_REMEDY =
  'Open the way from this machine to the server, or take what needs it out of health.fromRunner.';
const NO_TLS =
  'What answers there comes to no TLS 1.2 or later: let the server offer it (Windows Server 2008 R2 and 2012 must be told to), or look what else listens there.';

/** Whether the connection was made, and only the TLS handshake failed. */
function isOfTls(code: string): boolean {
  return code === 'EPROTO' || code.startsWith('ERR_SSL_');
}

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
        'Look at AuthMechanism of the Receive connector, at its certificate (event 12014), and whether something stands before the server.',
      ];
    case 'page':
      return [
        `${problem.url} answers ${problem.status}${problem.location === undefined ? '' : ` and sends on to ${problem.location}`}, not 200`,
        // Which other status Exchange answers with is (unverified).
        problem.location === undefined
          ? 'The server may take no clients for the protocol: look at Get-ServerComponentState and Get-HealthReport of it, and where these are well, at what else answers there.'
          : 'Something else answers there than Managed Availability, or it was set up otherwise: look at the web site of the server.',
      ];
    case 'other-page':
      return [
        `${problem.url} answers 200 without '200 OK' at the beginning of the page`,
        'Something else answers there than Managed Availability: look at the web site of the server.',
      ];
    case 'not-let-in':
      return [
        `${at} answers ${problem.status} to ${problem.account} at ${AUTODISCOVER_PATH}`,
        'Look at the password (TF_VAR_mailbox_password), and whether the Autodiscover directory takes Basic authentication, as Setup leaves it. It is not tried again, which could lock the account.',
      ];
    case 'no-answer':
      return [
        `${at}${AUTODISCOVER_PATH} ${problem.reply}`,
        'Ask about a mailbox of this organization, and look what answers under the name of Autodiscover on the server.',
      ];
    case 'other-urls':
      return [
        `Autodiscover of ${probe.server} hands out other URLs than are declared: ${problem.differences.join('; ')}`,
        'Each server hands out what is set in its Active Directory site where the mailbox is: bring the others there to the declaration, or declare theirs. Autodiscover keeps what it has read for some minutes.',
      ];
    case 'silent':
      return [notSeenText(at, probe.host, problem), REACH_REMEDY];
    case 'unreachable':
      return [
        notSeenText(at, probe.host, problem),
        isOfTls(problem.code) ? NO_TLS : unreachableRemedy(probe),
      ];
  }
}

/** The ports of POP and IMAP with TLS. These services load their certificate when they start. */
const MAIL_PORTS: ReadonlySet<number> = new Set([993, 995]);

/** https://learn.microsoft.com/powershell/module/exchangepowershell/set-servercomponentstate */
function unreachableRemedy({ kind, server, port }: Probe): string {
  if (kind !== 'certificate' || !MAIL_PORTS.has(port)) return REACH_REMEDY;
  return `POP and IMAP stop where their server is taken out of service, and may not start again by themselves: start their services on ${server}. Or else: ${REACH_REMEDY}`;
}

function otherCertificate({ kind, server, port }: Probe): string {
  if (kind === 'connector') {
    return `Transport may go on with a certificate that it had: Restart-Service MSExchangeFrontEndTransport on ${server} (MSExchangeTransport before 2013).`;
  }
  return MAIL_PORTS.has(port)
    ? `POP and IMAP take a certificate when their services start: restart them on ${server}.`
    : `Look at the bindings of the Default Web Site of ${server}: one with a host name of its own keeps its certificate, and a load balancer must not stand under the server's name.`;
}

/**
 * The text for a server that shows nothing.
 *
 * @param at host and port
 */
export function notSeenText(at: string, host: string, problem: NotSeen): string {
  switch (problem.kind) {
    case 'no-tls':
      return `${at} lets no TLS begin: '${problem.reply}'`;
    case 'silent':
      return `${at} does not answer within ${problem.seconds} seconds`;
    case 'unreachable': {
      const { code, message } = problem;
      if (code === 'ECONNREFUSED') return `${at} refuses the connection`;
      if (NO_ADDRESS.has(code)) return `this machine finds no address of ${host}`;
      return `${at}: ${message}${code === '' ? '' : ` (${inLine(code)})`}`;
    }
  }
}
