import { path } from '../../schema';
import { thumbprintProblem } from '../resources/certificate';
import type { Rule } from './rule';

export const certificateThumbprint: Rule = {
  id: 'certificate-thumbprint',
  severity: 'error',
  spelling: true,
  description:
    'A thumbprint is the SHA-1 hash of the certificate, 40 hexadecimal digits without the spaces or colons that other programs show it with.',
  check: ({ site }) => {
    const { thumbprint } = site.certificate;
    if (thumbprint === undefined || thumbprintProblem(thumbprint) === undefined) return [];
    const digits = thumbprint.replace(/[\s:]/g, '').toUpperCase();
    return [
      {
        path: path('certificate', 'thumbprint'),
        problem: `'${thumbprint}' is not a thumbprint`,
        remedy:
          thumbprintProblem(digits) === undefined
            ? `write it as '${digits}'`
            : /^[0-9A-F]{64}$/.test(digits)
              ? 'this is the SHA-256 fingerprint; give the thumbprint that Exchange shows, of 40 hexadecimal digits'
              : 'give the 40 hexadecimal digits without spaces or hidden characters',
      },
    ];
  },
};
