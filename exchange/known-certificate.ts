import {
  committedCertificate,
  isCommitted,
  type CommittedCertificate,
  type DeclaredFiles,
} from './committed-certificate';
import type { DeclaredCertificate } from './declared-certificates';
import type { RuleCertificate } from './rules/rule';

/** A declared certificate, with the content of its certificate file. */
export interface KnownCertificate extends DeclaredCertificate {
  /** The certificate in the PFX; left out where no usable certificate file is committed. */
  readonly committed?: CommittedCertificate;
}

/** The declared certificates, each with the content of its certificate file, or why that cannot be used. */
export function withCommittedFiles(
  certificates: readonly DeclaredCertificate[],
  files: DeclaredFiles,
): readonly RuleCertificate[] {
  return certificates.map((certificate) => ({
    ...certificate,
    committed: committedCertificate(certificate, files),
  }));
}

/** The certificates without the reasons why a certificate file cannot be used, which rules have reported. */
export function knownCertificates(certificates: readonly RuleCertificate[]): readonly KnownCertificate[] {
  return certificates.map(({ committed, ...certificate }) => ({
    ...certificate,
    ...(isCommitted(committed) ? { committed } : {}),
  }));
}
