import { nameCovers } from '../pki/coverage';
import { isForWeb } from './declared-certificates';
import type { AttributeReference } from './element';
import { healthUrlOf } from './health-url';
import { MAIL_PROTOCOLS } from './mail-protocols';
import { idOn } from './phases/phase';
import { includesName } from './resources/equality';
import { connectorAddress, HTTPS_PORT, probeAddress } from './resources/probe';
import { HEALTH_SETS_LIFESPAN, type ServiceName } from './services';
import type { ExchangeSiteProps } from './site';
import type { PlacedCertificate, Placement } from './topology';
import { catalogOf, existsIn } from './versions';

/** The attributes of a health gate for its checks from the machine that runs Terraform. */
export interface RunnerChecks {
  readonly shown_certificates?: { readonly [address: string]: AttributeReference };
  readonly connector_certificates?: readonly string[];
  readonly health_pages?: readonly string[];
}

/**
 * Ports on which the Receive connectors that Setup makes accept mail from servers (25) and from mail programs (587).
 */
const SMTP_PORTS = [25, 587];

/** Whether the version has the cmdlet that shows which certificate a Receive connector selects. */
export function showsConnectors({ server }: Placement): boolean {
  return catalogOf(server.version).has('Get-ReceiveConnector');
}

/** The declared certificate for IIS on a server; undefined where there is none. */
export function webCertificate({ certificates }: Placement): PlacedCertificate | undefined {
  return certificates.find(isForWeb);
}

/**
 * The certificate that POP or IMAP uses on a server: the one declared for the service. Without one, the first whose names
 * cover `host`, since Exchange selects a wildcard certificate by the host name of the service (`X509CertificateName`).
 */
export function mailCertificate(
  { certificates }: Placement,
  service: 'POP' | 'IMAP',
  host: string,
): PlacedCertificate | undefined {
  return (
    certificates.find(({ declared }) => declared.services.includes(service)) ??
    certificates.find(({ declared }) => declared.names.some((name) => nameCovers(name, host)))
  );
}

/** Whether the machine that runs Terraform checks the server. */
export function isLookedAt({ health }: ExchangeSiteProps, { server }: Placement): boolean {
  const declared = health?.fromRunner;
  return (
    declared !== undefined && (declared.servers === undefined || includesName(declared.servers, server.name))
  );
}

export function runnerChecks(site: ExchangeSiteProps, placement: Placement): RunnerChecks {
  if (!isLookedAt(site, placement)) return {};
  const { health } = site;
  const { certificates = [], healthcheck = false } = health?.fromRunner ?? {};
  const { fqdn: host, version } = placement.server;
  const answers = healthcheck && existsIn(HEALTH_SETS_LIFESPAN, version);
  const shown = new Map<string, AttributeReference>();
  const show = (certificate: PlacedCertificate | undefined, port: number, names: readonly string[]) => {
    if (certificate === undefined) return;
    for (const name of new Set(names.map((each) => each.toLowerCase()))) {
      shown.set(probeAddress({ scheme: 'tls', host, port, name }), {
        resource: idOn(placement.server, certificate.part),
        attribute: 'thumbprint',
      });
    }
  };
  if (certificates.includes('IIS')) show(webCertificate(placement), HTTPS_PORT, namesForClients(placement));
  // The answer of a page counts only if the host presents the right certificate.
  if (answers) show(webCertificate(placement), HTTPS_PORT, [host]);
  for (const { service, ports } of MAIL_PROTOCOLS) {
    const protocol = placement.protocols.find(({ row }) => row.service === service);
    if (!certificates.includes(service) || protocol === undefined) continue;
    show(mailCertificate(placement, service, protocol.host), ports.tls, [protocol.host]);
  }
  return {
    ...(shown.size === 0 ? {} : { shown_certificates: Object.fromEntries(shown) }),
    ...(certificates.includes('SMTP') && showsConnectors(placement)
      ? { connector_certificates: SMTP_PORTS.map((port) => connectorAddress({ host, port })) }
      : {}),
    ...(answers && webCertificate(placement) !== undefined ? { health_pages: healthPages(placement) } : {}),
  };
}

/** Every name by which clients reach IIS on a server. */
export function namesForClients({
  autodiscover,
  outlookAnywhere,
  directories,
}: Placement): readonly string[] {
  return [
    autodiscover.host,
    ...[outlookAnywhere.hosts, ...directories.flatMap(({ hosts }) => hosts ?? [])].flatMap(
      ({ internal, external }) => [internal, external],
    ),
  ].filter((name) => name !== '');
}

function healthPages({ server, checks }: Placement): readonly string[] {
  return checks.protocols.map((protocol) => {
    const service = protocol === 'outlook-anywhere' ? 'outlookAnywhere' : (protocol as ServiceName);
    return healthUrlOf(service, server.fqdn);
  });
}
