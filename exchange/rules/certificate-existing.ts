import { path } from '../../schema';
import { isForWeb } from '../declared-certificates';
import type { Rule } from './rule';

export const certificateExisting: Rule = {
  id: 'certificate-existing',
  severity: 'error',
  description:
    'A certificate to import that clients of the namespaces do not see is identified by its thumbprint, because several certificates may serve SMTP, POP or IMAP.',
  check: ({ certificates }) =>
    certificates.flatMap((certificate) => {
      const { declared, name, path: at } = certificate;
      const isNamed = name === null || isForWeb(certificate) || declared.thumbprint !== undefined;
      return isNamed || (declared.existingOn ?? []).length === 0
        ? []
        : [
            {
              path: [...at, ...path('existingOn')],
              problem:
                'nothing tells which certificate the servers have: without IIS it is not the one that clients see',
              remedy:
                'give its thumbprint; or leave existingOn out: the plan then finds out by itself which servers have the certificate of the PFX',
            },
          ];
    }),
};
