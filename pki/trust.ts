import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import type { Certificate } from './certificate';
import { readName } from './name';

/** What clients must trust to accept a certificate. */
export type Trust =
  | { readonly kind: 'self-signed' }
  /** A root on Mozilla's list, which Node.js contains. The devices of most people trust it. */
  | { readonly kind: 'public'; readonly root: string }
  /** A root that is not on the list; `root` is its subject. */
  | { readonly kind: 'private'; readonly root: string }
  /** The issuer of the certificate is neither in its file nor on the list. */
  | { readonly kind: 'incomplete'; readonly issuer: string };

/**
 * @param chain from the issuer upwards, as far as it is known
 * @param roots the roots that count as public
 */
export function trustOf(
  certificate: Certificate,
  chain: readonly Certificate[],
  roots: () => readonly X509Certificate[] = publicRoots,
): Trust {
  if (isItsOwnIssuer(certificate)) return { kind: 'self-signed' };
  const publicly = roots();
  // A chain may go on above a public root: an older root may have certified the same key, as DST Root CA X3 did for
  // ISRG Root X1 (https://letsencrypt.org/certificates/). Clients stop at the root that they know.
  for (const one of [certificate, ...chain]) {
    const root = rootOf(one, publicly);
    if (root !== undefined) return { kind: 'public', root };
  }
  const top = chain.at(-1);
  if (top === undefined) return { kind: 'incomplete', issuer: certificate.issuer };
  return { kind: 'private', root: isItsOwnIssuer(top) ? top.subject : top.issuer };
}

/** Compares names only: whether the key verifies its own signature cannot be told of a key that cannot be decoded. */
export function isItsOwnIssuer({ subject, issuer, selfSigned }: Certificate): boolean {
  return selfSigned || (subject !== '' && subject === issuer);
}

let known: readonly X509Certificate[] | undefined;

/** Read when first needed: the list is long, and most runs do not need it. */
function publicRoots(): readonly X509Certificate[] {
  known ??= rootCertificates.map((pem) => new X509Certificate(pem));
  return known;
}

function rootOf(certificate: Certificate, roots: readonly X509Certificate[]): string | undefined {
  const parsed = new X509Certificate(certificate.der);
  const root = roots.find(
    (candidate) => candidate.fingerprint256 === parsed.fingerprint256 || issued(candidate, parsed),
  );
  return root && readName(root.subject).text;
}

function issued(root: X509Certificate, certificate: X509Certificate): boolean {
  return (
    root.subject === certificate.issuer && certificate.checkIssued(root) && certificate.verify(root.publicKey)
  );
}
