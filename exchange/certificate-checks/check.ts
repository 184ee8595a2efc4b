import type { Certificate } from '../../pki/certificate';
import type { ExchangeVersion } from '../versions';
import type { AcceptableFindingId, CertificateFindingId } from './finding-ids';

/** A certificate, and what else was read from its file. */
export interface ReadCertificate {
  /** The file as people know it. */
  readonly file: string;
  readonly certificate: Certificate;
  /**
   * The chain from the issuer upwards, as far as the file holds it. Left out: not known, and checks that need it are
   * skipped.
   */
  readonly chain?: readonly Certificate[];
  /**
   * What only a PFX contains. Left out: the certificate was read from another file, and checks that need this are
   * skipped.
   */
  readonly pfx?: {
    /** Windows' name of the key storage provider for the key. Left out: the file names none. */
    readonly keyProvider?: string;
    /** How often the file holds the certificate. */
    readonly copies: number;
    /** Other certificates with a private key in the same file. */
    readonly others: readonly Certificate[];
  };
}

/** What the certificate is declared for. */
export interface CertificateUse {
  /** Left out: the validity period is not checked, as in a synth, whose result must not depend on the day. */
  readonly now?: Date;
  /** Host names that clients use, and further names declared for the certificate. */
  readonly names: readonly string[];
  /** Declared services, such as `['IIS', 'SMTP']`. */
  readonly services: readonly string[];
  /** Versions of the servers that get it; empty where they are not known. */
  readonly versions: readonly ExchangeVersion[];
  /** Days before expiry from which it is reported. */
  readonly warnBeforeExpiryDays: number;
  /** Where the certificate stands in the declaration: `certificate.web`. */
  readonly place: string;
  /** Reasons why findings are acceptable, by their id. */
  readonly accepted: { readonly [id in AcceptableFindingId]?: string };
}

/** A problem with a certificate. */
export interface CertificateFinding {
  readonly id: CertificateFindingId | 'acceptance-unneeded';
  /** An error stops; a warning is shown. */
  readonly severity: 'error' | 'warning';
  /** Which part of the declared certificate the problem is about: its file, `names`, or `accepted`. */
  readonly about: 'file' | 'names' | 'accepted';
  /** What is wrong, one line. */
  readonly problem: string;
  /** Why it matters, and what to do about it. */
  readonly remedy: string;
}

/**
 * What one check finds. `judgeCertificate` adds the id of the check, and how to accept the finding where that is possible.
 */
export interface FoundByCheck extends Omit<CertificateFinding, 'id'> {
  /**
   * Set where this finding cannot be accepted, although other findings of the same check can. Left out: the id decides.
   */
  readonly neverAccepted?: true;
}

/** One check of a certificate. */
export interface CertificateCheck {
  readonly id: CertificateFindingId;
  /** What must hold, and why, for the reference. */
  readonly ensures: string;
  /** Whether enough is known to judge it. Left out: always. */
  readonly canJudge?: (read: ReadCertificate, use: CertificateUse) => boolean;
  readonly check: (read: ReadCertificate, use: CertificateUse) => FoundByCheck | undefined;
}
