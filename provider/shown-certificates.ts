import type { Invocation } from '../powershell/invocation';

const IIS = 'iis';

/**
 * Certificates that the run gives to IIS. The endpoint of Exchange is a directory of IIS: from then on it shows them,
 * whose names need not be its server's, and whose issuer need not be one that this machine trusts.
 */
export class ShownCertificates {
  readonly #thumbprints = new Set<string>();

  /**
   * Thumbprints, as the calls name them. Whoever wanted to pass with another certificate of the same SHA-1 would need a
   * second preimage, which nobody can make; collisions are of no use against a certificate that is there already.
   */
  get thumbprints(): readonly string[] {
    return [...this.#thumbprints];
  }

  /** Takes a call that is about to be made: its connection may be lost before the answer comes. */
  note({ cmdlet, parameters: { Thumbprint: thumbprint, Services: services } }: Invocation): void {
    if (cmdlet !== 'Enable-ExchangeCertificate' || typeof thumbprint !== 'string') return;
    const given = Array.isArray(services) ? services : [services];
    if (given.some((service) => String(service).toLowerCase() === IIS)) this.#thumbprints.add(thumbprint);
  }
}
