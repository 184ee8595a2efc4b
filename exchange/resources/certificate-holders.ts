import { nameCovers } from '../../pki/coverage';
import type { Invocation } from '../../powershell/invocation';
import type { PowerShellObject } from '../../powershell/outcome';
import { NO_HISTORY } from './certificate-history';
import type { Facts } from './facts';
import { includesName, sameName } from './equality';
import { isSameIssue, issueOf } from './certificate-issue';
import { typedFor, type InstalledCertificate } from './installed-certificate';
import { textOf } from './property';
import type { Answers } from './step';

/** IIS site number of the Default Web Site, which answers clients. */
export const FRONT_END = 1;
/** IIS site number of the Exchange Back End on port 444, which answers the front end of any server. */
export const BACK_END = 2;

/**
 * Services that refer to a certificate by its thumbprint, so that a certificate with such a service is the one in use.
 * That a server has one certificate for each of them is (unverified), docs/lab.md.
 */
const BY_THUMBPRINT = ['UM', 'UMCallRouter'];
/** The federation trust refers to its certificate by thumbprint. `Enable-ExchangeCertificate` does not change it. */
const FEDERATION = 'Federation';
/**
 * Services that several certificates may list at once. SMTP is listed for each certificate whose key the transport
 * service may read, POP and IMAP for each with suitable names.
 */
export const LISTED_ON_SEVERAL = ['SMTP', 'POP', 'IMAP'];

/** What a step before the removal assigns to a certificate. */
export interface Handover {
  readonly thumbprint: string;
  readonly services: readonly string[];
  /** Whether the certificate becomes the internal transport certificate. */
  readonly replacesDefault: boolean;
}

type Named = Pick<InstalledCertificate, 'issuer' | 'subject' | 'names'>;

/** The state of a server when a certificate is to be removed from it. */
export interface Situation {
  readonly server: string;
  readonly certificate: InstalledCertificate;
  /** The certificates that remain on the server. */
  readonly others: readonly Named[];
  /** The results of `holderInquiries`. */
  readonly answers: Answers;
  /** Assignments before the removal, which the answers do not show yet. */
  readonly handovers: readonly Handover[];
  readonly facts: Facts;
}

/** Whether a certificate can be removed: `free` if nothing uses it, `unknown` if that cannot be determined. */
export type Verdict =
  | { readonly kind: 'free' }
  | { readonly kind: 'held'; readonly by: string; readonly wayOut: string }
  | { readonly kind: 'unknown'; readonly why: string };

const FREE: Verdict = { kind: 'free' };

function transportCmdlet({ has }: Facts): string {
  return has('Get-TransportService') ? 'Get-TransportService' : 'Get-TransportServer';
}

/** Whether connectors can name a certificate. This came with Exchange 2013, as did Get-AuthConfig. */
function hasConnectorNames({ has }: Facts): boolean {
  return has('Get-AuthConfig');
}

/** These cmdlets show one server only. */
export const SERVER_INQUIRIES = ['Get-PopSettings', 'Get-ImapSettings'] as const;

/**
 * The reads that are needed to decide whether a certificate is in use. All except POP and IMAP show every server at
 * once.
 */
export function holderInquiries(server: string, facts: Facts): readonly Invocation[] {
  const organizationWide = (cmdlet: string, ...properties: readonly string[]): Invocation => ({
    cmdlet,
    parameters: {},
    properties,
  });
  const ofServer = (cmdlet: string): Invocation => ({
    cmdlet,
    parameters: { Server: server },
    properties: ['X509CertificateName'],
  });
  return [
    organizationWide(transportCmdlet(facts), 'Name', 'InternalTransportCertificateThumbprint'),
    ...(hasConnectorNames(facts)
      ? [
          organizationWide('Get-ReceiveConnector', 'Identity', 'Server', 'TlsCertificateName'),
          organizationWide('Get-SendConnector', 'Identity', 'TlsCertificateName'),
          organizationWide('Get-AuthConfig', ...AUTH_THUMBPRINTS),
        ]
      : []),
    ...SERVER_INQUIRIES.map(ofServer),
  ];
}

