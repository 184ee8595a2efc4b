import { homedir } from 'node:os';
import { join } from 'node:path';
import { SecureText } from '../powershell/invocation';
import type { Session } from '../powershell/session';
import { RemotingError } from '../remoting/remoting-error';
import { openSession } from '../remoting/session';
import type { Transport } from '../remoting/transport';
import type { SshAuthentication } from '../remoting/transports/ssh';
import type { Environment, Settings, SshEndpoint } from './configuration';
import { ENVIRONMENT, SECRET_ENVIRONMENT, sshSecrets } from './configuration';

/**
 * Opens the session that a run uses. Transports are loaded when they are needed: the provider starts several times
 * for each plan.
 *
 * @throws RemotingError where no session comes about
 */
export async function connect(settings: Settings, environment: Environment): Promise<Session> {
  const session = await openSession(await transportFor(settings, environment), {
    runspaces: settings.parallelCalls,
    openTimeoutMs: settings.openTimeoutMs,
    callTimeoutMs: settings.callTimeoutMs,
  });
  if (settings.snapIn === null) return session;
  const loaded = await session.invoke({ cmdlet: 'Add-PSSnapin', parameters: { Name: settings.snapIn } });
  if (loaded.kind === 'objects' && loaded.errors.length === 0) return session;
  await session.close();
  const error =
    loaded.kind === 'failed' ? loaded.error : loaded.kind === 'objects' ? loaded.errors[0] : undefined;
  throw new RemotingError(
    'refused',
    `the snap-in ${settings.snapIn} could not be loaded: ${error?.message ?? 'the connection was lost'}`,
    error === undefined ? {} : { fullyQualifiedErrorId: error.fullyQualifiedErrorId },
  );
}

async function transportFor(settings: Settings, environment: Environment): Promise<Transport> {
  const { endpoint } = settings;
  if (endpoint.kind === 'ssh') {
    const { sshTransport } = await import('../remoting/transports/ssh');
    const { host, port, user, subsystem } = endpoint;
    return sshTransport({
      host,
      port,
      user,
      authentication: authenticationFor(endpoint, environment),
      hostKey:
        endpoint.hostKey === null
          ? { knownHostsFile: endpoint.knownHostsFile ?? join(homedir(), '.ssh', 'known_hosts') }
          : { fingerprints: [endpoint.hostKey] },
      peer: { subsystem },
      readyTimeoutMs: settings.openTimeoutMs,
    });
  }
  const { processTransport } = await import('../remoting/transports/process');
  const { command, args } = endpoint;
  return processTransport({ command, args, env: withoutSecrets(environment) });
}

/** The one way to sign in that was asked for: the key that is named, else a password, else the agent. */
function authenticationFor(endpoint: SshEndpoint, environment: Environment): SshAuthentication {
  const { password, passphrase } = sshSecrets(environment);
  if (endpoint.privateKeyFile !== null) {
    return {
      privateKeyFile: endpoint.privateKeyFile,
      ...(passphrase === undefined
        ? {}
        : { passphrase: new SecureText(passphrase, 'the passphrase of the SSH key') }),
    };
  }
  if (password !== undefined) return { password: new SecureText(password, 'the SSH password') };
  const agent = environment['SSH_AUTH_SOCK'] ?? '';
  if (agent !== '') return { agent };
  throw new RemotingError(
    'usage',
    `no way is given to sign ${endpoint.user} in: set ${ENVIRONMENT.ssh_private_key_file}, ` +
      `${SECRET_ENVIRONMENT.password} or ${SECRET_ENVIRONMENT.passwordFile}, or start an SSH agent`,
  );
}

/** What a local PowerShell inherits: nothing that belongs to Terraform or is a secret of ours. */
function withoutSecrets(environment: Environment): { readonly [name: string]: string } {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined &&
        !/^(TF_|PLUGIN_|EXCHANGE_|DNS_)/.test(entry[0]) &&
        !/SECRET|PASSWORD|PASSPHRASE/i.test(entry[0]),
    ),
  );
}
