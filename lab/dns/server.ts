import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket as Connection } from 'node:net';

import { frame, Unframer } from '../../dns/framing';
import { PLAIN_UDP_BYTES } from '../../dns/message';
import { fold } from '../../dns/name';
import { Responder } from './responder';
import type { TsigKey } from '../../dns/tsig';
import { Zone, type ZoneDeclaration } from './zone';
import type { ZoneStore } from './zone-store';

export interface DnsServerOptions {
  readonly zones: readonly ZoneDeclaration[];
  /** Keys that may change every zone. Without a key, updates are refused. */
  readonly keys: readonly TsigKey[];
  /**
   * Port for UDP and TCP on the loopback address.
   *
   * @default one that the system chooses
   */
  readonly port?: number;
  /** Keeps records across restarts. A zone that it holds is taken from it, not from the declaration. */
  readonly store?: ZoneStore;
  /** Receives errors inside the server; requests are answered all the same. Left out: they are written to stderr. */
  readonly onFault?: (error: unknown) => void;
}

export interface DnsServer {
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const MOST_CONNECTIONS = 100;
const IDLE_MS = 10_000;
/** How often the server tries to get the same port number for UDP and TCP. */
const PORT_TRIES = 20;

/**
 * Starts an authoritative server on the loopback address, for the quick start and the tests.
 *
 * @throws where the port is taken, or a zone is invalid
 */
export async function startDnsServer(options: DnsServerOptions): Promise<DnsServer> {
  const zones = startingZones(options);
  const responder = new Responder(zones, options.keys, (changed) => options.store?.save(changed));
  const onFault = options.onFault ?? ((error: unknown) => console.error('dns:', error));
  const { udp, tcp, port } = await bindBoth(options.port ?? 0);
  const connections = new Set<Connection>();

  udp.on('message', (bytes, peer) => {
    const response = guarded(() => responder.respond(bytes, PLAIN_UDP_BYTES), onFault);
    if (response !== undefined)
      udp.send(response, peer.port, peer.address, (error) => error && onFault(error));
  });
  udp.on('error', onFault);
  tcp.maxConnections = MOST_CONNECTIONS;
  tcp.on('error', onFault);
  tcp.on('connection', (connection) => {
    connections.add(connection);
    const unframer = new Unframer();
    connection.setTimeout(IDLE_MS, () => connection.destroy());
    // A client that resets its connection is no fault of the server.
    connection.on('error', () => connection.destroy());
    connection.on('close', () => connections.delete(connection));
    connection.on('data', (chunk) => {
      for (const bytes of unframer.push(chunk)) {
        const response = guarded(() => responder.respond(bytes), onFault);
        if (response === undefined) connection.destroy();
        else connection.write(frame(response));
      }
    });
  });

  return {
    address: LOOPBACK,
    port,
    async close(): Promise<void> {
      for (const connection of connections) connection.destroy();
      await Promise.all([
        new Promise<void>((resolve) => udp.close(resolve)),
        new Promise((resolve) => tcp.close(resolve)),
      ]);
    },
  };
}

function startingZones(options: DnsServerOptions): Zone[] {
  const kept = options.store?.load() ?? [];
  return options.zones.map(
    (declaration) =>
      kept.find((zone) => fold(zone.name) === fold(declaration.name)) ?? Zone.declared(declaration),
  );
}

function guarded(respond: () => Buffer | undefined, onFault: (error: unknown) => void): Buffer | undefined {
  try {
    return respond();
  } catch (error) {
    onFault(error);
    return undefined;
  }
}

/**
 * Binds UDP and TCP to the same port number. The system chooses it for UDP, and it may be taken for TCP: then another
 * one is tried.
 */
async function bindBoth(port: number): Promise<{ udp: Socket; tcp: Server; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const udp = createSocket('udp4');
    udp.bind(port, LOOPBACK);
    await once(udp, 'listening');
    const number = udp.address().port;
    const tcp = createServer();
    try {
      tcp.listen(number, LOOPBACK);
      await once(tcp, 'listening');
      return { udp, tcp, port: number };
    } catch (error) {
      await new Promise<void>((resolve) => udp.close(resolve));
      if (port !== 0 || attempt === PORT_TRIES) throw error;
    }
  }
}
