import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What becomes of a connection: milliseconds until it is passed on, or that it never is. */
export type Passing = number | 'never';

/** Stands between a client and a server at this machine, and passes their bytes on. */
export class Relay {
  /** Of each new connection. */
  passing: () => Passing = () => 0;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((near) => this.#pass(near));
  /** Connections that came. */
  count = 0;

  /** @param port of the server */
  constructor(port: number) {
    this.#port = port;
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  stop(): void {
    this.#server.close();
    this.dropConnections();
  }

  #pass(near: Socket): void {
    this.count += 1;
    const passing = this.passing();
    this.#keep(near);
    if (passing === 'never') {
      // Reads and drops, or it would not hear that the other side has gone.
      near.resume();
      return;
    }
    setTimeout(() => {
      if (near.destroyed) return;
      const far = connect(this.#port, '127.0.0.1');
      this.#keep(far);
      near.pipe(far).pipe(near);
      near.once('close', () => far.destroy());
      far.once('error', () => near.destroy());
    }, passing);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
