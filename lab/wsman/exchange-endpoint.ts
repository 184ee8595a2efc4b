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
  /** Called for each session and connection, so that a test may replace the organization. */
  readonly organization: () => SimulatedOrganization;
  /** The name of the server that the sessions run on. */
  readonly server: string;
  /**
   * Makes the host that runs the commands of a new session.
   *
   * @default that of the organization
   */
  readonly host?: (client: WsmanClient) => CommandHost;
  /** Further TLS settings of a test, except the certificate. */
  readonly tls?: NonNullable<EndpointOptions['tls']>;
  /**
   * Asks for a client certificate in the middle of an HTTPS connection, since Setup gives the directory
   * `SslNegotiateCert`, whatever other sign-in it takes. The value is the version of Windows Server.
   *
   * @default 2022
   */
  readonly windows?: WindowsServer;
  /**
   * A certificate that an administrator bound to the site by hand. It is shown as long as IIS has the certificate that
   * Setup made.
   *
   * @default none: the certificate that Setup made is shown
   */
  readonly boundByHand?: ShownCertificate;
}

/**
 * Starts the endpoint of a server. It shows the server's certificate that has IIS, as the Default Web Site does: its
 * bindings on port 443 have no host name, so that it shows the same certificate for every name that a client asks for.
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

/** The certificate of IIS on the server, in PEM; `undefined` where none is bound. */
export function shownCertificate(organization: SimulatedOrganization, server: string): string | undefined {
  const bound = certificateOfIis(organization, server);
  return bound && pem(bound).cert;
}

function certificateOfIis(organization: SimulatedOrganization, server: string): CertificateState | undefined {
  const { servers } = organization.read();
  return servers.get(server.toUpperCase())?.certificates.find(({ services }) => services.includes('IIS'));
}

/** The certificate with its private key, without which IIS does not take it. */
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
