import { resolve } from 'node:path';
import type { DeclaredFile, DeclaredFiles } from '../exchange/committed-certificate';
import { declaredCertificates } from '../exchange/declared-certificates';
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
 * Reads the certificate files of a declaration. They hold no secrets, and whose they are does not matter: a pipeline's
 * checkout may belong to another account.
 *
 * @param folder from which files of the declaration are named
 */
export function readCertificateFiles(site: ExchangeSiteProps, folder: string): DeclaredFiles {
  const files = new Map<string, DeclaredFile>();
  for (const file of certificateFilesIn(site)) {
    if (typeof file === 'string') files.set(file, read(resolve(folder, portable(file))));
  }
  return files;
}

/** The form of the declaration has not been judged yet. */
function certificateFilesIn(site: Partial<ExchangeSiteProps>): readonly unknown[] {
  const { certificate } = site;
  if (typeof certificate !== 'object' || certificate === null) return [];
  return declaredCertificates({ certificate }).map(
    ({ declared }) => (declared as Partial<typeof declared> | null | undefined)?.certificateFile,
  );
}

function read(file: string): DeclaredFile {
  try {
    return { content: readGuardedFile(file, { mostBytes: SECRET_BYTES }) };
  } catch (error) {
    if (!(error instanceof UnfitFile)) throw error;
    return { unread: error.why };
  }
}
