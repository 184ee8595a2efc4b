import type { CertificateCheck, ReadCertificate } from './check';

const isPfx = ({ pfx }: ReadCertificate) => pfx !== undefined;

export const certificateTwice: CertificateCheck = {
  id: 'certificate-twice',
  ensures: 'The PFX holds the certificate only once.',
  canJudge: isPfx,
  check: ({ file, pfx }) => {
    const copies = pfx?.copies ?? 1;
    if (copies < 2) return undefined;
    return {
      severity: 'warning',
      about: 'file',
      problem: `'${file}' holds the certificate of the servers ${copies === 2 ? 'twice' : `${copies} times`}`,
      remedy:
        'Only one copy belongs to the private key, and another program may choose the wrong one. The usual cause is a full chain in both -in and -certfile of openssl pkcs12: make the PFX again with only the certificates of the authorities in -certfile.',
    };
  },
};

export const severalKeys: CertificateCheck = {
  id: 'several-keys',
  ensures: 'The PFX holds no other private key, because all of them would be imported on every server.',
  canJudge: isPfx,
  check: ({ file, certificate, pfx }) => {
    const others = pfx?.others ?? [];
    if (others.length === 0) return undefined;
    const names = others.map(({ subject, thumbprint }) => `${subject} (${thumbprint})`).join(', ');
    return {
      severity: 'warning',
      about: 'file',
      problem: `'${file}' holds the private key of another certificate too: ${names}`,
      remedy: `The deploy uses ${certificate.subject} (${certificate.thumbprint}), but would import the other private key on every server, too. Export a PFX that holds only this certificate and its key.`,
    };
  },
};
