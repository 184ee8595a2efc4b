import {
  certificateText,
  readCertificateFile,
  UnfitCertificateFile,
  type CertificateFile,
} from '../pki/certificate-file';
import type { ReadCertificate } from './certificate-checks';
import { certificateFacts } from './resources/certificate-facts';
import type { CertificateFacts } from './resources';
import type { DeclaredCertificate } from './declared-certificates';

/** What was found where the declaration has its certificate file. Reading it is the caller's: this room has no I/O. */
export type DeclaredFile =
  | { readonly content: Uint8Array }
  /** Why it was not read, with the remedy. It continues a sentence that begins with "the file". */
  | { readonly unread: string };

/** The files by their path as declared in `certificateFile`. */
export type DeclaredFiles = ReadonlyMap<string, DeclaredFile>;

/** The public certificate that is committed beside the PFX. */
export interface CommittedCertificate {
  /** As declared. */
  readonly file: string;
  readonly read: ReadCertificate;
  readonly facts: CertificateFacts;
  /** The certificate in PEM, followed by its chain as far as the file holds it. */
  readonly pem: string;
}

/** Why the file cannot be used. */
export interface UnfitFile {
  readonly problem: string;
  readonly remedy: string;
}

/** Leaves the chain out where the file holds only the leaf certificate: the PFX may still hold the chain. */
export function publicPart(file: string, { leaf, chain }: CertificateFile): ReadCertificate {
  return { file, certificate: leaf, ...(chain.length === 0 ? {} : { chain }) };
}

/** The content of the certificate file, or why it cannot be used; undefined where none is declared. */
export function committedCertificate(
  { declared: { certificateFile: file } }: DeclaredCertificate,
  files: DeclaredFiles,
): CommittedCertificate | UnfitFile | undefined {
  if (file === undefined) return undefined;
  const found = files.get(file);
  if (found === undefined || 'unread' in found) {
    const why = found?.unread ?? 'was not read';
    return {
      problem: `the file '${file}' ${why}`,
      remedy:
        "the path is relative to the project's folder; leave certificateFile out where no certificate is committed",
    };
  }
  try {
    const read = readCertificateFile(found.content);
    return {
      file,
      read: publicPart(file, read),
      facts: certificateFacts(read.leaf),
      pem: certificateText(read),
    };
  } catch (error) {
    if (!(error instanceof UnfitCertificateFile)) throw error;
    return { problem: `the file '${file}' ${error.why}`, remedy: error.remedy };
  }
}

export function isCommitted(
  certificate: CommittedCertificate | UnfitFile | undefined,
): certificate is CommittedCertificate {
  return certificate !== undefined && 'facts' in certificate;
}
