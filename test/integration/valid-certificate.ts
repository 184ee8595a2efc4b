import { makeAuthority, toPem, type Authority, type KeyedCertificate } from '../../pki';
import { NAMES } from './declared-site';

const DAY_MS = 86_400_000;

let authority: Authority | undefined;

/** Who issues every certificate of a test file; a key takes a while to make. */
function issuer(): Authority {
  return (authority ??= makeAuthority({ commonName: 'Certificates for tests', ...days(-1000, 1000) }));
}

/** The authority of these certificates in PEM, for whoever is to trust them. */
export function issuerOfValidCertificates(): string {
  return toPem(issuer().certificate);
}

/** With the names of the sample environment, from yesterday and for a year; days from now otherwise. */
export function validCertificate(names: readonly string[] = NAMES, from = -1, to = 365): KeyedCertificate {
  return issuer().issue({
    commonName: names[0] ?? '',
    subjectAlternativeNames: names,
    ...days(from, to),
  });
}

function days(from: number, to: number): { readonly notBefore: Date; readonly notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now + from * DAY_MS), notAfter: new Date(now + to * DAY_MS) };
}
