import type { Credential, Reference, SecureText } from '../../powershell/invocation';
import type { ExchangeVersion } from '../versions/version';
import type { CertificateHistory } from './certificate-history';

/** What a resource must know besides its own attributes. The caller provides it, because definitions do no I/O. */
export interface Facts {
  /** Whether the Exchange version in question has a cmdlet, or the cmdlet a parameter. */
  readonly has: (cmdlet: string, parameter?: string) => boolean;
  /** That version; left out where it is not known. */
  readonly version?: ExchangeVersion;
  /** Whether the site declares a server; left out where that is not known. */
  readonly isDeclared?: (server: string) => boolean;
  /**
   * The URLs that service connection points of the site hand out, where there are several; left out where they are not
   * known.
   */
  readonly autodiscoverUrls?: readonly string[];
  /** The content and the password of the PFX, as arguments of a call; left out where no PFX is read. */
  readonly pfx?: PfxFacts;
  /** The account that signs in to test a mailbox; left out for Exchange's own test mailbox. */
  readonly mailbox?: Credential | Reference;
  /** The certificate in the PFX; left out where the file is not available. */
  readonly certificate?: CertificateFacts;
  /** What the current run has done to certificates; left out outside a run. */
  readonly history?: CertificateHistory;
  /** Set where the server is put into maintenance before steps that interrupt its clients. */
  readonly maintenance?: MaintenanceFacts;
  /** The declared certificates of the server, where the site has several; left out where they are not known. */
  readonly declared?: readonly DeclaredBeside[];
}

/** One of several certificates that are declared for a server. */
export interface DeclaredBeside {
  readonly name: string;
  /** The value of `pfx_file` of its object. */
  readonly pfxFile: string;
  readonly services: readonly string[];
}

export interface PfxFacts {
  readonly content: Uint8Array | Reference;
  readonly password: SecureText | Reference;
  /**
   * Stands for the thumbprint in a call, where it is known only during the run; left out where the planned state has
   * it.
   */
  readonly thumbprint?: Reference;
}

export interface CertificateFacts {
  /** SHA-1 of the certificate, 40 upper-case hexadecimal digits. */
  readonly thumbprint: string;
  readonly subject: string;
  readonly issuer: string;
  /** DNS names of the subject alternative names, lower case, sorted. */
  readonly names: readonly string[];
  /** ISO 8601, UTC. */
  readonly notAfter: string;
}

/** The declared maintenance of a server. */
export interface MaintenanceFacts {
  /** FQDN of the server that queued messages are redirected to; left out where none is known. */
  readonly redirectTo?: string;
}
