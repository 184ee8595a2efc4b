import { request, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CONTENT_TYPE } from '../../../remoting/transports/wsman/names';
import { methodsOf } from '../../../remoting/transports/wsman/https-channel';
import type { Sight } from './sight';

/**
 * Asks a server how to sign in: an empty POST, as a session begins, without Authorization. Nothing secret leaves, and
 * nothing is begun.
 *
 * @param connection to the server, with TLS where that is spoken; it is ended
 * @throws Error where the answer is not HTTP, or the time of `signal` is over
 */
export async function challenge(connection: Duplex, url: URL, signal: AbortSignal): Promise<Sight> {
  try {
    const { statusCode = 0, headers } = await new Promise<IncomingMessage>((resolve, reject) => {
      const asking = request({
        method: 'POST',
        path: url.pathname,
        createConnection: () => connection,
        headers: { Host: url.host, 'Content-Type': CONTENT_TYPE, 'Content-Length': 0 },
        signal,
      });
      asking.once('response', resolve);
      asking.once('error', reject);
      asking.end();
    });
    return {
      kind: 'answer',
      status: statusCode,
      schemes: methodsOf(headers['www-authenticate']).map((method) => method.toLowerCase()),
      location: headers.location ?? '',
    };
  } finally {
    connection.destroy();
  }
}
