import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';

interface Peer {
  readonly address: string;
  readonly port: number;
}

/** Sends bytes as they are, and gives the answer's. */
export async function overUdp(peer: Peer, bytes: Buffer, timeoutMs = 3000): Promise<Buffer> {
  const socket = createSocket('udp4');
  try {
    socket.send(bytes, peer.port, peer.address);
    const [response] = (await once(socket, 'message', { signal: AbortSignal.timeout(timeoutMs) })) as [
      Buffer,
    ];
    return response;
  } finally {
    socket.close();
  }
}

/** Sends bytes as they are over a connection, and gives all that comes until it ends or the time is over. */
export async function overTcp(peer: Peer, bytes: Buffer, timeoutMs: number): Promise<Buffer> {
  const connection = connect(peer.port, peer.address);
  const chunks: Buffer[] = [];
  connection.on('data', (chunk) => chunks.push(chunk));
  connection.on('error', () => connection.destroy());
  connection.write(bytes);
  const timer = setTimeout(() => connection.destroy(), timeoutMs);
  await once(connection, 'close');
  clearTimeout(timer);
  return Buffer.concat(chunks);
}
