import { createPrivateKey } from 'node:crypto';
import type { CommandHost } from '../../remoting/server/command-host';
import { parseCertificate, toPem } from '../../pki';
import type { SimulatedOrganization } from '../exchange/organization';
import { SETUPS_NAME } from '../exchange/setup';
import type { CertificateState } from '../exchange/state';
import type { WindowsServer } from './certificate-question';
import { startEndpoint, type EndpointOptions, type RunningEndpoint } from './endpoint';
import type { ShownCertificate } from './listeners';
import type { WsmanClient } from './service';

export interface ExchangeEndpointOptions extends Omit<EndpointOptions, 'host' | 'tls' | 'shown' | 'windows'> {
  /** Asked for each session and connection, so that a test may put another one in its place. */
  readonly organization: () => SimulatedOrganization;
  /** Name of the server where sessions live. */
  readonly server: string;
  /**
   * What runs the commands of a new session.
   *
   * @default the organization's
   */
  readonly host?: (client: WsmanClient) => CommandHost;
  /** What else of TLS a test wants to be different, but for the certificate. */
  readonly tls?: NonNullable<EndpointOptions['tls']>;
  /**
   * Asks for a client certificate in the middle of a connection over HTTPS, since Setup gives the directory
   * `SslNegotiateCert`, whoever else may sign in there.
   *
   * @default 2022
   */
  readonly windows?: WindowsServer;
  /**
   * A certificate that an administrator bound to the site by hand: it is shown for as long as IIS has the one that Setup
   * made.
   *
   * @default none: what Setup made is shown
   */
  readonly boundByHand?: ShownCertificate;
}

/**
 * The endpoint of a server. It shows the certificate of the server that has IIS, as the Default Web Site does: its
 * bindings on port 443 have no host name, so that there is one certificate whatever name a client asks for.
 */
export function startExchangeEndpoint({
  organization,
  server,
  tls = {},
  boundByHand,
  windows = 2022,
  ...options
}: ExchangeEndpointOptions): Promise<RunningEndpoint> {
  return startEndpoint({
    host: (client) => organization().host(server, client),
    ...options,
    tls,
    windows,
    shown: () => {
      const bound = certificateOfIis(organization(), server);
      if (bound === undefined) return undefined;
      return bound.friendlyName === SETUPS_NAME && boundByHand !== undefined ? boundByHand : pem(bound);
    },
  });
}

/** What IIS has on the server, in PEM; `undefined` where nothing is bound. */
export function shownCertificate(organization: SimulatedOrganization, server: string): string | undefined {
  const bound = certificateOfIis(organization, server);
  return bound && pem(bound).cert;
}

function certificateOfIis(organization: SimulatedOrganization, server: string): CertificateState | undefined {
  const { servers } = organization.read();
  return servers.get(server.toUpperCase())?.certificates.find(({ services }) => services.includes('IIS'));
}

/** IIS takes none without its key. */
export function pem({ der, privateKey }: CertificateState): ShownCertificate {
  const key = createPrivateKey({
    key: Buffer.from(privateKey ?? '', 'base64'),
    format: 'der',
    type: 'pkcs8',
  });
  return {
    cert: toPem(parseCertificate(Buffer.from(der, 'base64'))),
    key: key.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}
