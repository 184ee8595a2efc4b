import { resolve } from 'node:path';
import type { DeclaredFile } from '../exchange/committed-certificate';
import type { ExchangeSiteProps } from '../exchange/site';
import { readGuardedFile, SECRET_BYTES, UnfitFile } from '../files/guarded-file';

/** An absolute path as it is; in another one a backslash separates folders too, as on Windows. */
export function portable(file: string): string {
  return isAbsolute(file) ? file : file.replaceAll('\\', '/').replace(/^\.\//, '');
}

/** On this system or on Windows. */
export function isAbsolute(file: string): boolean {
  return /^([\\/]|[a-z]:[\\/])/i.test(file);
}

/**
 * Reads the certificate file of a declaration; undefined where it names none. It holds no secret, and whose it is does
 * not matter: a pipeline's checkout may belong to another account.
 *
 * @param folder from which files of the declaration are named
 */
export function readCertificateFile(site: ExchangeSiteProps, folder: string): DeclaredFile | undefined {
  // The form of the declaration has not been judged yet.
  const file: unknown = (site as Partial<ExchangeSiteProps>).certificate?.certificateFile;
  if (typeof file !== 'string') return undefined;
  try {
    return { content: readGuardedFile(resolve(folder, portable(file)), { mostBytes: SECRET_BYTES }) };
  } catch (error) {
    if (!(error instanceof UnfitFile)) throw error;
    return { unread: error.why };
  }
}
