import { createSecureContext } from 'node:tls';
import type { SignIn } from '../../../kerberos';
import type { SecureText } from '../../../powershell/invocation';
import { SECRET_BYTES } from '../../../files/guarded-file';
import { RemotingError } from '../../remoting-error';
import type { Authenticator } from './authenticator';
import { HeaderAuthenticator } from './header-authenticator';
import { KerberosAuthenticator } from './kerberos-authenticator';
import { CERTIFICATE_PROFILE } from './names';
import { readNamed, type TlsSettings } from './tls';

export type WsmanAuthentication =
  | { readonly kind: 'basic'; readonly user: string; readonly password: SecureText }
  /**
   * Kerberos, by its own tokens or within SPNEGO, as the server demands. `signIn` left out: with the credentials of the
   * account that runs this process (`kinit`, a keytab, a logon on Windows). `service` is the first part of the service
   * principal name, `HTTP` by default.
   */
  | { readonly kind: 'negotiate'; readonly service?: string; readonly signIn?: SignIn }
  | {
      readonly kind: 'certificate';
      readonly files: { readonly certificateFile: string; readonly keyFile: string };
      readonly passphrase?: SecureText;
    }
  | {
      readonly kind: 'certificate';
      /** The content of a file in another form, as PEM: the certificate with those above it, and its key. */
      readonly content: { readonly file: string; readonly certificates: string; readonly key: SecureText };
    };

export function authenticatorFor(authentication: WsmanAuthentication, host: string): Authenticator {
  switch (authentication.kind) {
    case 'basic': {
      const { user, password } = authentication;
      // In the credentials, the first colon ends the user name (RFC 7617, section 2).
      if (user.includes(':')) throw new RemotingError('usage', 'a user name for Basic must not hold a colon');
      const credentials = Buffer.from(`${user}:${password.reveal()}`, 'utf8').toString('base64');
      return new HeaderAuthenticator(`Basic ${credentials}`, { certificate: false });
    }
    case 'certificate':
      return new HeaderAuthenticator(CERTIFICATE_PROFILE, { certificate: true });
    case 'negotiate':
      return new KerberosAuthenticator(`${authentication.service ?? 'HTTP'}@${host}`, authentication.signIn);
  }
}

const PEM_FILE = { mostBytes: SECRET_BYTES, owned: true };

/**
 * Certificate and key of the client for the TLS handshake. Empty for other kinds of authentication.
 *
 * @throws RemotingError `usage` where they cannot be read or decrypted, or do not belong together
 */
export function readClientCertificate(authentication: WsmanAuthentication): Pick<TlsSettings, 'client'> {
  if (authentication.kind !== 'certificate') return {};
  if ('content' in authentication) {
    const { file, certificates, key } = authentication.content;
    return usable(file, { cert: certificates, key: key.reveal() });
  }
  const { files, passphrase } = authentication;
  const secret = passphrase === undefined ? {} : { passphrase: passphrase.reveal() };
  const cert = readNamed(files.certificateFile, 'the client certificate', PEM_FILE);
  const key = readNamed(files.keyFile, 'the key of the client certificate', PEM_FILE);
  return usable(files.certificateFile, { cert, key, ...secret });
}

/** Checks them before the handshake, where a failure would look as if the server had disconnected. */
function usable(file: string, client: NonNullable<TlsSettings['client']>): Pick<TlsSettings, 'client'> {
  try {
    createSecureContext({ ca: [], ...client });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the client certificate in ${file} cannot be used (${reason}): check its passphrase, and that its key belongs to it`;
    throw new RemotingError('usage', message, { file }, { cause: error });
  }
  return { client };
}
