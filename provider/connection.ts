import type { Session } from '../powershell/session';
import { RemotingError } from '../remoting/remoting-error';
import { openSession } from '../remoting/session';
import type { Transport } from '../remoting/transport';
import type { Environment, Settings } from './configuration';

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
  if (endpoint.kind === 'ssh') throw new RemotingError('usage', 'ssh is not wired yet');
  const { processTransport } = await import('../remoting/transports/process');
  const { command, args } = endpoint;
  return processTransport({ command, args, env: withoutSecrets(environment) });
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
