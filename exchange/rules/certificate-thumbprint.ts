import { path } from '../../schema';
import { thumbprintProblem } from '../resources/certificate';
import type { Rule } from './rule';

export const certificateThumbprint: Rule = {
  id: 'certificate-thumbprint',
  severity: 'error',
  spelling: true,
  description:
    'A thumbprint is the SHA-1 hash of the certificate, 40 hexadecimal digits without the spaces or colons that other programs show it with.',
  check: ({ certificates }) =>
    certificates.flatMap(({ declared: { thumbprint }, path: at }) => {
      const found = thumbprint === undefined ? undefined : thumbprintProblem(thumbprint);
      return found === undefined ? [] : [{ path: [...at, ...path('thumbprint')], ...found }];
    }),
};
