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

/** What a gate looks at from the machine that runs Terraform, as its attributes have it. */
export interface RunnerChecks {
  readonly shown_certificates?: { readonly [address: string]: AttributeReference };
  readonly connector_certificates?: readonly string[];
  readonly health_pages?: readonly string[];
}

/** Ports on which connectors of Setup take mail from servers and from programs. */
const SMTP_PORTS = [25, 587];

/** Whether the version has the cmdlet that shows what is selected. */
export function showsConnectors({ server }: Placement): boolean {
  return catalogOf(server.version).has('Get-ReceiveConnector');
}

/** The certificate that IIS has on a server; undefined where none is declared. */
export function webCertificate({ certificates }: Placement): PlacedCertificate | undefined {
  return certificates.find(isForWeb);
}

/** Those of POP and IMAP find it by the name that is declared for them, also where it has a wildcard. */
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

/** Whether the runner is to look at the server. */
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
  // A page counts only behind the certificate of its host.
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

/** Every name by which clients come to the web site of a server. */
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
