import type { Schema } from '../schema';
import { integer, text, textList } from '../schema';
import { sameName } from '../exchange/resources/equality';
import { EXCHANGE_SHELL } from '../remoting/transports/wsman/names';
import { addMissing } from '../remoting/transports/wsman/query';
import { redirectTarget } from '../remoting/transports/wsman/redirect';
import type { ExpectedNames } from '../remoting/transports/wsman/tls';
import { relativeVariable } from './kerberos-environment';
import { readSecretFile } from './secret-file';

/**
 * The environment variable of each setting of an http:// or https:// endpoint, read where the configuration leaves the
 * setting out.
 */
export const WSMAN_ENVIRONMENT = {
  user: 'EXCHANGE_USER',
  authentication: 'EXCHANGE_AUTHENTICATION',
  ca_file: 'EXCHANGE_CA_FILE',
  certificate_fingerprint: 'EXCHANGE_CERTIFICATE_FINGERPRINT',
  certificate_names: 'EXCHANGE_CERTIFICATE_NAMES',
  client_certificate_file: 'EXCHANGE_CLIENT_CERTIFICATE_FILE',
  client_key_file: 'EXCHANGE_CLIENT_KEY_FILE',
  shell_resource: 'EXCHANGE_SHELL_RESOURCE',
  allowed_redirect_hosts: 'EXCHANGE_ALLOWED_REDIRECT_HOSTS',
  operation_timeout_seconds: 'EXCHANGE_OPERATION_TIMEOUT_SECONDS',
  max_envelope_kilobytes: 'EXCHANGE_MAX_ENVELOPE_KILOBYTES',
} as const;

export const WSMAN_SECRETS = {
  password: 'EXCHANGE_PASSWORD',
  passwordFile: 'EXCHANGE_PASSWORD_FILE',
  passphrase: 'EXCHANGE_CLIENT_KEY_PASSPHRASE',
} as const;

/** An hour: a firewall or proxy in between would cut an idle connection long before. */
const MOST_OPERATION_SECONDS = 3600;
/** The least that an administrator can set at the server (MS-WSMV 2.2.4.10, MaxEnvelopeSizekb). */
const LEAST_ENVELOPE_KILOBYTES = 32;
/** A server can be set to far more (4294967295), but its answers would then exceed our limit for one message. */
const MOST_ENVELOPE_KILOBYTES = 16_384;

type Setting = keyof typeof WSMAN_ENVIRONMENT;
/** Settings that come only from the declaration of a site, never from the environment. */
type SiteSetting = 'site_hosts' | 'site_certificate_names';

/** Settings of TLS, and those that are safe only over TLS. */
const OF_HTTPS: readonly Setting[] = [
  'ca_file',
  'certificate_fingerprint',
  'certificate_names',
  'client_certificate_file',
  'client_key_file',
  'allowed_redirect_hosts',
];

function described(sentence: string, setting: Setting): string {
  const where = OF_HTTPS.includes(setting) ? 'https' : 'http and https';
  return `With ${where}: ${sentence} Environment: ${WSMAN_ENVIRONMENT[setting]}.`;
}

export const WSMAN_ATTRIBUTES: Schema['attributes'] = {
  user: text(
    'optional',
    described(
      `the account: for Basic as user@domain or domain\\user, for Kerberos as user@REALM. Its password is in ${WSMAN_SECRETS.password}, or in the file that ${WSMAN_SECRETS.passwordFile} names and that only its owner can read.`,
      'user',
    ),
  ),
  authentication: text(
    'optional',
    described(
      'basic, negotiate or certificate. negotiate is Kerberos: with the password of the user if a user is given, otherwise with the credentials of the account that runs Terraform (tickets of kinit, a keytab in KRB5_CLIENT_KTNAME, or a logon on Windows). With http only negotiate is possible, because Kerberos encrypts what is sent. Left out: basic if a user is given and no endpoint is http, otherwise negotiate.',
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
      "SHA-256 fingerprints of the only certificates of the server to accept, in hexadecimal; their names, dates and issuers are then not checked. In the environment separated by commas. Left out: the certificate must be valid for the server's name, or have one of certificate_names or, at a server of the site, of site_certificate_names.",
      'certificate_fingerprint',
    ),
  ),
  certificate_names: textList(
    'optional',
    described(
      'further names to accept, such as webmail.contoso.com: the certificate of a server may have one of them instead of the name in the endpoint. Its issuer must be trusted all the same. *.contoso.com accepts a certificate with exactly this wildcard, not one for a single host of the domain. In the environment separated by commas. Left out: only those of site_certificate_names.',
      'certificate_names',
    ),
  ),
  site_hosts: textList(
    'optional',
    'Names by which the servers of the site are reached, with and without their domain. Left out: none.',
  ),
  site_certificate_names: textList(
    'optional',
    "Names that the site's certificate must have. With https: from the moment IIS has that certificate, the endpoint of a server shows it. So at the hosts of site_hosts, and only there, the certificate may have one of these names instead of the server's own, as with certificate_names. Left out: none.",
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
      'servers to which the endpoint may redirect the session, which signs in there with the same credentials. Each with its port, as ex2.contoso.com:8443; without a port, 443 is meant. In the environment separated by commas. Left out: none.',
      'allowed_redirect_hosts',
    ),
  ),
  operation_timeout_seconds: integer(
    'optional',
    described(
      `seconds after which the server reports that a running cmdlet has no new output, 1 to ${MOST_OPERATION_SECONDS}. The provider then asks again, and the cmdlet goes on. Lower the value if a proxy cuts connections that are silent for long. Left out: 20.`,
      'operation_timeout_seconds',
    ),
  ),
  max_envelope_kilobytes: integer(
    'optional',
    described(
      `the largest message in either direction, in units of 1024 bytes, ${LEAST_ENVELOPE_KILOBYTES} to ${MOST_ENVELOPE_KILOBYTES}; no more than MaxEnvelopeSizekb of the server, which refuses larger ones. Left out: 500, and 150 where the server has PowerShell 2.`,
      'max_envelope_kilobytes',
    ),
  ),
};

