import { nameCovers } from '../../pki/coverage';
import type { Invocation } from '../../powershell/invocation';
import type { PowerShellObject } from '../../powershell/outcome';
import { isSameIssue, issueOf } from './certificate-issue';
import type { Facts } from './facts';
import { includesName, sameName } from './equality';
import { certificatesOf, installedCertificate, type InstalledCertificate } from './installed-certificate';
import { flagOf, textOf, textsOf } from './property';
import type { Answers } from './step';

const CONNECTORS = 'Get-ReceiveConnector';

/**
 * The reads that determine which certificate the server presents after STARTTLS: its Receive connectors and its
 * certificates.
 */
export function inboundInquiries(server: string, facts: Facts): readonly Invocation[] {
  return [
    {
      cmdlet: CONNECTORS,
      parameters: { Server: server },
      properties: ['Identity', 'Enabled', 'Bindings', 'AuthMechanism', 'Fqdn', 'TlsCertificateName'],
    },
    certificatesOf(server, facts),
  ];
}

/** The certificates that may be presented, or why they are not known. */
export type Inbound =
  | { readonly kind: 'selected'; readonly thumbprints: readonly string[] }
  | { readonly kind: 'none'; readonly problem: string; readonly remedy: string };

interface Connector {
  readonly identity: string;
  readonly name: string;
  /**
   * The certificate that the connector names by issuer and subject; null where the connector selects one by its FQDN.
   */
  readonly tlsCertificateName: string | null;
}

/**
 * Selects certificates as Exchange does. Candidates are the certificates with SMTP whose issuer and subject the
 * connector names (TlsCertificateName), or else those that hold its FQDN. Of the valid ones, those issued by an
 * authority come before self-signed ones, and then the one that became valid last is selected.
 * https://learn.microsoft.com/exchange/mail-flow/mail-routing/inbound-starttls-certificates-selection
 *
 * Several connectors may listen on a port, each for different client addresses. The certificate of any of them is
 * accepted.
 */
export function inboundCertificates(
  server: { readonly name: string; readonly fqdn: string },
  port: number,
  answers: Answers,
  now: Date,
): Inbound {
  const [connectors, certificates] = [
    answers.get(CONNECTORS) ?? null,
    answers.get('Get-ExchangeCertificate') ?? null,
  ];
  if (connectors === null || certificates === null) {
    return {
      kind: 'none',
      problem: `${connectors === null ? CONNECTORS : 'Get-ExchangeCertificate'} could not be read for ${server.name}`,
      remedy: 'Run it in the management shell to see why.',
    };
  }
  const installed = certificates.flatMap((object) => installedCertificate(object) ?? []);
  const listening = connectors.filter((object) => listensOn(object, port));
  if (listening.length === 0) {
    return {
      kind: 'none',
      problem: `no Receive connector of ${server.name} is enabled on port ${port} with TLS`,
      remedy: `Look at Get-ReceiveConnector -Server '${server.name}', or take SMTP out of health.fromRunner.`,
    };
  }
  const selections = listening.map((object) => {
    const connector = connectorOf(object, server.fqdn);
    return { connector, selected: selectedBy(connector, installed, now) };
  });
  const thumbprints = selections.flatMap(({ selected }) =>
    selected === undefined ? [] : [selected.thumbprint],
  );
  const [first] = selections;
  if (thumbprints.length > 0 || first === undefined) {
    return { kind: 'selected', thumbprints: [...new Set(thumbprints)] };
  }
  const { identity, name, tlsCertificateName } = first.connector;
  return {
    kind: 'none',
    problem: `the Receive connector '${identity}' finds no certificate with SMTP ${tlsCertificateName === null ? `that has its FQDN '${name}'` : `by its TlsCertificateName '${tlsCertificateName}'`}, so that it offers no TLS`,
    remedy: `Give SMTP to a certificate that it finds, or name one: Set-ReceiveConnector -Identity '${identity}' -TlsCertificateName '<I>…<S>…'.`,
  };
}

/** A property that is missing does not exclude a connector. */
function listensOn(object: PowerShellObject, port: number): boolean {
  const mechanisms = textsOf(object, 'AuthMechanism');
  return (
    flagOf(object, 'Enabled') !== false &&
    (mechanisms === null || includesName(mechanisms, 'Tls')) &&
    (textsOf(object, 'Bindings') ?? []).some((binding) => binding.endsWith(`:${port}`))
  );
}

function connectorOf(object: PowerShellObject, fqdn: string): Connector {
  return {
    identity: textOf(object, 'Identity') ?? '',
    name: textOf(object, 'Fqdn') || fqdn,
    tlsCertificateName: textOf(object, 'TlsCertificateName') || null,
  };
}

function selectedBy(
  { name, tlsCertificateName }: Connector,
  installed: readonly InstalledCertificate[],
  now: Date,
): InstalledCertificate | undefined {
  const named = tlsCertificateName === null ? undefined : issueOf(tlsCertificateName);
  const eligible = installed
    .filter((certificate) => certificate.services === null || includesName(certificate.services, 'SMTP'))
    .filter((certificate) =>
      named === undefined
        ? hostsOf(certificate).some((host) => nameCovers(host, name))
        : named !== null && isSameIssue(named, certificate),
    )
    .sort((one, other) => ((one.notBefore ?? '') < (other.notBefore ?? '') ? 1 : -1));
  const isValid = ({ notBefore, notAfter }: InstalledCertificate) =>
    (notBefore ?? '') <= now.toISOString() && now.toISOString() <= (notAfter ?? '');
  return (
    eligible.find((certificate) => !certificate.selfSigned && isValid(certificate)) ??
    eligible.find(({ selfSigned }) => selfSigned) ??
    eligible[0]
  );
}

/** The names of a certificate, including its common name. */
function hostsOf({ names, subject }: InstalledCertificate): readonly string[] {
  const [, , common] = /(?:^|,\s*)CN=("?)([^,"]+)\1/i.exec(subject ?? '') ?? [];
  const own = names ?? [];
  return common === undefined || own.some((name) => sameName(name, common)) ? own : [...own, common];
}
