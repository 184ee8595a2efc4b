import type { Invocation } from '../powershell/invocation';
import { givingOf } from './services-given';

const IIS = 'iis';

/**
 * The certificates that this run gives to IIS. The endpoint of Exchange is a directory of IIS, so that it shows them
 * from then on. Their names need not include that of the server, and this machine need not trust their issuer.
 */
export class ShownCertificates {
  readonly #thumbprints = new Set<string>();

  /**
   * The thumbprints, spelled as in the calls. To pass with a forged certificate of the same SHA-1 hash, an attacker
   * would need a second preimage, which nobody can make; a collision is of no use against a certificate that already
   * exists.
   */
  get thumbprints(): readonly string[] {
    return [...this.#thumbprints];
  }

  /** Notes a call before it is made: its connection may be lost before the answer arrives. */
  note(invocation: Invocation): void {
    const given = givingOf(invocation);
    if (given?.services.some((service) => service.toLowerCase() === IIS)) {
      this.#thumbprints.add(given.thumbprint);
    }
  }
}
