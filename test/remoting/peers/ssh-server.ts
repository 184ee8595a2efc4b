import { generateKeyPairSync } from 'node:crypto';
import { createServer, type AddressInfo, type Server as NetServer } from 'node:net';
import {
  AgentProtocol,
  Server,
  utils,
  type Connection,
  type ParsedKey,
  type Prompt,
  type ServerChannel,
} from 'ssh2';

export interface SshPeer {
  readonly port: number;
  /** The public host key as it goes over the wire. */
  readonly hostKey: Buffer;
  /** Type and key as in a known_hosts file. */
  readonly knownHostsKey: string;
  /** Cuts all connections. */
  cut(): void;
  close(): Promise<void>;
}

export interface SshPeerOptions {
  readonly password?: string;
  /** Takes the password as the answer to the last of these questions, and not as such. */
  readonly questions?: readonly Prompt[];
  /** Wants a new password. */
  readonly expired?: boolean;
  /** Private key whose owner may log in. */
  readonly clientKey?: string;
  /** Called with the channel of a subsystem `powershell` or of any command. */
  readonly onChannel: (channel: ServerChannel) => void;
}

/** A private key in a form that ssh2 reads. */
export function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return privateKey;
}

function parse(privateKey: string): ParsedKey {
  const parsed = utils.parseKey(privateKey);
  if (parsed instanceof Error) throw parsed;
  return parsed;
}

function publicKeyOf(privateKey: string): { readonly type: string; readonly ssh: Buffer } {
  const parsed = parse(privateKey);
  return { type: parsed.type, ssh: parsed.getPublicSSH() };
}

/** An SSH agent that holds one key, on a socket. */
export async function startAgent(socket: string, privateKey: string): Promise<NetServer> {
  const key = parse(privateKey);
  const server = createServer((connection) => {
    const agent = new AgentProtocol(false);
    agent.on('identities', (request) => agent.getIdentitiesReply(request, [key]));
    agent.on('sign', (request, _publicKey, data, { hash }) => {
      const signature = key.sign(data, hash);
      if (Buffer.isBuffer(signature)) agent.signReply(request, signature);
      else agent.failureReply(request);
    });
    connection.on('error', () => connection.destroy());
    connection.pipe(agent).pipe(connection);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return server;
}

export async function startSshServer(options: SshPeerOptions): Promise<SshPeer> {
  const hostPrivateKey = newPrivateKey();
  const connections = new Set<Connection>();
  const server = new Server({ hostKeys: [hostPrivateKey] }, (connection) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    connection.on('error', () => connection.end());
    connection.on('authentication', (context) => {
      if (options.questions !== undefined) {
        if (context.method !== 'keyboard-interactive') {
          context.reject(['keyboard-interactive']);
          return;
        }
        context.prompt([...options.questions], (answers) => {
          if (answers.at(-1) === options.password) context.accept();
          else context.reject(['keyboard-interactive']);
        });
        return;
      }
      if (options.expired === true && context.method === 'password') {
        context.requestChange('a new password, please', () => context.reject());
        return;
      }
      const byPassword = context.method === 'password' && context.password === options.password;
      const byKey =
        context.method === 'publickey' &&
        options.clientKey !== undefined &&
        context.key.data.equals(publicKeyOf(options.clientKey).ssh) &&
        (context.signature === undefined ||
          context.blob === undefined ||
          parse(options.clientKey).verify(context.blob, context.signature, context.hashAlgo) === true);
      if (byPassword || byKey) context.accept();
      else context.reject(['password', 'publickey']);
    });
    connection.on('session', (accept) => {
      const session = accept();
      session.on('subsystem', (acceptChannel, reject, { name }) => {
        if (name === 'powershell') options.onChannel(acceptChannel());
        else reject();
      });
      session.on('exec', (acceptChannel) => options.onChannel(acceptChannel()));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { type, ssh } = publicKeyOf(hostPrivateKey);
  const cut = (): void => {
    for (const connection of connections) connection.end();
  };
  return {
    port: (server.address() as AddressInfo).port,
    hostKey: ssh,
    knownHostsKey: `${type} ${ssh.toString('base64')}`,
    cut,
    close: () => {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