/**
 * The checks, in order. The first one that finds the certificate in use is reported before anything that is unknown.
 */
const JUDGES: readonly ((situation: Situation) => Verdict)[] = [
  byInternalTransport,
  byIis,
  byServiceOfThumbprint,
  bySendConnectors,
  byReceiveConnectors,
  byAuthConfiguration,
  ...SERVER_INQUIRIES.map((cmdlet) => (situation: Situation) => byMailProtocol(situation, cmdlet)),
];

/**
 * Whether anything uses a certificate on its server. The services that it lists do not answer this, because Exchange
 * never takes one away, and several certificates may list the same service.
 */
export function verdictOn(situation: Situation): Verdict {
  if (situation.certificate.services === null) {
    return {
      kind: 'unknown',
      why: 'the session does not tell which services use it (Get-ExchangeCertificate in the management shell on the server does)',
    };
  }
  const verdicts = JUDGES.map((judge) => judge(situation));
  const held = verdicts.find(({ kind }) => kind === 'held');
  if (held !== undefined) return held;
  const unknown = verdicts.flatMap((verdict) => (verdict.kind === 'unknown' ? [verdict.why] : []));
  return unknown.length === 0 ? FREE : { kind: 'unknown', why: unknown.join('; ') };
}

const GIVE_SMTP: Invocation = { cmdlet: 'Enable-ExchangeCertificate', parameters: { Services: 'SMTP' } };
const MAKE: Invocation = { cmdlet: 'New-ExchangeCertificate', parameters: {} };

/** `Remove-ExchangeCertificate` refuses it: https://learn.microsoft.com/powershell/module/exchangepowershell/remove-exchangecertificate */
function byInternalTransport({ server, certificate, answers, handovers, facts }: Situation): Verdict {
  const cmdlet = transportCmdlet(facts);
  const servers = answers.get(cmdlet) ?? null;
  if (servers === null) return unread(cmdlet);
  const own = servers.find((object) => sameName(textOf(object, 'Name') ?? '', server));
  const thumbprint = own === undefined ? null : textOf(own, 'InternalTransportCertificateThumbprint');
  if (thumbprint === null || thumbprint === '') {
    return {
      kind: 'unknown',
      why: `${cmdlet} does not show the InternalTransportCertificateThumbprint of ${server}`,
    };
  }
  const isPassedOn = handovers.some(
    (handover) => handover.replacesDefault && !sameName(handover.thumbprint, certificate.thumbprint),
  );
  if (isPassedOn || !sameName(thumbprint, certificate.thumbprint)) return FREE;
  return {
    kind: 'held',
    by: `it is the internal transport certificate of ${server}, the one that servers use among themselves`,
    wayOut:
      'Make another one that: declare replaceDefaultSmtpCertificate: true for the certificate that replaces it, or ' +
      `run ${typedFor(server, GIVE_SMTP, facts)} with the -Thumbprint of the one that Setup made ` +
      `and answer Yes; where that one is gone, ${typedFor(server, MAKE, facts)} makes one.`,
  };
}

