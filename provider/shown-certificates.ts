import type { Invocation } from '../powershell/invocation';
import { givingOf } from './services-given';

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
  note(invocation: Invocation): void {
    const given = givingOf(invocation);
    if (given?.services.some((service) => service.toLowerCase() === IIS)) {
      this.#thumbprints.add(given.thumbprint);
    }
  }
}
