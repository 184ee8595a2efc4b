import type { Certificate } from '../../pki/certificate';
import type { ExchangeVersion } from '../versions';
import type { AcceptableFindingId, CertificateFindingId } from './finding-ids';

/** A certificate that was read, and what else its file told. */
export interface ReadCertificate {
  /** The file as people know it. */
  readonly file: string;
  readonly certificate: Certificate;
  /** From its issuer upwards, as far as the file holds it. Left out: not known, and what hangs on it is not judged. */
  readonly chain?: readonly Certificate[];
  /** What only a PFX tells. Left out: the certificate was read from another file, and this is not judged. */
  readonly pfx?: {
    /** Windows' name of the provider that is to keep the key. Left out: the file names none. */
    readonly keyProvider?: string;
    /** How often the file holds the certificate. */
    readonly copies: number;
    /** Certificates with a private key of their own in the same file. */
    readonly others: readonly Certificate[];
  };
}

/** What the certificate is declared for. */
export interface CertificateUse {
  /** Left out: not known, as to a synth, which is the same on every day; its validity is not judged. */
  readonly now?: Date;
  /** Host names that clients use, and others that the certificate is said to have. */
  readonly names: readonly string[];
  /** Declared services, such as `['IIS', 'SMTP']`. */
  readonly services: readonly string[];
  /** Of the servers that are to have it; empty where that is not known. */
  readonly versions: readonly ExchangeVersion[];
  /** Days before its end from which that is said. */
  readonly warnBeforeExpiryDays: number;
  /** Where the certificate stands in the declaration: `certificate.web`. */
  readonly place: string;
  /** Why a finding is right here, by its id. */
  readonly accepted: { readonly [id in AcceptableFindingId]?: string };
}

/** Something about a certificate that a person must know. */
export interface CertificateFinding {
  readonly id: CertificateFindingId | 'acceptance-unneeded';
  /** An error stops; a warning is shown. */
  readonly severity: 'error' | 'warning';
  /** What of `certificate` in the declaration is at fault: its file, `names`, or `accepted`. */
  readonly about: 'file' | 'names' | 'accepted';
  /** What is wrong, one line. */
  readonly problem: string;
  /** Why it matters, and what to do about it. */
  readonly remedy: string;
}

/** What a check finds. */
export interface FoundByCheck extends Omit<CertificateFinding, 'id'> {
  /** No reason makes it right, though what else the check finds can be accepted. Left out: the id says which. */
  readonly neverAccepted?: true;
}

/** One thing that is looked at. */
export interface CertificateCheck {
  readonly id: CertificateFindingId;
  /** What must hold, and why, for the reference. */
  readonly ensures: string;
  /** Whether enough is known to judge it. Left out: always. */
  readonly canJudge?: (read: ReadCertificate, use: CertificateUse) => boolean;
  readonly check: (read: ReadCertificate, use: CertificateUse) => FoundByCheck | undefined;
}
