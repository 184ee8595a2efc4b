import { RemotingError } from '../../remoting-error';
import type { Carrier, CarrierOptions, Transport } from '../../transport';
import { authenticatorFor, readClientCertificate, type WsmanAuthentication } from './authentication';
import { WsmanCarrier } from './carrier';
import { HttpsChannel, hostOf, portOf } from './https-channel';
import { EXCHANGE_SHELL } from './names';
import { proxyFor } from './proxy';
import { followed, redirectTarget } from './redirect';
import { readTrust, type TlsTrust } from './tls';

/** PowerShell behind WS-Management. */
export interface WsmanOptions {
  /** For example `https://ex1.contoso.com/PowerShell/`. Plain HTTP is refused. */
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

export function wsmanTransport(options: WsmanOptions): Transport {
  return {
    async connect(carrierOptions: CarrierOptions, _signal: AbortSignal): Promise<Carrier> {
      const { maxEnvelopeBytes, authentication } = options;
      if (maxEnvelopeBytes !== undefined && maxEnvelopeBytes < MIN_ENVELOPE_BYTES) {
        throw new RemotingError('usage', `maxEnvelopeBytes must be at least ${MIN_ENVELOPE_BYTES}`);
      }
      const first = httpsUrl(options.url);
      const redirects = (options.allowedRedirectHosts ?? []).map(targetFrom);
      const tls = {
        ...readTrust(options.trust ?? {}),
        ...readClientCertificate(authentication),
      };
      const open = (url: URL): HttpsChannel => {
        const proxy = proxyFor(hostOf(url), portOf(url), options.environment ?? {});
        return new HttpsChannel({
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
        shellResource: options.shellResource ?? EXCHANGE_SHELL,
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

/** @throws RemotingError `usage` */
function httpsUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:') {
    throw new RemotingError('usage', 'a WS-Management endpoint is reached through https:// alone');
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
