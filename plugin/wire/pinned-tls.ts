import { X509Certificate } from 'node:crypto';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { RunCertificate } from './certificate';
import { log } from './log';

/**
 * A TLS server that accepts one client only: the holder of this certificate's key. The certificate is compared byte for
 * byte, which is stricter than a chain to it. No authority is trusted, which also spares Node the 20 ms in which it
 * would read the public ones.
 */
export function createPinnedTlsServer(
  own: RunCertificate,
  clientCertificate: string,
  onConnection: (socket: TLSSocket) => void,
): Server {
  const pinned = new X509Certificate(clientCertificate).raw;
  const server = createServer(
    {
      cert: own.pem,
      key: own.keyPem,
      ca: [],
      requestCert: true,
      // No chain is verified: the comparison below is the check.
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['h2'],
    },
    (socket) => {
      socket.on('error', (error: Error) => log('debug', `connection: ${error.message}`));
      const shown = socket.getPeerX509Certificate()?.raw;
      if (shown?.equals(pinned)) {
        onConnection(socket);
        return;
      }
      log(
        'warn',
        'a connection without the certificate of the Terraform that started this program was refused',
      );
      socket.destroy();
    },
  );
  server.on('tlsClientError', (error: Error) => log('warn', `a connection was refused: ${error.message}`));
  server.on('error', (error: Error) => log('warn', `server: ${error.message}`));
  return server;
}
