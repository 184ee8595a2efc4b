import { Reference, type Credential } from '../../powershell/invocation';
import type { DeclaredUrls } from './autodiscover-urls';

/**
 * A look at a server from the machine that runs Terraform, over TLS and without Exchange's cmdlets. It is repeated until it
 * shows what it must, or the time is over.
 *
 * Whether the certificate is trusted is not judged, which is safe: the one that must be shown is known by its hash, so that
 * no other one passes. A password is sent to ask Autodiscover only, over a connection that has shown it.
 */
export type Probe = CertificateProbe | ConnectorProbe | PageProbe | AutodiscoverProbe;

interface AnyProbe {
  /** The server that it concerns. */
  readonly server: string;
  /** What is connected to: the server's own name, never one that a load balancer may have. */
  readonly host: string;
  readonly port: number;
  /** Seconds until it has failed. */
  readonly seconds: number;
  /** Why it is made, one sentence for people. */
  readonly reason: string;
}

/** Which certificate a server shows to whoever asks for a name. */
export interface CertificateProbe extends AnyProbe {
  readonly kind: 'certificate';
  /** How the handshake is come to. */
  readonly scheme: ProbeScheme;
  /** The name that is asked for (SNI). */
  readonly name: string;
  /** SHA-1 of the certificate that must be shown: 40 hexadecimal digits. */
  readonly thumbprint: string | Reference;
}

/**
 * The certificate that a server shows after STARTTLS, which must be one that a Receive connector of the port selects. What
 * they select is read from Exchange right before.
 */
export interface ConnectorProbe extends AnyProbe {
  readonly kind: 'connector';
}

/** `tls`: TLS from the first byte. */
export type ProbeScheme = 'tls';

/** The page by which Managed Availability tells a load balancer whether a protocol takes clients. */
export interface PageProbe extends AnyProbe {
  readonly kind: 'page';
  /** `/owa/healthcheck.htm`. */
  readonly path: string;
  /** SHA-1 of the certificate without which the answer does not count. */
  readonly thumbprint: string | Reference;
}

/** What Autodiscover hands out for a mailbox, as its owner is told. */
export interface AutodiscoverProbe extends AnyProbe {
  readonly kind: 'autodiscover';
  /** The name that clients ask for. */
  readonly name: string;
  /** SHA-1 of the certificate without which nothing is sent. */
  readonly thumbprint: string | Reference;
  readonly mailbox: string;
  /** Its owner. Left out: nobody is told, and nothing can be asked. */
  readonly mailboxCredential?: Credential | Reference;
  /** What the answer must hold. */
  readonly urls: DeclaredUrls;
}

/** What a look is, and what it must show: a line of `cmdlets` in a plan. */
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

/** The hash that must be seen; what only a run knows is described. */
export function hashText({ thumbprint }: Pick<PageProbe, 'thumbprint'>): string {
  return thumbprint instanceof Reference ? `<${thumbprint.description}>` : thumbprint;
}

export function pageUrl({ host, port, path }: PageProbe): string {
  return `https://${host}${port === HTTPS_PORT ? '' : `:${port}`}${path}`;
}

export const HTTPS_PORT = 443;

/** What stands for a certificate probe in attributes: `tls://EX01.contoso.com:443/mail.contoso.com`. */
export function probeAddress({
  scheme,
  host,
  port,
  name,
}: Pick<CertificateProbe, 'scheme' | 'host' | 'port' | 'name'>): string {
  return `${scheme}://${host}:${port}/${name}`;
}

/** What stands for one after STARTTLS: `smtp://EX01.contoso.com:25`. */
export function connectorAddress({ host, port }: Pick<ConnectorProbe, 'host' | 'port'>): string {
  return `smtp://${host}:${port}`;
}

const CONNECTOR = /^smtp:\/\/([^/:\s]+):(\d{1,5})$/;
const ADDRESS = /^(tls):\/\/([^/:\s]+):(\d{1,5})\/([^/\s]+)$/;
const PAGE = /^https:\/\/([^/:\s]+)(?::(\d{1,5}))?(\/[\x21-\x7e]*)$/;

/** The way back; undefined for what is none. */
export function parseProbeAddress(
  text: string,
): Pick<CertificateProbe, 'scheme' | 'host' | 'port' | 'name'> | undefined {
  const [, scheme, host, port, name] = ADDRESS.exec(text) ?? [];
  if (scheme === undefined || host === undefined || name === undefined || !isPort(port)) return undefined;
  return { scheme: scheme as ProbeScheme, host, port: Number(port), name };
}

/** Host and port; undefined for what is no address of that kind. */
export function parseConnectorAddress(text: string): Pick<ConnectorProbe, 'host' | 'port'> | undefined {
  const [, host, port] = CONNECTOR.exec(text) ?? [];
  return host === undefined || !isPort(port) ? undefined : { host, port: Number(port) };
}

/** Host, port and path of a page; undefined for what is no URL of one. */
export function parsePageUrl(text: string): Pick<PageProbe, 'host' | 'port' | 'path'> | undefined {
  const [, host, port = String(HTTPS_PORT), path] = PAGE.exec(text) ?? [];
  if (host === undefined || path === undefined || !isPort(port)) return undefined;
  return { host, port: Number(port), path };
}

function isPort(port: string | undefined): boolean {
  return Number(port) >= 1 && Number(port) <= 65_535;
}
