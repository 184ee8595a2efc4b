import type { CertificateCheck, CertificateUse, ReadCertificate } from './check';

const DAY_MS = 24 * 60 * 60 * 1000;

const knowsTime = (_read: ReadCertificate, { now }: CertificateUse) => now !== undefined;

export const notYetValid: CertificateCheck = {
  id: 'not-yet-valid',
  ensures: 'Its validity period has begun. Every client refuses it before.',
  canJudge: knowsTime,
  check: ({ file, certificate: { notBefore } }, { now }) =>
    now === undefined || now >= notBefore
      ? undefined
      : {
          severity: 'error',
          about: 'file',
          problem: `The certificate in '${file}' is not valid yet`,
          remedy: `It begins on ${notBefore.toISOString()}. Wait until then, or check the clock of this machine.`,
        },
};

export const expired: CertificateCheck = {
  id: 'expired',
  ensures: 'Its validity period has not ended. Every client refuses it afterwards.',
  canJudge: knowsTime,
  check: ({ file, certificate: { notAfter } }, { now }) =>
    now === undefined || now <= notAfter
      ? undefined
      : {
          severity: 'error',
          about: 'file',
          problem: `The certificate in '${file}' has expired`,
          remedy: `It ended on ${notAfter.toISOString()}. Get a new one and put its file there.`,
        },
};

export const expiresSoon: CertificateCheck = {
  id: 'expires-soon',
  ensures:
    'It is valid for more than `certificate.warnBeforeExpiryDays` days, so that there is time to replace it.',
  canJudge: knowsTime,
  check: ({ file, certificate: { notAfter } }, { now, warnBeforeExpiryDays }) => {
    if (now === undefined) return undefined;
    const daysLeft = Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS);
    if (now > notAfter || daysLeft >= warnBeforeExpiryDays) return undefined;
    return {
      severity: 'warning',
      about: 'file',
      problem: `The certificate in '${file}' ends in ${daysLeft === 1 ? 'one day' : `${daysLeft} days`}`,
      remedy: `It expires on ${notAfter.toISOString()}. Get a new certificate now, and replace the file with it.`,
    };
  },
};