export interface WsmanEndpoint {
  readonly kind: 'wsman';
  /** Has its path, and is what diagnostics show. The session uses `sessionUrl`. */
  readonly url: string;
  readonly authentication:
    | { readonly kind: 'basic'; readonly user: string }
    /** With the password of `user`; null: with the Kerberos ticket of the account that runs Terraform. */
    | { readonly kind: 'negotiate'; readonly user: string | null }
    | { readonly kind: 'certificate'; readonly certificateFile: string; readonly keyFile: string | null };
  readonly caFile: string | null;
  readonly fingerprints: readonly string[] | null;
  /** The certificate may have one of these names instead of that of the host. */
  readonly names: readonly ExpectedNames[];
  readonly shellResource: string | null;
  /** Each is a host, or a host and port. */
  readonly allowedRedirectHosts: readonly string[];
  /** Null: the default of the transport. */
  readonly operationTimeoutMs: number | null;
  /** Null: the default of the server's version. */
  readonly maxEnvelopeBytes: number | null;
}

type Given = (setting: Setting) => string | null;
type GivenList = (setting: Setting) => readonly string[] | null;
type Count = (setting: Setting, otherwise: null, most: number, least?: number) => number | null;
type Complain = (setting: string, summary: string, detail: string) => void;
type Environment = { readonly [name: string]: string | undefined };

/** The sources of the settings, and the receiver of the diagnostics. */
export interface WsmanReading {
  readonly given: Given;
  readonly givenList: GivenList;
  readonly declaredList: (setting: SiteSetting) => readonly string[];
  readonly count: Count;
  readonly environment: Environment;
  readonly complain: Complain;
  /** Whether one of the endpoints is http://, which only Kerberos can open. */
  readonly isOneSealed: boolean;
  /**
   * The path of an endpoint that has none.
   *
   * @default '/PowerShell/', Exchange's virtual directory
   */
  readonly root?: string;
}

/**
 * Labels separated by dots. Only the first of at least three may be a wildcard, since `*.com` would match everybody.
 */
