import { isItsOwnIssuer, trustOf } from '../../pki/trust';
import type { CertificateCheck, ReadCertificate } from './check';

const knowsChain = ({ chain }: ReadCertificate) => chain !== undefined;

export const selfSigned: CertificateCheck = {
  id: 'self-signed',
  ensures:
    'It is not self-signed. Outlook Anywhere does not work with such a certificate, so this is an error if IIS uses it, and a warning otherwise.',
  check: ({ file, certificate }, { services }) => {
    if (!isItsOwnIssuer(certificate)) return undefined;
    return {
      severity: services.includes('IIS') ? 'error' : 'warning',
      about: 'file',
      problem: `The certificate in '${file}' is self-signed`,
      remedy:
        'Outlook Anywhere does not connect with it, and browsers and phones warn of it, until each client trusts this very certificate. Get one from an authority that they trust.',
    };
  },
};

export const chainIncomplete: CertificateCheck = {
  id: 'chain-incomplete',
  ensures:
    'Its file holds the certificate of its issuer, which the servers must present with it, unless a public root issued it. Clients that do not know the issuer, above all phones, refuse it otherwise.',
  canJudge: knowsChain,
  check: ({ file, certificate, chain = [] }) => {
    const trust = trustOf(certificate, chain);
    if (trust.kind !== 'incomplete') return undefined;
    return {
      severity: 'warning',
      about: 'file',
      problem: `The issuer of the certificate, ${trust.issuer}, is not in '${file}'`,
      remedy:
        'Export the certificate again with all certificates of its path, as far as the root, so that the servers can show them to clients.',
    };
  },
};

export const privateAuthority: CertificateCheck = {
  id: 'private-authority',
  ensures:
    'Clients trust its root by default. Any other root is reported, because every client must be configured to trust it.',
  canJudge: ({ certificate, chain }) =>
    chain !== undefined && trustOf(certificate, chain).kind !== 'incomplete',
  check: ({ file, certificate, chain = [] }) => {
    const trust = trustOf(certificate, chain);
    if (trust.kind !== 'private') return undefined;
    return {
      severity: 'warning',
      about: 'file',
      problem: `Clients must trust ${trust.root}, from which the certificate in '${file}' comes`,
      remedy:
        'Devices do not trust it by themselves. If it is a root, install it on all clients, including phones and computers outside the domain. If it is an authority below a root, add the missing certificates to the file.',
    };
  },
};
