import { textMap, textSet, type Known, type Problem } from '../../schema';
import { thumbprintProblem } from './certificate';
import { defineResource } from './definition';
import { sameName, sameNames } from './equality';
import {
  DEFAULT_HEALTH_SECONDS,
  healthChecks,
  PROTOCOLS_MEANING,
  protocolsProblem,
  timeoutSeconds,
} from './health-checks';
import { parseConnectorAddress, parsePageUrl, parseProbeAddress, type PageProbe, type Probe } from './probe';
import { serverAttribute } from './server-attribute';

/** The suffix of triggers that list the services of a certificate. */
export const SERVICES_TRIGGER = '-services';

type Triggers = { readonly [name: string]: string };

/**
 * Whether changed triggers require a new check. A service that leaves the declaration does not, because no cmdlet takes
 * a service away from a certificate.
 */
function requiresCheck(before: Triggers, now: Triggers): boolean {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].some((name) => {
    const [had, has] = [before[name], now[name]];
    if (had === has) return false;
    if (had === undefined || has === undefined || !name.endsWith(SERVICES_TRIGGER)) return true;
    return !has.split(' ').every((service) => had.split(' ').includes(service));
  });
}

export function shownProblem(value: Known): Problem | undefined {
  const wrong = Object.keys(value as Triggers).find((address) => parseProbeAddress(address) === undefined);
  if (wrong !== undefined) {
    return {
      problem: `'${wrong}' does not say where to look`,
      remedy: 'write it as tls://<server>:<port>/<name that is asked for>',
    };
  }
  // In a declaration, some values are references to what only a run knows.
  const texts = Object.values(value as { readonly [address: string]: unknown }).filter(
    (each): each is string => typeof each === 'string',
  );
  return texts.map(thumbprintProblem).find((problem) => problem !== undefined);
}

function connectorsProblem(value: Known): Problem | undefined {
  const wrong = (value as readonly string[]).find((address) => parseConnectorAddress(address) === undefined);
  return wrong === undefined
    ? undefined
    : { problem: `'${wrong}' does not say where to look`, remedy: 'write it as smtp://<server>:<port>' };
}

function pagesProblem(value: Known): Problem | undefined {
  const wrong = (value as readonly string[]).find((url) => parsePageUrl(url) === undefined);
  return wrong === undefined
    ? undefined
    : { problem: `'${wrong}' is no https URL`, remedy: 'write it as https://<server>/owa/healthcheck.htm' };
}

interface ProbeAttributes {
  readonly server: string | null;
  readonly shown_certificates: Triggers | null;
  readonly connector_certificates: readonly string[] | null;
  readonly health_pages: readonly string[] | null;
  readonly timeout_seconds: number | null;
}

/** The checks from the machine that runs Terraform: first certificates, then those of connectors, then pages. */
function probesOf({
  server,
  shown_certificates,
  connector_certificates,
  health_pages,
  timeout_seconds,
}: ProbeAttributes): readonly Probe[] {
  const common = { server: server ?? '', seconds: timeout_seconds ?? DEFAULT_HEALTH_SECONDS };
  const certificates = Object.entries(shown_certificates ?? {}).flatMap(([text, thumbprint]): Probe[] => {
    const address = parseProbeAddress(text);
    if (address === undefined) return [];
    const reason = 'Clients must be shown the declared certificate before they are sent to the server.';
    return [{ kind: 'certificate', ...common, ...address, thumbprint, reason }];
  });
  const pages = (health_pages ?? []).flatMap((url): Probe[] => {
    const page = parsePageUrl(url);
    const thumbprint = page && expectedThumbprint(page, shown_certificates ?? {});
    if (page === undefined || thumbprint === undefined) return [];
    const reason =
      'The server itself must say that the protocol takes clients, as it says to load balancers.';
    return [{ kind: 'page', ...common, ...page, thumbprint, reason }];
  });
  const connectors = (connector_certificates ?? []).flatMap((text): Probe[] => {
    const address = parseConnectorAddress(text);
    if (address === undefined) return [];
    const reason = 'Whoever sends mail must be shown the certificate that the connector is set to.';
    return [{ kind: 'connector', ...common, ...address, reason }];
  });
  return [...certificates, ...connectors, ...pages];
}

/** The expected thumbprint on a host and port; undefined where no certificate is checked there. */
function expectedThumbprint(
  { host, port }: Pick<PageProbe, 'host' | 'port'>,
  shown: Triggers,
): string | undefined {
  const found = Object.entries(shown).find(([text]) => {
    const address = parseProbeAddress(text);
    return address !== undefined && sameName(address.host, host) && address.port === port;
  });
  return found?.[1];
}

