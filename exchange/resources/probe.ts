import { Reference, type Credential } from '../../powershell/invocation';
import type { DeclaredUrls } from './autodiscover-urls';
import { isPort } from './host';

/**
 * A check of a server from the machine that runs Terraform, over TLS. Only that of a connector needs cmdlets: it first
 * reads which certificate the connectors select. It is repeated until it passes or times out.
 *
 * The trust in the certificate is not validated. This is safe, because the expected certificate is known by its hash
 * and no other one passes. A password is sent only to Autodiscover, over a connection with the expected certificate.
 */
export type Probe = CertificateProbe | ConnectorProbe | PageProbe | AutodiscoverProbe;

interface AnyProbe {
  /** Name of the server that it checks. */
  readonly server: string;
  /** The host to connect to: the server's own name, never a name that may lead to a load balancer. */
  readonly host: string;
  readonly port: number;
  /** Seconds after which it has failed. */
  readonly seconds: number;
  /** Its reason, one sentence for people. */
  readonly reason: string;
}

/** A check of the certificate that a server presents for a name. */
export interface CertificateProbe extends AnyProbe {
  readonly kind: 'certificate';
  /** How the TLS handshake begins. */
  readonly scheme: ProbeScheme;
  /** The requested name (SNI). */
  readonly name: string;
  /** SHA-1 thumbprint of the expected certificate: 40 hexadecimal digits. */
  readonly thumbprint: string | Reference;
}

/**
 * A check of the certificate that a server presents after STARTTLS: it must be one that a Receive connector of the port
 * selects. What the connectors select is read from Exchange right before.
 */
export interface ConnectorProbe extends AnyProbe {
  readonly kind: 'connector';
}

/** `tls`: TLS from the first byte. */
export type ProbeScheme = 'tls';

/** A check of the page by which Managed Availability tells load balancers whether a protocol is healthy. */
export interface PageProbe extends AnyProbe {
  readonly kind: 'page';
  /** `/owa/healthcheck.htm`. */
  readonly path: string;
  /** SHA-1 thumbprint of the expected certificate; with any other one, the answer does not count. */
  readonly thumbprint: string | Reference;
}

/** A check of what Autodiscover hands out for a mailbox to its owner. */
export interface AutodiscoverProbe extends AnyProbe {
  readonly kind: 'autodiscover';
  /** The host name that clients request. */
  readonly name: string;
  /** SHA-1 thumbprint of the expected certificate; with any other one, nothing is sent. */
  readonly thumbprint: string | Reference;
  readonly mailbox: string;
  /** Credential of its owner. Left out: no credential is available, and the check is not possible. */
  readonly mailboxCredential?: Credential | Reference;
  /** The URLs that the response must contain. */
  readonly urls: DeclaredUrls;
}

/** A check in words, as a line of `cmdlets` in a plan. */
export function probeText(probe: Probe): string {
  if (probe.kind === 'connector') {
    return `STARTTLS ${probe.host}:${probe.port} # must show the certificate that its Receive connector selects`;
  }
  const hash = hashText(probe);
  if (probe.kind === 'autodiscover') {
    return `POST https://${probe.host}${probe.port === HTTPS_PORT ? '' : `:${probe.port}`}/autodiscover/autodiscover.xml for ${probe.name} about ${probe.mailbox} # must hold the declared URLs, behind the certificate ${hash}`;
  }
  return probe.kind === 'page'
    ? `GET ${pageUrl(probe)} # must answer 200, behind the certificate ${hash}`
    : `TLS ${probe.host}:${probe.port} for ${probe.name} # must show the certificate ${hash}`;
}

/** The expected hash; or its description, where only a run knows it. */
export function hashText({ thumbprint }: Pick<PageProbe, 'thumbprint'>): string {
  return thumbprint instanceof Reference ? `<${thumbprint.description}>` : thumbprint;
}

export function pageUrl({ host, port, path }: PageProbe): string {
  return `https://${host}${port === HTTPS_PORT ? '' : `:${port}`}${path}`;
}

export const HTTPS_PORT = 443;

/** The text of a certificate probe in attributes: `tls://EX01.contoso.com:443/mail.contoso.com`. */
export function probeAddress({
  scheme,
  host,
  port,
  name,
}: Pick<CertificateProbe, 'scheme' | 'host' | 'port' | 'name'>): string {
  return `${scheme}://${host}:${port}/${name}`;
}

/** The text of a connector probe in attributes: `smtp://EX01.contoso.com:25`. */
export function connectorAddress({ host, port }: Pick<ConnectorProbe, 'host' | 'port'>): string {
  return `smtp://${host}:${port}`;
}

const CONNECTOR = /^smtp:\/\/([^/:\s]+):(\d{1,5})$/;
const ADDRESS = /^(tls):\/\/([^/:\s]+):(\d{1,5})\/([^/\s]+)$/;
const PAGE = /^https:\/\/([^/:\s]+)(?::(\d{1,5}))?(\/[\x21-\x7e]*)$/;

/** Parses the text of a certificate probe; undefined for any other text. */
export function parseProbeAddress(
  text: string,
): Pick<CertificateProbe, 'scheme' | 'host' | 'port' | 'name'> | undefined {
  const [, scheme, host = '', port = '', name = ''] = ADDRESS.exec(text) ?? [];
  if (!isPort(port)) return undefined;
  return { scheme: scheme as ProbeScheme, host, port: Number(port), name };
}

/** Parses the text of a connector probe; undefined for any other text. */
export function parseConnectorAddress(text: string): Pick<ConnectorProbe, 'host' | 'port'> | undefined {
  const [, host = '', port = ''] = CONNECTOR.exec(text) ?? [];
  return isPort(port) ? { host, port: Number(port) } : undefined;
}

/** Parses the URL of a page; undefined for any other text. */
export function parsePageUrl(text: string): Pick<PageProbe, 'host' | 'port' | 'path'> | undefined {
  const [, host = '', port = String(HTTPS_PORT), path] = PAGE.exec(text) ?? [];
  if (path === undefined || !isPort(port)) return undefined;
  return { host, port: Number(port), path };
}
