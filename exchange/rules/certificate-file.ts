import { path } from '../../schema';
import { isCommitted } from '../committed-certificate';
import type { Rule } from './rule';

export const certificateFile: Rule = {
  id: 'certificate-file',
  severity: 'error',
  description:
    'The certificate file holds the certificate of the servers in PEM or DER, optionally followed by its chain. It holds no private key, because it is committed.',
  check: ({ certificates }) =>
    certificates.flatMap(({ path: at, committed }) =>
      committed === undefined || isCommitted(committed)
        ? []
        : [{ path: [...at, ...path('certificateFile')], ...committed }],
    ),
};
