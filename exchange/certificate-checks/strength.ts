import type { Certificate } from '../../pki/certificate';
import { isItsOwnIssuer } from '../../pki/trust';
import type { CertificateCheck, CertificateUse } from './check';

/**
 * Browsers and phones show an error that users cannot bypass; mail servers accept such certificates among themselves.
 */
const severityFor = ({ services }: CertificateUse) => (services.includes('IIS') ? 'error' : 'warning');

const nameOf = ({ commonName, subject, subjectAlternativeNames: [first = ''] }: Certificate) =>
  commonName ?? (subject || first);

const LEAST_RSA_BITS = 2048;

/** Apple: https://support.apple.com/en-us/103769; public authorities: CA/Browser Forum Baseline Requirements 6.1.5. */
export const weakKey: CertificateCheck = {
  id: 'weak-key',
  ensures:
    'Its RSA key, and those of the authorities above it, have at least 2048 bits. Apple devices and browsers refuse shorter keys.',
  check: ({ file, certificate, chain = [] }, use) => {
    const weak = [certificate, ...chain].find(
      ({ keyAlgorithm, keyBits }) => keyAlgorithm === 'rsa' && (keyBits ?? LEAST_RSA_BITS) < LEAST_RSA_BITS,
    );
    if (weak === undefined) return undefined;
    return {
      severity: severityFor(use),
      about: 'file',
      problem: `The RSA key of '${nameOf(weak)}' in '${file}' has only ${weak.keyBits} bits`,
      remedy: `Phones and browsers refuse less than ${LEAST_RSA_BITS}. Have a certificate issued for a new key.`,
    };
  },
};

const WEAK_HASHES = ['md2', 'md5', 'sha1'];

/** A root is trusted by itself, so its signature does not matter. */
export const weakSignature: CertificateCheck = {
  id: 'weak-signature',
  ensures:
    'It and the certificates between it and the root are signed with SHA-2. Apple devices and browsers refuse SHA-1 and MD5.',
  check: ({ file, certificate, chain = [] }, use) => {
    const weak = [certificate, ...chain].find(
      (one) => !isItsOwnIssuer(one) && WEAK_HASHES.includes(one.signatureHash ?? ''),
    );
    if (weak === undefined) return undefined;
    return {
      severity: severityFor(use),
      about: 'file',
      problem: `'${nameOf(weak)}' in '${file}' is signed with ${weak.signatureHash?.toUpperCase().replace('SHA1', 'SHA-1')}`,
      remedy:
        'Phones and browsers refuse it. Have it issued again with SHA-256; if your own authority issued it, set that authority up to sign with SHA-256.',
    };
  },
};

const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1';
const ANY_USAGE = '2.5.29.37.0';

export const serverAuthenticationMissing: CertificateCheck = {
  id: 'server-authentication-missing',
  ensures:
    'It may be used for server authentication. Clients refuse a certificate that is issued for other purposes only.',
  check: ({ file, certificate: { extendedKeyUsages } }) => {
    if (extendedKeyUsages === undefined) return undefined;
    if (extendedKeyUsages.includes(SERVER_AUTHENTICATION) || extendedKeyUsages.includes(ANY_USAGE))
      return undefined;
    return {
      severity: 'error',
      about: 'file',
      problem: `The certificate in '${file}' is not issued for servers`,
      remedy: `Its extended key usages (${extendedKeyUsages.join(', ')}) lack server authentication (${SERVER_AUTHENTICATION}). Have one issued from a template for web servers.`,
    };
  },
};
