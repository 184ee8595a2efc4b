import { PFX_BYTES, readGuardedFile, UnfitFile } from '../files/guarded-file';
import { toPem } from '../pki/certificate';
import { PkiError } from '../pki/error';
import { openPfx } from '../pki/pfx';
import { SecureText } from '../powershell/invocation';
import { RemotingError } from '../remoting/remoting-error';

/** A client certificate with its chain and its key, in PEM. */
export interface ClientCertificate {
  readonly file: string;
  readonly certificates: string;
  readonly key: SecureText;
}

/**
 * Reads the client certificate in a PKCS #12 file without OpenSSL, which no longer opens what Windows exports (RC2 and
 * 3DES).
 *
 * @throws RemotingError `usage`
 */
export async function clientCertificate(file: string, password: string): Promise<ClientCertificate> {
  try {
    const data = readGuardedFile(file, { mostBytes: PFX_BYTES, owned: true });
    const { leaf, chain, privateKey } = await openPfx(data, password, { forClient: true });
    return {
      file,
      certificates: [leaf, ...chain].map(toPem).join(''),
      key: new SecureText(
        privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        'the key of the client certificate',
      ),
    };
  } catch (cause) {
    if (cause instanceof UnfitFile)
      throw unusable(`the client certificate ${file} ${cause.why}`, file, cause);
    if (!(cause instanceof PkiError)) throw cause;
    const remedy =
      cause.problem === 'wrong-password' || cause.problem === 'needless-password'
        ? ': check its passphrase'
        : cause.remedy === undefined
          ? ''
          : `. ${cause.remedy}`;
    throw unusable(
      `the client certificate in ${file} cannot be used (${cause.message})${remedy}`,
      file,
      cause,
    );
  }
}

function unusable(message: string, file: string, cause: Error): RemotingError {
  return new RemotingError('usage', message, { file }, { cause });
}
