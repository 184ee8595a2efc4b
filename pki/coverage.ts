import { isIP } from 'node:net';
import type { Certificate } from './certificate';

/**
 * Whether clients accept the certificate for the host: one of its DNS names equals it, or is a wildcard for exactly its
 * first label (RFC 6125 section 6.4.3). The common name counts only where the certificate has no DNS name at all
 * (section 6.4.4).
 */
export function covers(certificate: Certificate, host: string): boolean {
  return presentedNames(certificate).some((name) => nameCovers(name, host));
}

/** Whether one DNS name of a certificate, which may be a wildcard, covers the host. */
export function nameCovers(name: string, host: string): boolean {
  const wanted = canonical(host);
  return wanted !== '' && isIP(wanted) === 0 && matches(canonical(name), wanted);
}

/** The hosts that the certificate does not cover, in their order. */
export function uncovered(certificate: Certificate, hosts: readonly string[]): readonly string[] {
  return hosts.filter((host) => !covers(certificate, host));
}

/** The names of a certificate that a client compares with the host. */
export function presentedNames(certificate: Certificate): readonly string[] {
  if (certificate.subjectAlternativeNames.length > 0) return certificate.subjectAlternativeNames;
  return certificate.commonName === undefined ? [] : [certificate.commonName];
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function matches(presented: string, wanted: string): boolean {
  if (!presented.startsWith('*.')) return presented === wanted;
  const rest = presented.slice(1);
  const label = wanted.slice(0, -rest.length);
  // `*.com` would cover everybody.
  return wanted.endsWith(rest) && label !== '' && !label.includes('.') && rest.lastIndexOf('.') > 0;
}
