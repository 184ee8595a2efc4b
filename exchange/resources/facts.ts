import type { Credential, Reference, SecureText } from '../../powershell/invocation';
import type { ExchangeVersion } from '../versions/version';
import type { CertificateHistory } from './certificate-history';

/** What a resource must know besides its own attributes. Found out by whoever asks; the definitions do no I/O. */
export interface Facts {
  /** Whether the Exchange version in question has a cmdlet, or the cmdlet a parameter. */
  readonly has: (cmdlet: string, parameter?: string) => boolean;
  /** That version; left out where nobody knows. */
  readonly version?: ExchangeVersion;
  /** Whether the site declares a server; left out where nobody knows. */
  readonly isDeclared?: (server: string) => boolean;
  /** What service connection points of the site hand out, where it is not one URL; left out where nobody knows. */
  readonly autodiscoverUrls?: readonly string[];
  /** How the content and the password of the PFX reach a call; left out where none is read. */
  readonly pfx?: PfxFacts;
  /** Who signs in to test a mailbox; left out where it is Exchange's own test mailbox. */
  readonly mailbox?: Credential | Reference;
  /** What is on the certificate in the PFX; left out where the file is not at hand. */
  readonly certificate?: CertificateFacts;
  /** What the run has done to certificates so far; left out where none is under way. */
  readonly history?: CertificateHistory;
  /** The server is drained before what its clients would feel; left out: it is not. */
  readonly maintenance?: MaintenanceFacts;
  /** The declared certificates of the server, where the site has several; left out where nobody says. */
  readonly declared?: readonly DeclaredBeside[];
}

/** A certificate that the declaration has for a server, beside others. */
export interface DeclaredBeside {
  readonly name: string;
  /** As `pfx_file` of the object that is made of it. */
  readonly pfxFile: string;
  readonly services: readonly string[];
}

export interface PfxFacts {
  readonly content: Uint8Array | Reference;
  readonly password: SecureText | Reference;
  /** How the thumbprint reaches a call where only a run knows it; left out: it stands in the planned state. */
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

/** Of a server whose maintenance is declared. */
export interface MaintenanceFacts {
  /** FQDN of the server that takes over the messages in its queues; left out: none is known. */
  readonly redirectTo?: string;
}
