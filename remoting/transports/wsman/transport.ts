import { RemotingError } from '../../remoting-error';
import type { Carrier, CarrierOptions, Transport } from '../../transport';
import { authenticatorFor, readClientCertificate, type WsmanAuthentication } from './authentication';
import { WsmanCarrier } from './carrier';
import { HttpChannel, hostOf, portOf } from './http-channel';
import { EXCHANGE_SHELL } from './names';
import { proxyFor, type Proxy } from './proxy';
import { followed, redirectTarget } from './redirect';
import { readTrust, type TlsSettings, type TlsTrust } from './tls';

/** PowerShell behind WS-Management. */
export interface WsmanOptions {
  /**
   * For example `https://ex1.contoso.com/PowerShell/`, or `http://ex1.contoso.com/PowerShell/`, where Kerberos seals
   * what goes over HTTP: there is no other authentication then, no proxy and no redirect.
   */
  readonly url: string;
  readonly authentication: WsmanAuthentication;
  readonly trust?: TlsTrust;
  /**
   * Resource URI of the shell, for example `http://schemas.microsoft.com/powershell/Microsoft.PowerShell`.
   *
   * @default that of Exchange
   */
  readonly shellResource?: string;
  /**
   * Milliseconds after which the server says that a running command has nothing new. A long command is asked for
   * again and again; it does not end by this.
   *
   * @default 20000
   */
  readonly operationTimeoutMs?: number;
  /**
   * Bytes of an envelope, in both directions.
   *
   * @default 512000, and 153600 for PowerShell 2 and until the server has said what it is
   */
  readonly maxEnvelopeBytes?: number;
  /**
   * How often a request that certainly had no effect is sent again where the server is busy or a quota is used up,
   * after pauses of half a second and then twice as long each time, or as the server says.
   *
   * @default 4
   */
  readonly retries?: number;
  /**
   * Hosts and ports to which the server may send us, with the same credentials, as `ex2.contoso.com:8443`; a host alone
   * stands for port 443.
   *
   * @default none but those of `url`
   */
  readonly allowedRedirectHosts?: readonly string[];
  /**
   * Where `HTTPS_PROXY` and `NO_PROXY` are read.
   *
   * @default no proxy
   */
  readonly environment?: { readonly [name: string]: string | undefined };
}

const MIN_ENVELOPE_BYTES = 8_192;
/** Room for an answer beyond the envelope that was asked for: a server that goes further is refused. */
const ANSWER_SLACK = 2;

/**
 * Exchange's directory asks each client for a certificate when its first request is there (`sslFlags="SslNegotiateCert"` in
 * the default configuration of IIS). TLS 1.2 begins anew for that; TLS 1.3 has post-handshake authentication, which Node's
 * client does not offer: Windows Server 2022 then resets the connection, and 2025 answers HTTP 500 (0x80070032). Windows'
 * own service asks for none.
 */
export const AT_EXCHANGE: Pick<TlsSettings, 'maxVersion'> = { maxVersion: 'TLSv1.2' };

export function wsmanTransport(options: WsmanOptions): Transport {
  return {
    async connect(carrierOptions: CarrierOptions, _signal: AbortSignal): Promise<Carrier> {
      const { maxEnvelopeBytes, authentication } = options;
      if (maxEnvelopeBytes !== undefined && maxEnvelopeBytes < MIN_ENVELOPE_BYTES) {
        throw new RemotingError('usage', `maxEnvelopeBytes must be at least ${MIN_ENVELOPE_BYTES}`);
      }
      const first = endpointUrl(options.url);
      if (first.protocol === 'http:' && authentication.kind !== 'negotiate') {
        const what =
          'http:// is used with Kerberos only, which seals what goes over it: any other authentication would show it to everybody on the way';
        throw new RemotingError('usage', what);
      }
      const redirects = (options.allowedRedirectHosts ?? []).map(targetFrom);
      const shellResource = options.shellResource ?? EXCHANGE_SHELL;
      const tls = {
        ...readTrust(options.trust ?? {}),
        ...readClientCertificate(authentication),
        ...(shellResource.toLowerCase() === EXCHANGE_SHELL.toLowerCase() ? AT_EXCHANGE : {}),
      };
      const open = (url: URL): HttpChannel => {
        const proxy = proxyOf(url, options.environment ?? {});
        return new HttpChannel({
          url,
          tls,
          ...(proxy === undefined ? {} : { proxy }),
          authenticator: authenticatorFor(authentication, hostOf(url)),
          maxAnswerBytes: ANSWER_SLACK * Math.max(maxEnvelopeBytes ?? 0, 512_000),
        });
      };
      return new WsmanCarrier({
        ...carrierOptions,
        channel: open(first),
        url: first.href,
        shellResource,
        operationTimeoutMs: options.operationTimeoutMs ?? 20_000,
        ...(maxEnvelopeBytes === undefined ? {} : { maxEnvelopeBytes }),
        retries: options.retries ?? 4,
        redirect(location) {
          const url = followed(location, first, redirects);
          return { channel: open(url), url: url.href };
        },
      });
    },
  };
}

/**
 * The proxy on the way to a URL, as `proxyFor` reads it from the environment. Sealed HTTP goes directly: a proxy may give
 * one connection to several clients, and a sign-in counts for all of it.
 */
export function proxyOf(
  url: URL,
  environment: { readonly [name: string]: string | undefined },
): Proxy | undefined {
  return url.protocol === 'https:' ? proxyFor(hostOf(url), portOf(url), environment) : undefined;
}

/** @throws RemotingError `usage` */
function endpointUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new RemotingError('usage', 'a WS-Management endpoint is a URL with https:// or http://');
  }
  if (url.username !== '' || url.password !== '') {
    throw new RemotingError('usage', 'credentials do not belong into a URL');
  }
  return url;
}

/** @throws RemotingError `usage` */
function targetFrom(text: string): string {
  const target = redirectTarget(text);
  if (target === undefined) throw new RemotingError('usage', `'${text}' is no host, or host and port`);
  return target;
}
