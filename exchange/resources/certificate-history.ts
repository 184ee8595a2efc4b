/** What the run itself has done to certificates: a read may not show it yet, and many sessions never tell services. */
export interface CertificateHistory {
  /** Whether this run imported the certificate on the server. */
  readonly imported: (server: string, thumbprint: string) => boolean;
  /**
   * Whether the certificate is without the service by what this run did, where no read tells: IIS was given to another one
   * since, or giving the service to this one failed.
   */
  readonly lacks: (server: string, thumbprint: string, service: string) => boolean;
  /** Whether this run gave the service to another certificate of the server, which need not take it from this one. */
  readonly passedOn: (server: string, thumbprint: string, service: string) => boolean;
  /** Whether this run gave the service to another certificate last, which takes it from this one, whatever a read shows. */
  readonly lost: (server: string, thumbprint: string, service: string) => boolean;
}

/** Of a run that has done nothing. */
export const NO_HISTORY: CertificateHistory = {
  imported: () => false,
  lacks: () => false,
  passedOn: () => false,
  lost: () => false,
};
