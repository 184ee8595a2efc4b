import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Workshop } from './workshop';

/**
 * Runs a server that holds the state of one Terraform folder, for Terraform's `http` backend. To a state file Terraform writes
 * the whole state again after each resource, which for two thousand resources takes many times as long as the rest of an apply.
 *
 * @returns the `backend` block of the configuration
 */
export async function keepState(workshop: Workshop): Promise<object> {
  let state: Buffer | undefined;
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.writeHead(state === undefined ? 404 : 200).end(state);
      return;
    }
    void buffer(request).then((sent) => {
      state = sent;
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  workshop.beforeClose(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { http: { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` } };
}
