/** What the run itself has done to certificates: a read may not show it yet, and many sessions never tell services. */
export interface CertificateHistory {
  /** Thumbprints of the certificates that this run imported on the server for the object with this PFX file. */
  readonly imported: (server: string, pfxFile: string) => readonly string[];
  /** Whether this run gave the service to another certificate, and not to this one since. */
  readonly passedOn: (server: string, thumbprint: string, service: string) => boolean;
  /** Services that this run gave to the certificate, and to no other one since where only one can have them. */
  readonly given: (server: string, thumbprint: string) => readonly string[];
  /**
   * Whether the certificate is without the service by what this run did, where no read tells: IIS was given to another one
   * since, or giving the service to this one failed.
   */
  readonly lacks: (server: string, thumbprint: string, service: string) => boolean;
  /** Whether this run gave the service to another certificate last, which takes it from this one, whatever a read shows. */
  readonly lost: (server: string, thumbprint: string, service: string) => boolean;
}

/** Of a run that has done nothing. */
export const NO_HISTORY: CertificateHistory = {
  imported: () => [],
  passedOn: () => false,
  given: () => [],
  lacks: () => false,
  lost: () => false,
};
