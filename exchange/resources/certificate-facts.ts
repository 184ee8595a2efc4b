import type { Certificate } from '../../pki/certificate';
import type { CertificateFacts } from './facts';

/** The parts of a certificate that plans and states show. */
export function certificateFacts(certificate: Certificate): CertificateFacts {
  const { thumbprint, subject, issuer, subjectAlternativeNames, notAfter } = certificate;
  return {
    thumbprint,
    subject,
    issuer,
    names: [...new Set(subjectAlternativeNames.map((name) => name.toLowerCase()))].sort(),
    notAfter: notAfter.toISOString(),
  };
}
