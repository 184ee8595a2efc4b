import { ExchangeVersion } from '../versions';
import type { CertificateCheck } from './check';

/**
 * Refused before the updates of April 2024, which 2013 never got; 2016 and 2019 take them when it is switched on. The
 * switch is in the code that became SE; whether SE still wants it is (unverified).
 * https://learn.microsoft.com/exchange/architecture/client-access/certificates#elliptic-curve-cryptography-certificates-support-in-exchange-server
 */
export const eccKey: CertificateCheck = {
  id: 'ecc-key',
  ensures:
    'Its key is RSA: Exchange before 2016 refuses a key on an elliptic curve, and later versions take it only when that is switched on.',
  check: ({ file, certificate: { keyAlgorithm, curve } }, { versions }) => {
    if (keyAlgorithm !== 'ec' || versions.length === 0) return undefined;
    const problem = `The key of the certificate in '${file}' is on an elliptic curve (${curve ?? 'of unknown name'})`;
    const refusing = versions.find((version) => !version.isAtLeast(ExchangeVersion.V2016));
    if (refusing !== undefined) {
      return {
        severity: 'error',
        about: 'file',
        neverAccepted: true,
        problem,
        remedy: `${refusing.toString()} cannot use it. Get a certificate with an RSA key of 2048 bits or more.`,
      };
    }
    return {
      severity: 'warning',
      about: 'file',
      problem,
      remedy:
        'Exchange takes it from the updates of April 2024 on, and only with EnableEccCertificateSupport = 1 (text) under HKLM\\SOFTWARE\\Microsoft\\ExchangeServer\\v15\\Diagnostics of each server and a restart of its services. Set it, or get a certificate with an RSA key.',
    };
  },
};

/**
 * Names of CNG providers end this way, Microsoft's and others'; that of the TPM is the exception. A CryptoAPI provider,
 * in contrast, is called a "Cryptographic Provider".
 */
const KEY_STORAGE_PROVIDER = /\bKey Storage Provider$|^Microsoft Platform Crypto Provider$/i;

/** An elliptic curve key always has a CNG provider. `ecc-key` reports such keys already. */
export const cngKey: CertificateCheck = {
  id: 'cng-key',
  ensures:
    'Its file does not ask for a CNG key storage provider: OWA and ECP encrypt their cookies with the key, cannot with such a provider, and ask for the password again and again.',
  canJudge: ({ pfx }) => pfx !== undefined,
  check: ({ file, certificate: { keyAlgorithm }, pfx }, { services }) => {
    const provider = pfx?.keyProvider ?? '';
    if (keyAlgorithm !== 'rsa' || !services.includes('IIS') || !KEY_STORAGE_PROVIDER.test(provider)) {
      return undefined;
    }
    return {
      severity: 'warning',
      about: 'file',
      problem: `The key in '${file}' is marked for '${provider}', a CNG key storage provider`,
      remedy:
        'With such a key people sign in to OWA and ECP in a loop. Import it on a Windows machine with certutil -csp "Microsoft RSA SChannel Cryptographic Provider" -importpfx <file>, and export it from there again.',
    };
  },
};
