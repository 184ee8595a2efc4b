import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface SilentCenter {
  readonly port: number;
  /** Requests that came in, by either protocol. */
  readonly heard: { udp: number; tcp: number };
  stop(): Promise<void>;
}

/** A key distribution center that takes every packet and never answers, as behind a firewall that drops. */
export async function startSilentCenter(): Promise<SilentCenter> {
  const heard = { udp: 0, tcp: 0 };
  const open = new Set<Socket>();
  const tcp = createServer((socket) => {
    heard.tcp += 1;
    open.add(socket);
    socket.on('error', () => undefined).once('close', () => open.delete(socket));
  });
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;
  const udp = createSocket('udp4', () => (heard.udp += 1));
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  return {
    port,
    heard,
    async stop() {
      for (const socket of open) socket.destroy();
      udp.close();
      tcp.close();
      await once(tcp, 'close');
    },
  };
}