function byIis({ server, certificate, handovers, facts }: Situation): Verdict {
  const { history = NO_HISTORY } = facts;
  const { thumbprint, iisSites, services } = certificate;
  const isPassedOn = isGiven(handovers, thumbprint, 'IIS');
  if (iisSites === null) {
    if (!includesName(services, 'IIS') || isPassedOn) return FREE;
    // This run has given the front end another certificate: IIS is listed only for the back end, or the answer is out
    // of date.
    if (history.lost(server, thumbprint, 'IIS')) {
      return {
        kind: 'held',
        by: `it still lists IIS after the Default Web Site of ${server} got another one, so that Exchange Back End (port 444) may show it`,
        wayOut: BIND_ANOTHER,
      };
    }
    return heldByIis(`IIS of ${server} uses it`);
  }
  const onFrontEnd = iisSites.includes(FRONT_END) && !isPassedOn && !history.lost(server, thumbprint, 'IIS');
  if (onFrontEnd) return heldByIis(`the Default Web Site of ${server} shows it`);
  const [other] = iisSites.filter((site) => site !== FRONT_END);
  if (other === undefined) return FREE;
  return {
    kind: 'held',
    by:
      other === BACK_END
        ? `the site Exchange Back End of ${server} shows it`
        : `the site ${other} of IIS on ${server} shows it`,
    wayOut: BIND_ANOTHER,
  };
}

const BIND_ANOTHER =
  'Bind another one there (IIS Manager); for Exchange Back End, port 444, the one that Setup made, Microsoft Exchange.';

function heldByIis(by: string): Verdict {
  return {
    kind: 'held',
    by,
    wayOut: 'Give IIS to another certificate first: Enable-ExchangeCertificate -Services IIS.',
  };
}

function byServiceOfThumbprint({ certificate, handovers }: Situation): Verdict {
  if (includesName(certificate.services, FEDERATION)) {
    return {
      kind: 'held',
      by: `${FEDERATION} uses it`,
      wayOut:
        'Give the federation trust another one first: Set-FederationTrust -Thumbprint, then -PublishFederationCertificate.',
    };
  }
  const known = [...LISTED_ON_SEVERAL, 'IIS'];
  const held = (certificate.services ?? []).find(
    (service) => !includesName(known, service) && !isGiven(handovers, certificate.thumbprint, service),
  );
  if (held === undefined) return FREE;
  return includesName(BY_THUMBPRINT, held)
    ? {
        kind: 'held',
        by: `${held} uses it`,
        wayOut: `Give ${held} to another certificate first: Enable-ExchangeCertificate -Services ${held}.`,
      }
    : { kind: 'unknown', why: `it lists a service that is not known here (${held})` };
}

/**
 * Exchange refuses to remove a certificate whose issuer and subject a Send connector names, on whichever server the
 * connector is, and even if another certificate has the same issuer and subject:
 * https://learn.microsoft.com/exchange/troubleshoot/mailflow/cannot-remove-installed-certificate
 */
function bySendConnectors({ certificate, answers, facts }: Situation): Verdict {
  if (!hasConnectorNames(facts)) return FREE;
  const connectors = answers.get('Get-SendConnector') ?? null;
  if (connectors === null) return unread('Get-SendConnector');
  return naming(connectors, certificate, 'Get-SendConnector', (connector) => ({
    kind: 'held',
    by: `the Send connector '${connector}' names its issuer and subject (TlsCertificateName), and Exchange removes no such certificate, even where another one has the same`,
    wayOut: `Run Set-SendConnector -Identity '${connector}' -TlsCertificateName $null, remove the certificate, then set TlsCertificateName again.`,
  }));
}

function byReceiveConnectors({ server, certificate, others, answers, facts }: Situation): Verdict {
  if (!hasConnectorNames(facts)) return FREE;
  const connectors = answers.get('Get-ReceiveConnector') ?? null;
  if (connectors === null) return unread('Get-ReceiveConnector');
  if (others.some((other) => isSameIssue(other, certificate))) return FREE;
  const own = connectors.filter((object) => sameName(textOf(object, 'Server') ?? server, server));
  return naming(own, certificate, 'Get-ReceiveConnector', (connector) => ({
    kind: 'held',
    by: `the Receive connector '${connector}' names it (TlsCertificateName), and no other certificate of ${server} has its issuer and subject`,
    wayOut: `Name another one first: Set-ReceiveConnector -Identity '${connector}' -TlsCertificateName '<I>…<S>…'.`,
  }));
}

