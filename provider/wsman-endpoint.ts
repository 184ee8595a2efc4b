import type { Schema } from '../schema';
import { text, textList } from '../schema';
import { readSecretFile } from './secret-file';

/** Where each setting of an https:// endpoint is taken from when the configuration leaves it out. */
export const WSMAN_ENVIRONMENT = {
  user: 'EXCHANGE_USER',
  authentication: 'EXCHANGE_AUTHENTICATION',
  ca_file: 'EXCHANGE_CA_FILE',
  certificate_fingerprint: 'EXCHANGE_CERTIFICATE_FINGERPRINT',
  client_certificate_file: 'EXCHANGE_CLIENT_CERTIFICATE_FILE',
  client_key_file: 'EXCHANGE_CLIENT_KEY_FILE',
  shell_resource: 'EXCHANGE_SHELL_RESOURCE',
  allowed_redirect_hosts: 'EXCHANGE_ALLOWED_REDIRECT_HOSTS',
} as const;

export const WSMAN_SECRETS = {
  password: 'EXCHANGE_PASSWORD',
  passwordFile: 'EXCHANGE_PASSWORD_FILE',
  passphrase: 'EXCHANGE_CLIENT_KEY_PASSPHRASE',
} as const;

type Setting = keyof typeof WSMAN_ENVIRONMENT;

function described(sentence: string, setting: Setting): string {
  return `With https: ${sentence} Environment: ${WSMAN_ENVIRONMENT[setting]}.`;
}

export const WSMAN_ATTRIBUTES: Schema['attributes'] = {
  user: text(
    'optional',
    described(
      `the account for Basic, as user@domain or domain\\user. Its password is in ${WSMAN_SECRETS.password}, or in the file that ${WSMAN_SECRETS.passwordFile} names and that its owner alone can read.`,
      'user',
    ),
  ),
  authentication: text(
    'optional',
    described(
      'basic; negotiate, which is Kerberos with the tickets of the account that runs Terraform (kinit, a keytab, or a logon on Windows) and needs the package kerberos; or certificate. Left out: basic where a user is given, else negotiate.',
      'authentication',
    ),
  ),
  ca_file: text(
    'optional',
    described(
      "a PEM file of the certification authorities to trust for the server's certificate, and no others. Left out: the public ones.",
      'ca_file',
    ),
  ),
  certificate_fingerprint: textList(
    'optional',
    described(
      "SHA-256 fingerprints of the only certificates of the server to accept, in hexadecimal; their names, dates and issuers are then not looked at. In the environment separated by commas. Left out: the certificate must be valid for the server's name.",
      'certificate_fingerprint',
    ),
  ),
  client_certificate_file: text(
    'optional',
    described(
      `the client certificate, a PEM file, or PKCS #12 where no key file is given. A passphrase: ${WSMAN_SECRETS.passphrase}.`,
      'client_certificate_file',
    ),
  ),
  client_key_file: text(
    'optional',
    described('the key of the client certificate, a PEM file.', 'client_key_file'),
  ),
  shell_resource: text(
    'optional',
    described(
      "the resource URI of the session's configuration. Left out: Exchange's, http://schemas.microsoft.com/powershell/Microsoft.Exchange.",
      'shell_resource',
    ),
  ),
  allowed_redirect_hosts: textList(
    'optional',
    described(
      'servers to which the endpoint may send the session on, with the same credentials. In the environment separated by commas. Left out: none.',
      'allowed_redirect_hosts',
    ),
  ),
};

export interface WsmanEndpoint {
  readonly kind: 'wsman';
  /** With its path. */
  readonly url: string;
  readonly authentication:
    | { readonly kind: 'basic'; readonly user: string }
    | { readonly kind: 'negotiate' }
    | { readonly kind: 'certificate'; readonly certificateFile: string; readonly keyFile: string | null };
  readonly caFile: string | null;
  readonly fingerprints: readonly string[] | null;
  readonly shellResource: string | null;
  readonly allowedRedirectHosts: readonly string[];
}

type Given = (setting: Setting) => string | null;
type GivenList = (setting: Setting) => readonly string[] | null;
type Complain = (setting: string, summary: string, detail: string) => void;
type Environment = { readonly [name: string]: string | undefined };

/** Reads an https:// endpoint; `null` where something is wrong, which was complained of. */
export function wsmanEndpoint(
  url: URL,
  given: Given,
  givenList: GivenList,
  environment: Environment,
  complain: Complain,
): WsmanEndpoint | null {
  if (url.username !== '') {
    complain(
      'endpoint',
      `endpoint '${url.origin}' has a user in it`,
      `Give the user in the provider block or in ${WSMAN_ENVIRONMENT.user}.`,
    );
    return null;
  }
  const authentication = authenticationFrom(given, environment, complain);
  const fingerprints = givenList('certificate_fingerprint');
  const wrong = fingerprints?.find((value) => !/^[0-9a-f]{64}$/i.test(value.replaceAll(':', '')));
  if (wrong !== undefined) {
    complain(
      'certificate_fingerprint',
      `certificate_fingerprint '${wrong}' is not a SHA-256 fingerprint`,
      'Give 64 hexadecimal digits, as `openssl x509 -noout -fingerprint -sha256` prints them.',
    );
  }
  if (authentication === null || wrong !== undefined) return null;
  // Exchange's virtual directory; a server alone is what people write.
  const full = url.pathname === '/' ? new URL('/PowerShell/', url.href) : url;
  return {
    kind: 'wsman',
    url: full.href,
    authentication,
    caFile: given('ca_file'),
    fingerprints,
    shellResource: given('shell_resource'),
    allowedRedirectHosts: givenList('allowed_redirect_hosts') ?? [],
  };
}

function authenticationFrom(
  given: Given,
  environment: Environment,
  complain: Complain,
): WsmanEndpoint['authentication'] | null {
  const user = given('user');
  const kind = given('authentication') ?? (user === null ? 'negotiate' : 'basic');
  switch (kind) {
    case 'negotiate':
      return { kind };
    case 'basic': {
      if (user === null || user.includes(':')) {
        const what = user === null ? 'no user is given' : 'the user has a colon in it';
        complain(
          'user',
          `Basic authentication: ${what}`,
          `Set ${WSMAN_ENVIRONMENT.user}, or user in the provider block.`,
        );
        return null;
      }
      if (!environment[WSMAN_SECRETS.password] && !environment[WSMAN_SECRETS.passwordFile]) {
        complain(
          'user',
          `No password is given for ${user}`,
          `Set ${WSMAN_SECRETS.passwordFile} to a file that you alone can read, or ${WSMAN_SECRETS.password}.`,
        );
        return null;
      }
      return { kind, user };
    }
    case 'certificate': {
      const certificateFile = given('client_certificate_file');
      if (certificateFile !== null) return { kind, certificateFile, keyFile: given('client_key_file') };
      complain(
        'client_certificate_file',
        'No client certificate is given',
        `Set ${WSMAN_ENVIRONMENT.client_certificate_file}, or client_certificate_file in the provider block.`,
      );
      return null;
    }
    default:
      complain(
        'authentication',
        `authentication '${kind}' is not known`,
        'Give basic, negotiate or certificate.',
      );
      return null;
  }
}

/**
 * The password for Basic.
 *
 * @throws Error where the file cannot be read or is open to others; the message names the file and the remedy
 */
export function wsmanPassword(environment: Environment): string {
  const file = environment[WSMAN_SECRETS.passwordFile];
  return environment[WSMAN_SECRETS.password] || readSecretFile(file ?? '').replace(/\r?\n$/, '');
}