interface GateAttributes extends ProbeAttributes {
  readonly protocols: readonly string[] | null;
  readonly triggers: Triggers | null;
}

/** Whether the gate must run, with all its checks. */
function mustRun(prior: GateAttributes | null, planned: GateAttributes): boolean {
  return (
    prior === null ||
    !sameNames(prior.protocols ?? [], planned.protocols ?? []) ||
    !isSame(prior, planned) ||
    requiresCheck(prior.triggers ?? {}, planned.triggers ?? {})
  );
}

function isSame(before: ProbeAttributes, now: ProbeAttributes): boolean {
  const texts = ({ shown_certificates, connector_certificates, health_pages }: ProbeAttributes) =>
    JSON.stringify([
      Object.entries(shown_certificates ?? {}).sort(([one], [other]) => (one < other ? -1 : 1)),
      [...(connector_certificates ?? [])].sort(),
      [...(health_pages ?? [])].sort(),
    ]);
  return texts(before) === texts(now);
}

/**
 * The health gate of a server: it checks that each protocol answers on the server's own name, and later objects wait
 * for it. It runs when it is created and whenever what it checks or one of its triggers changes; services that leave a
 * certificate are no such change. A destroy runs nothing.
 */
export const healthGate = defineResource({
  typeName: 'exchange_health_gate',
  kind: 'health',
  lifecycle: 'check',
  description: 'A check of a server that later steps wait for, the DNS records above all.',
  attributes: {
    server: serverAttribute('Server that is checked.'),
    protocols: textSet('required', `Protocols that must answer: ${PROTOCOLS_MEANING}`, {
      equals: sameNames,
      problem: protocolsProblem,
    }),
    timeout_seconds: timeoutSeconds('the server is healthy'),
    shown_certificates: textMap(
      'optional',
      'Thumbprints of the certificates that the server must show to the machine that runs Terraform, by the address of the service and the name that a client would ask for: tls://EX01.contoso.com:443/mail.contoso.com. Only the hash of a certificate is compared, not whether it is trusted, and nothing but the name is sent. Left out: no certificate is compared.',
      { problem: shownProblem },
    ),
    connector_certificates: textSet(
      'optional',
      'Where the server must show the machine that runs Terraform, after STARTTLS, the certificate that its Receive connector selects by its TlsCertificateName or its Fqdn: smtp://EX01.contoso.com:25. What it selects is read from Exchange then. Left out: nothing is looked at.',
      { problem: connectorsProblem },
    ),
    health_pages: textSet(
      'optional',
      'Pages of the server that must answer the machine that runs Terraform with 200: https://EX01.contoso.com/owa/healthcheck.htm, from Exchange 2013 on. No credentials are sent. An answer counts only behind the certificate that shown_certificates has for the same host and port. Left out: none is asked for.',
      { problem: pagesProblem },
    ),
    triggers: textMap(
      'optional',
      `Values whose change runs the check again; of one whose name ends with ${SERVICES_TRIGGER}, a list of services, only one that joins it does. Left out: it runs again only when what it checks changes.`,
    ),
  },
  importId: ['server'],
  validate: ({ shown_certificates, health_pages }) => {
    // Terraform passes the whole map as unknown if one of its thumbprints is unknown.
    if (shown_certificates === undefined) return [];
    const shown = (shown_certificates ?? {}) as Triggers;
    return ((health_pages ?? []) as readonly string[]).flatMap((url) => {
      const page = parsePageUrl(url);
      if (page === undefined || expectedThumbprint(page, shown) !== undefined) return [];
      return [
        {
          severity: 'error',
          summary: `Nothing says which certificate ${url} is behind`,
          detail: `Without it anybody could answer in place of the server. Give shown_certificates an entry for ${page.host}:${page.port}.`,
        },
      ];
    });
  },
  steps: ({ prior, planned }, facts) => {
    if (planned === null || !mustRun(prior, planned)) return [];
    return healthChecks(
      planned.server ?? '',
      planned.protocols ?? [],
      planned.timeout_seconds ?? DEFAULT_HEALTH_SECONDS,
      facts,
    );
  },
  probes: ({ prior, planned }) => (planned === null || !mustRun(prior, planned) ? [] : probesOf(planned)),
  forgets: 'A check keeps nothing on the server.',
});