/** The first connector that names the certificate. Unknown where the name in a connector cannot be compared with it. */
function naming(
  connectors: readonly PowerShellObject[],
  certificate: Named,
  cmdlet: string,
  held: (connector: string) => Verdict,
): Verdict {
  if (connectors.some((object) => !tells(object, 'TlsCertificateName'))) {
    return { kind: 'unknown', why: `${cmdlet} does not show TlsCertificateName` };
  }
  for (const connector of connectors) {
    const name = textOf(connector, 'TlsCertificateName') ?? '';
    const named = issueOf(name);
    if (named === null && name === '') continue;
    const identity = textOf(connector, 'Identity') ?? '';
    if (named === null || certificate.issuer === null || certificate.subject === null) {
      return { kind: 'unknown', why: `whether '${name}' of ${identity} names it is not known (${cmdlet})` };
    }
    if (isSameIssue(named, certificate)) return held(identity);
  }
  return FREE;
}

const AUTH_THUMBPRINTS = [
  'CurrentCertificateThumbprint',
  'PreviousCertificateThumbprint',
  'NextCertificateThumbprint',
];

function byAuthConfiguration({ certificate, answers, facts }: Situation): Verdict {
  if (!hasConnectorNames(facts)) return FREE;
  const [configuration] = answers.get('Get-AuthConfig') ?? [];
  if (configuration === undefined || !AUTH_THUMBPRINTS.every((name) => tells(configuration, name))) {
    return unread('Get-AuthConfig');
  }
  return AUTH_THUMBPRINTS.some((name) => sameName(textOf(configuration, name) ?? '', certificate.thumbprint))
    ? {
        kind: 'held',
        by: "it is the organization's Auth certificate (Get-AuthConfig)",
        wayOut:
          'Give the Auth configuration another one first (Set-AuthConfig), and wait until it is in effect.',
      }
    : FREE;
}

/** POP and IMAP use the certificate that covers the name in their settings. */
function byMailProtocol(
  { server, certificate, others, answers, handovers }: Situation,
  cmdlet: (typeof SERVER_INQUIRIES)[number],
): Verdict {
  const service = cmdlet === 'Get-PopSettings' ? 'POP' : 'IMAP';
  const [settings] = answers.get(cmdlet) ?? [];
  if (settings === undefined || !tells(settings, 'X509CertificateName')) return unread(cmdlet);
  const host = textOf(settings, 'X509CertificateName') ?? '';
  // Enabling the service for another certificate also sets a name of that certificate.
  if (host === '' || isGiven(handovers, certificate.thumbprint, service)) return FREE;
  const has = ({ names }: Named) => names?.some((name) => nameCovers(name, host) || sameName(name, host));
  if (others.some((other) => has(other) === true)) return FREE;
  switch (has(certificate)) {
    case true:
      return {
        kind: 'held',
        by: `${service} of ${server} is set to '${host}' (X509CertificateName), and no other certificate of the server has that name`,
        wayOut: `Give ${service} to another one (Enable-ExchangeCertificate -Services ${service}), or set another name: ${cmdlet.replace('Get-', 'Set-')} -Server '${server}' -X509CertificateName.`,
      };
    case false:
      return FREE;
    case undefined:
      return { kind: 'unknown', why: `whether it has the name '${host}' of ${cmdlet} is not known` };
  }
}

function isGiven(handovers: readonly Handover[], thumbprint: string, service: string): boolean {
  return handovers.some(
    (handover) => !sameName(handover.thumbprint, thumbprint) && includesName(handover.services, service),
  );
}

/** Whether the object has the property at all. A missing property means unknown, null means none. */
function tells({ properties }: PowerShellObject, name: string): boolean {
  return includesName(Object.keys(properties), name);
}

function unread(cmdlet: string): Verdict {
  return { kind: 'unknown', why: `${cmdlet} could not be read` };
}
