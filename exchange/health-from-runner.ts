import { nameCovers } from '../pki/coverage';
import { isForWeb } from './declared-certificates';
import type { AttributeReference } from './element';
import { MAIL_PROTOCOLS } from './mail-protocols';
import { HTTPS_PORT, probeAddress } from './resources/probe';
import { idOf } from './resource-id';
import { HEALTH_SETS_LIFESPAN, SERVICES } from './services';
import type { ExchangeSiteProps } from './site';
import type { PlacedCertificate, Placement } from './topology';
import { existsIn } from './versions';

/** What a gate looks at from the machine that runs Terraform, as its attributes have it. */
export interface RunnerChecks {
  readonly shown_certificates?: { readonly [address: string]: AttributeReference };
  readonly health_pages?: readonly string[];
}

/** Folder of the virtual directory of Outlook Anywhere, which has no row among the services. */
const OUTLOOK_ANYWHERE_FOLDER = 'rpc';

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

export function runnerChecks({ health }: ExchangeSiteProps, placement: Placement): RunnerChecks {
  const { certificates = [], healthcheck = false } = health?.fromRunner ?? {};
  const { fqdn: host, version } = placement.server;
  const answers = healthcheck && existsIn(HEALTH_SETS_LIFESPAN, version);
  const shown = new Map<string, AttributeReference>();
  const show = (certificate: PlacedCertificate | undefined, port: number, names: readonly string[]) => {
    if (certificate === undefined) return;
    for (const name of new Set(names.map((each) => each.toLowerCase()))) {
      shown.set(probeAddress({ scheme: 'tls', host, port, name }), {
        resource: `${idOf(placement.server.name)}-${certificate.part}`,
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
    ...(answers && webCertificate(placement) !== undefined ? { health_pages: healthPages(placement) } : {}),
  };
}

/** Every name by which clients come to the web site of a server. */
function namesForClients({ autodiscover, outlookAnywhere, directories }: Placement): readonly string[] {
  return [
    autodiscover.host,
    ...[outlookAnywhere.hosts, ...directories.flatMap(({ hosts }) => hosts ?? [])].flatMap(
      ({ internal, external }) => [internal, external],
    ),
  ].filter((name) => name !== '');
}

function healthPages({ server, checks }: Placement): readonly string[] {
  return checks.protocols.map((protocol) => {
    const folder = SERVICES.find(({ service }) => service === protocol)?.directory ?? OUTLOOK_ANYWHERE_FOLDER;
    return `https://${server.fqdn}/${folder}/healthcheck.htm`;
  });
}
