import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';
import { serve } from '../../remoting/server/serve';
import type { ExchangeHost } from './host';
import type { SimulatedOrganization } from './organization';

export interface SshServerOptions {
  /** The name or FQDN of the server that the sessions run on. */
  readonly server: string;
  /**
   * Sessions offer Exchange's cmdlets only once their snap-in is loaded. Left out: the startup of PowerShell there
   * loads it.
   */
  readonly isBare?: true;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** @default one that is free */
  readonly port?: number;
}

export interface RunningSshServer {
  readonly host: string;
  readonly port: number;
  /** Ends every connection. */
  close(): Promise<void>;
}

/**
 * The usual name of the subsystem in sshd_config:
 * https://learn.microsoft.com/powershell/scripting/security/remoting/ssh-remoting-in-powershell
 */
const SUBSYSTEM = 'powershell';
/** The command that a client may run instead of the subsystem: PowerShell in server mode. */
const COMMAND = /^"?(?:pwsh|powershell)(?:\.exe)?"?(?: -(?:s|sshs|NoLogo|NoProfile))+$/i;

/** An SSH server whose PowerShell is the simulated organization. */
export async function startSshServer(
  organization: SimulatedOrganization,
  { server, isBare, host = '127.0.0.1', port = 0 }: SshServerOptions,
): Promise<RunningSshServer> {
  const accounts = organization.ssh;
  const connections = new Set<ssh2.Connection>();
  const listener = new ssh2.Server({ hostKeys: [accounts.hostKey()] }, (connection) => {
    connections.add(connection);
    // The types of ssh2 lack this method.
    (connection as ssh2.Connection & { setNoDelay(on: boolean): void }).setNoDelay(true);
    let user = '';
    connection
      .on('authentication', (context) => {
        if (isAllowed(organization, context)) {
          user = context.username;
          context.accept();
        } else context.reject(['publickey', 'password']);
      })
      .on('session', (accept) => {
        const bare = isBare === undefined ? {} : { isBare };
        answer((drop) => organization.host(server, { user, drop, ...bare }), accept(), connection);
      })
      .on('close', () => connections.delete(connection))
      // A client that disconnects is no fault of the server.
      .on('error', () => connections.delete(connection));
  });
  listener.listen(port, host);
  await once(listener, 'listening');
  return {
    host,
    port: (listener.address() as AddressInfo).port,
    async close() {
      const closed = once(listener, 'close');
      listener.close();
      for (const connection of connections) connection.end();
      await closed;
    },
  };
}

function isAllowed(organization: SimulatedOrganization, context: ssh2.AuthContext): boolean {
  switch (context.method) {
    case 'password':
      return organization.ssh.allowsPassword(context.username, context.password);
    case 'publickey': {
      const key = organization.ssh.key(context.username, context.key.data);
      if (key === undefined) return false;
      // Without a signature the client only asks whether the key would be accepted.
      if (context.signature === undefined || context.blob === undefined) return true;
      return key.verify(context.blob, context.signature, context.hashAlgo) === true;
    }
    case 'none':
    case 'hostbased':
    case 'keyboard-interactive':
      return false;
  }
}

type Host = (drop: () => void) => ExchangeHost;

function answer(host: Host, session: ssh2.Session, connection: ssh2.Connection): void {
  const start = (stream: ssh2.ServerChannel) => {
    const drop = () => {
      stream.destroy();
      connection.end();
    };
    void talk(host, stream, drop);
  };
  session.on('subsystem', (accept, reject, { name }) => {
    if (name === SUBSYSTEM) start(accept());
    else reject();
  });
  session.on('exec', (accept, reject, { command }) => {
    if (COMMAND.test(command)) start(accept());
    else reject();
  });
}

async function talk(host: Host, stream: ssh2.ServerChannel, drop: () => void): Promise<void> {
  try {
    await serve(host(drop), stream, stream, { end: false });
    stream.exit(0);
  } catch (error) {
    stream.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    stream.exit(1);
  } finally {
    stream.end();
  }
}
