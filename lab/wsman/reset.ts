import type { Socket } from 'node:net';

/**
 * Breaks a connection as a machine does that has lost it (RST). One that we have begun to end is only closed: libuv refuses to
 * reset it, Node takes it for closed all the same, and a process with such a socket never ends (seen with Node 20.20).
 */
export function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
