import { RemotingError } from '../../remoting-error';
import type { Carrier, CarrierOptions, Transport } from '../../transport';
import { authenticatorFor, readClientCertificate, type WsmanAuthentication } from './authentication';
import { WsmanCarrier } from './carrier';
import { HttpChannel, hostOf, portOf } from './http-channel';
import { EXCHANGE_SHELL } from './names';
import { proxyFor, type Proxy } from './proxy';
import { followed, redirectTarget } from './redirect';
import { readTrust, type TlsSettings, type TlsTrust } from './tls';

/** PowerShell over WS-Management. */
export interface WsmanOptions {
  /**
   * For example `https://ex1.contoso.com/PowerShell/`; or `http://ex1.contoso.com/PowerShell/`, where Kerberos seals
   * every message. With http:// another authentication is refused, a proxy in `environment` is not used, and a redirect
   * is an error.
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
   * Milliseconds after which the server reports that a running command has nothing new. The command goes on, and the
   * server is asked again.
   *
   * @default 20000
   */
  readonly operationTimeoutMs?: number;
  /**
   * Bytes of an envelope, in both directions.
   *
   * @default 512000; 153600 for PowerShell 2, and until the server has told its version
   */
  readonly maxEnvelopeBytes?: number;
  /**
   * How many times a request that certainly had no effect is sent again where the server is busy or a quota is used up.
   * The pauses are those that the server names, or half a second, and then twice as long each time.
   *
   * @default 4
   */
  readonly retries?: number;
  /**
   * Hosts and ports to which the server may send us with the same credentials, for example `ex2.contoso.com:8443`.
   * Without a port it is 443.
   *
   * @default only those of `url`
   */
  readonly allowedRedirectHosts?: readonly string[];
  /**
   * The environment with `HTTPS_PROXY` and `NO_PROXY`.
   *
   * @default no proxy
   */
  readonly environment?: { readonly [name: string]: string | undefined };
}

const MIN_ENVELOPE_BYTES = 8_192;
/** How many times the requested envelope an answer may be. A larger one is refused. */
const ANSWER_SLACK = 2;

/**
 * Exchange's directory asks every client for a certificate once its first request is there
 * (`sslFlags="SslNegotiateCert"` in the default configuration of IIS). With TLS 1.2 it renegotiates for that. With TLS
 * 1.3 it uses post-handshake authentication, which Node's client does not offer: Windows Server 2022 then resets the
 * connection, and 2025 answers HTTP 500 (0x80070032). Windows' own service does not ask.
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
          'http:// is possible only with Kerberos, which encrypts the messages: with any other authentication everybody on the way could read them';
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
 * The proxy for a URL, as `proxyFor` finds it. Sealed HTTP uses none: a proxy may give one connection to several
 * clients, and a sign-in is valid for the whole connection.
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
    throw new RemotingError('usage', 'the URL of the endpoint must not hold credentials');
  }
  return url;
}

/** @throws RemotingError `usage` */
function targetFrom(text: string): string {
  const target = redirectTarget(text);
  if (target === undefined)
    throw new RemotingError('usage', `'${text}' is not a host, or a host with its port`);
  return target;
}
