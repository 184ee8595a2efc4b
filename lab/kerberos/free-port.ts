import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A TCP port of the loopback address that is free at this moment, for a server that cannot choose one itself. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