const CERTIFICATE_NAME = /^(\*\.[a-z0-9_-]+\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/i;

/** Reads an http:// or https:// endpoint; `null` where something is wrong with it, which is reported by `complain`. */
export function wsmanEndpoint(url: URL, reading: WsmanReading): WsmanEndpoint | null {
  const { given, givenList, declaredList, count, complain } = reading;
  const authentication = authenticationFrom(url, reading);
  const fingerprints = givenList('certificate_fingerprint');
  const wrong = fingerprints?.find((value) => !/^[0-9a-f]{64}$/i.test(value.replaceAll(':', '')));
  if (wrong !== undefined) {
    complain(
      'certificate_fingerprint',
      `certificate_fingerprint '${wrong}' is not a SHA-256 fingerprint`,
      'Give 64 hexadecimal digits, as `openssl x509 -noout -fingerprint -sha256` prints them.',
    );
  }
  const names = givenList('certificate_names') ?? [];
  const noName = names.find((name) => !CERTIFICATE_NAME.test(name));
  if (noName !== undefined) {
    complain(
      'certificate_names',
      `certificate_names has '${noName}', which is not a name of a certificate`,
      'Write each as webmail.contoso.com or *.contoso.com, without https://, port and path.',
    );
  }
  const allowedRedirectHosts = givenList('allowed_redirect_hosts') ?? [];
  const noTarget = allowedRedirectHosts.find((text) => redirectTarget(text) === undefined);
  if (noTarget !== undefined) {
    complain(
      'allowed_redirect_hosts',
      `allowed_redirect_hosts has '${noTarget}', which is not a host and port`,
      'Write each as ex2.contoso.com:8443, or without the port if it is 443, and without https:// and a path.',
    );
  }
  const operationSeconds = count('operation_timeout_seconds', null, MOST_OPERATION_SECONDS);
  const envelopeKilobytes = count(
    'max_envelope_kilobytes',
    null,
    MOST_ENVELOPE_KILOBYTES,
    LEAST_ENVELOPE_KILOBYTES,
  );
  if (authentication === null || [wrong, noName, noTarget].some((text) => text !== undefined)) return null;
  // People write only the server: `https://ex1.contoso.com`.
  const full =
    url.pathname === '/' ? new URL(`${reading.root ?? '/PowerShell/'}${url.search}`, url.href) : url;
  return {
    kind: 'wsman',
    url: full.href,
    authentication,
    caFile: given('ca_file'),
    fingerprints,
    names: [{ names }, { names: declaredList('site_certificate_names'), hosts: declaredList('site_hosts') }],
    shellResource: given('shell_resource'),
    allowedRedirectHosts,
    operationTimeoutMs: operationSeconds === null ? null : 1000 * operationSeconds,
    maxEnvelopeBytes: envelopeKilobytes === null ? null : 1024 * envelopeKilobytes,
  };
}

const FULL_LEVEL = 'serializationLevel=Full';

/**
 * The address that the session is requested from. Exchange's endpoint gets the serialization level that Exchange's own
 * management shell asks for, unless the query already names one: without it a certificate arrives as its bytes only,
 * and its services are not known.
 */
export function sessionUrl({ url, shellResource }: Pick<WsmanEndpoint, 'url' | 'shellResource'>): string {
  const asked = new URL(url);
  const isExchange = shellResource === null || sameName(shellResource, EXCHANGE_SHELL);
  if (isExchange) addMissing(asked, [FULL_LEVEL]);
  return asked.href;
}

function authenticationFrom(
  { protocol }: URL,
  { given, environment, complain, isOneSealed }: WsmanReading,
): WsmanEndpoint['authentication'] | null {
  const user = given('user');
  const isSealed = protocol === 'http:';
  // All endpoints sign in in the same way. Otherwise an attacker who blocks http:// could make the password be sent by
  // Basic authentication.
  const kind = given('authentication') ?? (user === null || isOneSealed ? 'negotiate' : 'basic');
  if (isSealed && (kind === 'basic' || kind === 'certificate')) {
    complain(
      'authentication',
      `authentication '${kind}' cannot be used with http://`,
      `Plain HTTP would show the session to everybody on the way; only Kerberos encrypts it. Set ${WSMAN_ENVIRONMENT.authentication} to negotiate or leave it out, or write the endpoint with https://.`,
    );
    return null;
  }
  switch (kind) {
    case 'negotiate': {
      const relative = relativeVariable(environment, user === null);
      if (relative !== undefined) {
        complain(
          'endpoint',
          `Kerberos: ${relative} is a relative path`,
          'Terraform runs in the folder of the stack, where the path would lead elsewhere: write the absolute path.',
        );
        return null;
      }
      if (user === null) return { kind, user };
      if (user.includes('\\')) {
        complain(
          'user',
          `Kerberos: the user ${user} is not written as user@REALM`,
          `Write it so in ${WSMAN_ENVIRONMENT.user}, or in user in the provider block. The realm is the name of the Active Directory domain in capitals.`,
        );
        return null;
      }
      return hasPassword(user, environment, complain) ? { kind, user } : null;
    }
    case 'basic': {
      if (user === null || user.includes(':')) {
        const what = user === null ? 'no user is given' : 'the user has a colon in it';
        complain(
          'user',
          `Basic authentication: ${what}`,
          `Set ${WSMAN_ENVIRONMENT.user}, or user in the provider block, to user@domain or domain\\user.`,
        );
        return null;
      }
      return hasPassword(user, environment, complain) ? { kind, user } : null;
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

function hasPassword(user: string, environment: Environment, complain: Complain): boolean {
  if (environment[WSMAN_SECRETS.password] || environment[WSMAN_SECRETS.passwordFile]) return true;
  complain(
    'user',
    `No password is given for ${user}`,
    `Set ${WSMAN_SECRETS.passwordFile} to a file that only you can read, or ${WSMAN_SECRETS.password}.`,
  );
  return false;
}

/**
 * The password of the user.
 *
 * @throws Error where the file cannot be read, is open to others or empty; the message names it and the remedy
 */
export function wsmanPassword(environment: Environment): string {
  const variable = WSMAN_SECRETS.passwordFile;
  return environment[WSMAN_SECRETS.password] || readSecretFile(environment[variable] ?? '', variable);
}
