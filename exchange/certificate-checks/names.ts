import { presentedNames, uncovered } from '../../pki/coverage';
import { trustOf } from '../../pki/trust';
import type { CertificateCheck } from './check';
import { isInternalName } from './internal-name';

export const namesMissing: CertificateCheck = {
  id: 'names-missing',
  ensures:
    'It holds every name that clients use and every name that is declared for it, or covers the name by a wildcard for its first label. The common name counts only if there are no subject alternative names.',
  check: ({ file, certificate }, { names, place }) => {
    const missing = uncovered(certificate, names);
    if (missing.length === 0) return undefined;
    return {
      severity: 'error',
      about: 'names',
      problem: `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not on the certificate in '${file}'`,
      remedy: `It has ${presentedNames(certificate).join(', ') || 'no names'}. Clients would see a certificate error: get a certificate with these subject alternative names, or correct namespaces or ${place}.names in the declaration.`,
    };
  },
};

export const internalName: CertificateCheck = {
  id: 'internal-name',
  ensures:
    'A certificate of a public authority needs no name that only a private authority certifies, such as one under .local.',
  canJudge: ({ chain }) => chain !== undefined,
  check: ({ file, certificate, chain = [] }, { names }) => {
    const internal = names.filter(isInternalName);
    if (internal.length === 0 || trustOf(certificate, chain).kind !== 'public') return undefined;
    return {
      severity: 'error',
      about: 'names',
      problem: `The certificate in '${file}' comes from a public authority, and no public authority certifies ${internal.join(', ')}`,
      remedy:
        'Give clients names in a domain that you have registered, inside as outside (split DNS), or take a certificate of your own authority that all clients trust.',
    };
  },
};

/**
 * Outlook compares the principal name of Outlook Anywhere with the subject. No other check notices a misspelt subject.
 */
export const subjectNotAName: CertificateCheck = {
  id: 'subject-not-a-name',
  ensures:
    'The common name of its subject is one of its subject alternative names. If it is not, it is usually misspelt, and old clients compare with it.',
  check: ({ file, certificate: { commonName, subjectAlternativeNames } }) => {
    const known = subjectAlternativeNames.map((name) => name.toLowerCase());
    if (commonName === undefined || known.length === 0 || known.includes(commonName.toLowerCase())) {
      return undefined;
    }
    return {
      severity: 'warning',
      about: 'file',
      problem: `The subject of the certificate in '${file}' is '${commonName}', which is none of its names`,
      remedy: `It has ${subjectAlternativeNames.join(', ')}. Look whether the subject is misspelt; have the next one issued with the client name as its subject.`,
    };
  },
};
