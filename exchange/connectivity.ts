import { MAIL_PROTOCOLS } from './mail-protocols';
import { includesName } from './resources/equality';
import { CONNECTIVITY_TESTS, type ConnectivityTest } from './resources/connectivity-test-names';
import { hasOn } from './builds';
import { webCertificate } from './health-from-runner';
import { idOn } from './phases/phase';
import { AUTODISCOVER_SERVICES, HTTPS_PORT, probeAddress } from './resources';
import type { AttributeReference } from './element';
import { urlOf } from './namespaces';
import { serviceNamed } from './services';
import type { ExchangeSiteProps } from './site';
import type { Placement } from './topology';

/** Whether connectivity tests are declared for a server. */
export function isTested({ health }: ExchangeSiteProps, { server }: Placement): boolean {
  const declared = health?.connectivity;
  return (
    declared !== undefined && (declared.servers === undefined || includesName(declared.servers, server.name))
  );
}

/**
 * The declared tests of a server, in the order in which they run. POP and IMAP are tested only where `mailProtocols`
 * declares them for the server.
 */
export function connectivityTests(
  site: ExchangeSiteProps,
  placement: Placement,
): readonly ConnectivityTest[] {
  if (!isTested(site, placement)) return [];
  const declared = site.health?.connectivity?.tests ?? [];
  return CONNECTIVITY_TESTS.filter((test) => declared.includes(test) && answersFor(placement, test));
}

/** Whether a server offers what a test uses. */
export function answersFor({ protocols }: Placement, test: ConnectivityTest): boolean {
  const isOfMail = MAIL_PROTOCOLS.some(({ service }) => service === test);
  return !isOfMail || protocols.some(({ row }) => row.service === test);
}

/** The attributes of a connectivity check that say how to test Autodiscover. */
export interface AutodiscoverQuestion {
  readonly autodiscover_certificate?: { readonly [address: string]: AttributeReference };
  readonly autodiscover_urls?: { readonly [serviceAndSide: string]: string };
}

/** Empty where the test is not declared, and for a server whose Autodiscover name is cleared. */
export function autodiscoverQuestion(
  site: ExchangeSiteProps,
  placement: Placement,
  placements: readonly Placement[],
): AutodiscoverQuestion {
  if (!isAskedAutodiscover(site, placement)) return {};
  const certificate = webCertificate(placement);
  if (certificate === undefined) return {};
  const address = probeAddress({
    scheme: 'tls',
    host: placement.server.fqdn,
    port: HTTPS_PORT,
    name: placement.autodiscover.host.toLowerCase(),
  });
  return {
    autodiscover_certificate: {
      [address]: { resource: idOn(placement.server, certificate.part), attribute: 'thumbprint' },
    },
    autodiscover_urls: declaredUrls(placements),
  };
}

export function isAskedAutodiscover(site: ExchangeSiteProps, placement: Placement): boolean {
  return (
    isTested(site, placement) &&
    site.health?.connectivity?.tests.includes('Autodiscover') === true &&
    placement.autodiscover.host !== ''
  );
}

/** The URLs of all servers with a service: Autodiscover answers with those of the servers that hold the mailbox. */
function declaredUrls(placements: readonly Placement[]): { readonly [serviceAndSide: string]: string } {
  const entries = AUTODISCOVER_SERVICES.flatMap((service) => {
    const having = placements.filter(({ server }) => hasOn(serviceNamed(service).lifespan, server));
    const hosts = having.map(
      ({ directories }) => directories.find(({ row }) => row.service === service)?.hosts,
    );
    // The URLs of one server are not managed, so that no expected answer is known for the service.
    if (hosts.length === 0 || hosts.includes(undefined)) return [];
    return (['internal', 'external'] as const).flatMap((side): readonly (readonly [string, string])[] => {
      const urls = hosts.map((each) => urlOf(service, each?.[side] ?? '')).filter((url) => url !== '');
      return urls.length === 0 ? [] : [[`${service} ${side}`, [...new Set(urls)].join(' ')]];
    });
  });
  return Object.fromEntries(entries);
}
