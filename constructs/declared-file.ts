import { resolve } from 'node:path';
import type { DeclaredFile, DeclaredFiles } from '../exchange/committed-certificate';
import { declaredCertificates } from '../exchange/declared-certificates';
import type { ExchangeSiteProps } from '../exchange/site';
import { readGuardedFile, SECRET_BYTES, UnfitFile } from '../files/guarded-file';

/** Keeps an absolute path as it is. In a relative path, a backslash separates folders too, as on Windows. */
export function portable(file: string): string {
  return isAbsolute(file) ? file : file.replaceAll('\\', '/').replace(/^\.\//, '');
}

/** Whether the path is absolute on this system or on Windows. */
export function isAbsolute(file: string): boolean {
  return /^([\\/]|[a-z]:[\\/])/i.test(file);
}

/**
 * Reads the certificate files of a declaration. They hold no secrets, so that their owner is not checked: the checkout
 * of a pipeline may belong to another account.
 *
 * @param folder that relative paths of the declaration start from
 */
export function readCertificateFiles(site: ExchangeSiteProps, folder: string): DeclaredFiles {
  const files = new Map<string, DeclaredFile>();
  for (const file of certificateFilesIn(site)) {
    if (typeof file === 'string') files.set(file, read(resolve(folder, portable(file))));
  }
  return files;
}

/** The declaration has not been validated yet, so that anything may be missing or of another type. */
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
