import type { Socket } from 'node:net';

/**
 * Breaks a connection with RST, as a machine does that no longer knows it. A connection that this side has begun to end
 * is only closed: libuv refuses to reset it, while Node takes it for closed, and a process with such a socket never
 * ends (seen with Node 20.20).
 */
export function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
