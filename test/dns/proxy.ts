import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

import { Unframer } from '../../dns/framing';
import { type Exchange, exchangeLines } from './transcript';

/** Stands between a client and a DNS server, passes every byte on, and keeps what it saw. */
export interface RecordingProxy {
  readonly address: string;
  readonly port: number;
  /** What passed since the last call, in the order of the requests. */
  take(): Exchange[];
  close(): Promise<void>;
}

interface Seen {
  protocol: 'udp' | 'tcp';
  request: Buffer;
  response?: Buffer;
}

const LOOPBACK = '127.0.0.1';

/** @param onRequest told of each request before it is passed on; over UDP, what it returns is passed on instead */
export async function startProxy(
  server: { address: string; port: number },
  onRequest: (request: Buffer) => Buffer | undefined = () => undefined,
): Promise<RecordingProxy> {
  let seen: Seen[] = [];
  const record = (protocol: Seen['protocol'], request: Buffer): Seen => {
    const entry: Seen = { protocol, request: onRequest(request) ?? request };
    seen.push(entry);
    return entry;
  };

  const tcp = createServer();
  tcp.listen(0, LOOPBACK);
  await once(tcp, 'listening');
  const { port } = tcp.address() as { port: number };
  const udp = createSocket('udp4');
  udp.bind(port, LOOPBACK);
  await once(udp, 'listening');

  udp.on('message', (request, peer) => {
    const entry = record('udp', request);
    const onward = createSocket('udp4');
    onward.once('message', (response) => {
      entry.response = response;
      onward.close();
      udp.send(response, peer.port, peer.address);
    });
    onward.send(entry.request, server.port, server.address);
  });

  const open = new Set<Socket>();
  tcp.on('connection', (near) => {
    const far = connect(server.port, server.address);
    const waiting: Seen[] = [];
    const [requests, responses] = [new Unframer(), new Unframer()];
    near.on('data', (chunk) => {
      requests.push(chunk).forEach((request) => waiting.push(record('tcp', request)));
      far.write(chunk);
    });
    far.on('data', (chunk) => {
      for (const response of responses.push(chunk)) {
        const entry = waiting.shift();
        if (entry !== undefined) entry.response = response;
      }
      near.write(chunk);
    });
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
  });

  return {
    address: LOOPBACK,
    port,
    take(): Exchange[] {
      const taken = seen.map(({ protocol, request, response }) => exchangeLines(protocol, request, response));
      seen = [];
      return taken;
    },
    async close(): Promise<void> {
      open.forEach((socket) => socket.destroy());
      await Promise.all([
        new Promise<void>((resolve) => udp.close(resolve)),
        new Promise((resolve) => tcp.close(resolve)),
      ]);
    },
  };
}
