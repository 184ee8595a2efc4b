import { path } from '../../schema';
import { isCommitted } from '../committed-certificate';
import { sameName } from '../resources/equality';
import type { Rule } from './rule';

export const certificateFileThumbprint: Rule = {
  id: 'certificate-file-thumbprint',
  severity: 'error',
  description:
    'A declared thumbprint matches the certificate in the certificate file.',
  check: ({ certificates }) =>
    certificates.flatMap(({ declared: { thumbprint }, path: at, committed }) => {
      if (thumbprint === undefined || !isCommitted(committed)) return [];
      if (sameName(thumbprint, committed.facts.thumbprint)) return [];
      return [
        {
          path: [...at, ...path('thumbprint')],
          problem: `'${thumbprint}' is not that of the certificate in '${committed.file}', ${committed.facts.thumbprint}`,
          remedy:
            'correct it, or leave it out: the certificate file says it as well; or put the right file there',
        },
      ];
    }),
};
