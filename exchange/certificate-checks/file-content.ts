import type { CertificateCheck, ReadCertificate } from './check';

const isPfx = ({ pfx }: ReadCertificate) => pfx !== undefined;

export const certificateTwice: CertificateCheck = {
  id: 'certificate-twice',
  ensures: 'The PFX holds the certificate only once.',
  canJudge: isPfx,
  check: ({ file, pfx }) =>
    (pfx?.copies ?? 1) < 2
      ? undefined
      : {
          severity: 'warning',
          about: 'file',
          problem: `'${file}' holds the certificate of the servers ${pfx?.copies === 2 ? 'twice' : `${pfx?.copies} times`}`,
          remedy:
            'Only one of them goes with the key, and another program may take the other one for it. It comes of giving a full chain to openssl pkcs12 with both -in and -certfile: make the PFX again with those above it only in -certfile.',
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
      remedy: `The certificate taken is ${certificate.subject} (${certificate.thumbprint}), and the other key comes onto the servers with it. Export only this certificate, with its key.`,
    };
  },
};
