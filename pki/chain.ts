import { X509Certificate } from 'node:crypto';
import type { Certificate } from './certificate';

/** The certificates above `leaf`, from its issuer upwards, as far as `certificates` holds them. */
export function chainOf(leaf: Certificate, certificates: readonly Certificate[]): readonly Certificate[] {
  const chain: Certificate[] = [];
  for (let current = leaf; !current.selfSigned;) {
    const parsed = new X509Certificate(current.der);
    const issuer = certificates.find(
      (candidate) =>
        candidate !== leaf &&
        !chain.includes(candidate) &&
        parsed.checkIssued(new X509Certificate(candidate.der)),
    );
    if (issuer === undefined) break;
    chain.push(issuer);
    current = issuer;
  }
  return chain;
}
