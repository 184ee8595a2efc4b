import type { Schema } from '../schema';
import { text } from '../schema';
import { readSecretFile } from './secret-file';

/**
 * The environment variable of each setting of an ssh:// endpoint, read where the configuration leaves the setting out.
 */
export const SSH_ENVIRONMENT = {
  ssh_subsystem: 'EXCHANGE_SSH_SUBSYSTEM',
  ssh_host_key: 'EXCHANGE_SSH_HOST_KEY',
  ssh_known_hosts_file: 'EXCHANGE_SSH_KNOWN_HOSTS',
  ssh_private_key_file: 'EXCHANGE_SSH_PRIVATE_KEY_FILE',
} as const;

/**
 * Secrets have no attribute in the configuration: they come from the environment, or from a file that only its owner
 * can read.
 */
export const SSH_SECRETS = {
  password: 'EXCHANGE_SSH_PASSWORD',
  passwordFile: 'EXCHANGE_SSH_PASSWORD_FILE',
  passphrase: 'EXCHANGE_SSH_PASSPHRASE',
} as const;

type Setting = keyof typeof SSH_ENVIRONMENT;

function described(sentence: string, setting: Setting): string {
  return `${sentence} Environment: ${SSH_ENVIRONMENT[setting]}.`;
}

export const SSH_ATTRIBUTES: Schema['attributes'] = {
  ssh_subsystem: text(
    'optional',
    described(`SSH subsystem of PowerShell. Left out: powershell.`, 'ssh_subsystem'),
  ),
  ssh_host_key: text(
    'optional',
    described(
      'Fingerprint of the only host key to accept, as SHA256:…. Left out: the known_hosts file decides.',
      'ssh_host_key',
    ),
  ),
  ssh_known_hosts_file: text(
    'optional',
    described(
      'File of known host keys. Left out: .ssh/known_hosts in the home folder.',
      'ssh_known_hosts_file',
    ),
  ),
  ssh_private_key_file: text(
    'optional',
    described(
      `Private key to sign in with. Left out: the SSH agent, or the password in ${SSH_SECRETS.password} or in the file that ${SSH_SECRETS.passwordFile} names. A key's passphrase: ${SSH_SECRETS.passphrase}.`,
      'ssh_private_key_file',
    ),
  ),
};

export interface SshEndpoint {
  readonly kind: 'ssh';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly subsystem: string;
  readonly hostKey: string | null;
  readonly knownHostsFile: string | null;
  readonly privateKeyFile: string | null;
}

type Given = (setting: Setting) => string | null;
type Complain = (setting: string, summary: string, detail: string) => void;
type Environment = { readonly [name: string]: string | undefined };

/** Reads an ssh:// endpoint; `null` where something is wrong with it, which is reported by `complain`. */
export function sshEndpoint(url: URL, given: Given, complain: Complain): SshEndpoint | null {
  if (url.pathname !== '' && url.pathname !== '/') {
    complain(
      'endpoint',
      `endpoint '${url.href}' has a path`,
      'Write it as ssh://user@server or ssh://user@server:port.',
    );
    return null;
  }
  const hostKey = given('ssh_host_key');
  if (hostKey !== null && !/^SHA256:[A-Za-z0-9+/]{43}=?$/.test(hostKey)) {
    complain(
      'ssh_host_key',
      `ssh_host_key '${hostKey}' is not a fingerprint`,
      'Give what `ssh-keygen -lf` prints for the host key, as SHA256: and 43 characters.',
    );
    return null;
  }
  return {
    kind: 'ssh',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 22 : Number(url.port),
    user: decodeURIComponent(url.username),
    subsystem: given('ssh_subsystem') ?? 'powershell',
    hostKey,
    knownHostsFile: given('ssh_known_hosts_file'),
    privateKeyFile: given('ssh_private_key_file'),
  };
}

/**
 * The secrets of an SSH sign-in. A password file that others can read is refused.
 *
 * @throws Error where the file cannot be read, is open to others or empty; the message names it and the remedy
 */
export function sshSecrets(environment: Environment): {
  readonly password?: string;
  readonly passphrase?: string;
} {
  // An empty variable counts as not set: a pipeline without the secret sets it to nothing.
  const password = environment[SSH_SECRETS.password] || passwordIn(environment);
  const passphrase = environment[SSH_SECRETS.passphrase];
  return { ...(password ? { password } : {}), ...(passphrase ? { passphrase } : {}) };
}

function passwordIn(environment: Environment): string | undefined {
  const variable = SSH_SECRETS.passwordFile;
  const file = environment[variable];
  return file ? readSecretFile(file, variable) : undefined;
}
