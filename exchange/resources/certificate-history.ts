/**
 * What the current run has done to certificates. It is recorded because a read may not show it yet, and many sessions
 * never show the services of a certificate.
 */
export interface CertificateHistory {
  /** Thumbprints of the certificates that this run imported on the server for the object with this PFX file. */
  readonly imported: (server: string, pfxFile: string) => readonly string[];
  /** Whether this run has enabled the service for another certificate, and not for this one after that. */
  readonly passedOn: (server: string, thumbprint: string, service: string) => boolean;
  /**
   * Services that this run has enabled for the certificate. Services that only one certificate can have are left out,
   * if the run enabled them for another one later.
   */
  readonly given: (server: string, thumbprint: string) => readonly string[];
  /**
   * Whether this run has left the certificate without the service, for sessions that do not show services: it enabled
   * IIS for another certificate, or failed to enable the service for this one.
   */
  readonly lacks: (server: string, thumbprint: string, service: string) => boolean;
  /**
   * Whether this run enabled the service last for another certificate, which takes it from this one, whatever a read
   * shows.
   */
  readonly lost: (server: string, thumbprint: string, service: string) => boolean;
}

/** The history of a run that has done nothing yet. */
export const NO_HISTORY: CertificateHistory = {
  imported: () => [],
  passedOn: () => false,
  given: () => [],
  lacks: () => false,
  lost: () => false,
};
