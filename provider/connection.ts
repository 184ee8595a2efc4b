import { homedir } from 'node:os';
import { join } from 'node:path';
import { SecureText } from '../powershell/invocation';
import type { Session } from '../powershell/session';
import { RemotingError, type RemotingErrorKind } from '../remoting/remoting-error';
import { openSession } from '../remoting/session';
import type { Transport } from '../remoting/transport';
import type { SshAuthentication } from '../remoting/transports/ssh-sign-in';
import type { WsmanAuthentication } from '../remoting/transports/wsman/authentication';
import type { Settings } from './configuration';
import type { Endpoint } from './endpoint';
import type { Environment } from './environment';
import type { SshEndpoint } from './ssh-endpoint';
import type { WsmanEndpoint } from './wsman-endpoint';
import { ENVIRONMENT } from './configuration';
import { connectionRemedy } from './connection-problem';
import { SSH_SECRETS, sshSecrets } from './ssh-endpoint';
import { sessionUrl, WSMAN_SECRETS, wsmanPassword } from './wsman-endpoint';

/**
 * Returns the thumbprints of the certificates that this run has given to IIS so far. It is called for each connection.
 */
export type Installed = () => readonly string[];

/**
 * Opens the session of a run. Each transport is imported only when it is used: Terraform starts the provider several
 * times for each plan.
 *
 * @param installed left out: the run gives no certificate to IIS
 * @throws RemotingError where no session opens; another Error where a file with a secret or a key cannot be used
 */
export async function connect(
  settings: Settings,
  environment: Environment,
  installed: Installed = () => [],
): Promise<Session> {
  const session = await openFirst(settings, environment, installed);
  if (settings.snapIn === null) return session;
  const loaded = await session.invoke({ cmdlet: 'Add-PSSnapin', parameters: { Name: settings.snapIn } });
  if (loaded.kind === 'objects' && loaded.errors.length === 0) return session;
  if (await isLoaded(session, settings.snapIn)) return session;
  await session.close();
  const error =
    loaded.kind === 'failed' ? loaded.error : loaded.kind === 'objects' ? loaded.errors[0] : undefined;
  throw new RemotingError(
    'refused',
    `the snap-in ${settings.snapIn} could not be loaded: ${error?.message ?? 'the connection was lost'}`,
    error === undefined
      ? {}
      : {
          fullyQualifiedErrorId: error.fullyQualifiedErrorId,
          remedy: `The endpoint must lead to a 64-bit Windows PowerShell on a server of that version of Exchange, or with its management tools: Get-PSSnapin -Registered shows there which snap-ins it has (${error.fullyQualifiedErrorId}).`,
        },
  );
}

/** The endpoint may load the snap-in itself, and adding it again is an error. */
async function isLoaded(session: Session, snapIn: string): Promise<boolean> {
  const there = await session.invoke({ cmdlet: 'Get-PSSnapin', parameters: { Name: snapIn } });
  return there.kind === 'objects' && there.errors.length === 0 && there.objects.length > 0;
}

/** Failures of one server that do not say anything about the next one. */
const TRY_NEXT: ReadonlySet<RemotingErrorKind> = new Set([
  'unreachable',
  'timeout',
  'closed',
  'throttled',
  // Something else answered in its place, as IIS does for an application pool that has stopped.
  'not-sealed',
]);

/** Opens a session with the first endpoint that can be reached. An error in the user's settings ends the search. */
async function openFirst(
  settings: Settings,
  environment: Environment,
  installed: Installed,
): Promise<Session> {
  const [last, ...before] = [settings.endpoint, ...settings.fallbacks].reverse() as [Endpoint, ...Endpoint[]];
  const tried: string[] = [];
  for (const endpoint of before.reverse()) {
    try {
      return await open(endpoint, settings, environment, installed);
    } catch (error) {
      if (!(error instanceof RemotingError) || !TRY_NEXT.has(error.kind)) throw error;
      tried.push(error.message);
    }
  }
  try {
    return await open(last, settings, environment, installed);
  } catch (error) {
    if (!(error instanceof RemotingError) || tried.length === 0) throw error;
    throw new RemotingError(error.kind, [...tried, error.message].join('\n'), error.facts, { cause: error });
  }
}

async function open(
  endpoint: Endpoint,
  settings: Settings,
  environment: Environment,
  installed: Installed,
): Promise<Session> {
  try {
    return await openSession(await transportFor(endpoint, settings, environment, installed), {
      runspaces: settings.parallelCalls,
      openTimeoutMs: settings.openTimeoutMs,
      callTimeoutMs: settings.callTimeoutMs,
    });
  } catch (error) {
    if (!(error instanceof RemotingError)) throw error;
    // The remedy is added here, where the failing one of several endpoints is known.
    const own = [...settings.serverSessions.values()].find((each) => each.endpoint === endpoint);
    const facts = { ...error.facts, remedy: connectionRemedy(error, endpoint, own?.server) };
    throw new RemotingError(error.kind, error.message, facts, { cause: error });
  }
}

async function transportFor(
  endpoint: Endpoint,
  settings: Settings,
  environment: Environment,
  installed: Installed,
): Promise<Transport> {
  if (endpoint.kind === 'wsman') {
    const { wsmanTransport } = await import('../remoting/transports/wsman/transport');
    const { caFile, fingerprints, names, shellResource, allowedRedirectHosts } = endpoint;
    const { operationTimeoutMs, maxEnvelopeBytes } = endpoint;
    return wsmanTransport({
      url: sessionUrl(endpoint),
      authentication: await wsmanAuthentication(endpoint, environment),
      trust: {
        ...(caFile === null ? {} : { caFile }),
        ...(fingerprints === null ? {} : { fingerprints }),
        names,
        installed,
      },
      ...(shellResource === null ? {} : { shellResource }),
      allowedRedirectHosts,
      ...(operationTimeoutMs === null ? {} : { operationTimeoutMs }),
      ...(maxEnvelopeBytes === null ? {} : { maxEnvelopeBytes }),
      environment,
    });
  }
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

function passwordOf(user: string, environment: Environment): SecureText {
  return new SecureText(wsmanPassword(environment), `the password of ${user}`);
}

async function wsmanAuthentication(
  { authentication }: WsmanEndpoint,
  environment: Environment,
): Promise<WsmanAuthentication> {
  switch (authentication.kind) {
    case 'negotiate': {
      const { kind, user } = authentication;
      if (user === null) return { kind };
      return { kind, signIn: { kind: 'password', principal: user, password: passwordOf(user, environment) } };
    }
    case 'basic': {
      const { kind, user } = authentication;
      return { kind, user, password: passwordOf(user, environment) };
    }
    case 'certificate': {
      const { kind, certificateFile, keyFile } = authentication;
      const passphrase = environment[WSMAN_SECRETS.passphrase];
      if (keyFile === null) {
        const { clientCertificate } = await import('./client-certificate');
        return { kind, content: await clientCertificate(certificateFile, passphrase ?? '') };
      }
      return {
        kind,
        files: { certificateFile, keyFile },
        ...(passphrase === undefined
          ? {}
          : { passphrase: new SecureText(passphrase, 'the passphrase of the client certificate') }),
      };
    }
  }
}

/** The first way to sign in that is given: the named key, else a password, else the agent. */
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
    `there is no way to sign in as ${endpoint.user}: set ${ENVIRONMENT.ssh_private_key_file}, ` +
      `${SSH_SECRETS.password} or ${SSH_SECRETS.passwordFile}, or start an SSH agent`,
  );
}

/** The environment for a local PowerShell: without the variables of Terraform and without secrets. */
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
