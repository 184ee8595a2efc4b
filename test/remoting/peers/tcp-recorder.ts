import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { reset } from '../../../lab/wsman/reset';

/** The bytes of a connection, as they went over the wire. */
export interface Conversation {
  readonly sent: Buffer;
  readonly answered: Buffer;
}

export interface TcpRecorder {
  readonly port: number;
  /** Of every connection so far, in the order in which they began. */
  readonly conversations: readonly Conversation[];
  close(): Promise<void>;
}

/** Stands between a client and a server of this machine, passes on what comes, and keeps it. */
export async function startTcpRecorder(port: number): Promise<TcpRecorder> {
  const kept: { readonly sent: Buffer[]; readonly answered: Buffer[] }[] = [];
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const behind = connect(port, '127.0.0.1');
    const conversation = { sent: [], answered: [] };
    kept.push(conversation);
    passOn(client, behind, conversation.sent);
    passOn(behind, client, conversation.answered);
    for (const socket of [client, behind]) {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get conversations() {
      return kept.map(({ sent, answered }) => ({
        sent: Buffer.concat(sent),
        answered: Buffer.concat(answered),
      }));
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function passOn(from: Socket, to: Socket, kept: Buffer[]): void {
  from.setNoDelay();
  from.on('data', (chunk: Buffer) => {
    kept.push(chunk);
    to.write(chunk);
  });
  from.once('end', () => to.end());
  // A reset there is one here.
  from.once('error', () => reset(to));
  from.once('close', () => to.destroySoon());
}
