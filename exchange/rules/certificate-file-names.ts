import { presentedNames, uncovered } from '../../pki/coverage';
import { path } from '../../schema';
import { isCommitted } from '../committed-certificate';
import { requiredNames } from '../required-names';
import type { Rule } from './rule';

export const certificateFileNames: Rule = {
  id: 'certificate-file-names',
  severity: 'error',
  description:
    'The certificate in the certificate file has every name that clients are given, and every name that the declaration says it has. The plan compares the same.',
  check: ({ site, committed }) => {
    if (!isCommitted(committed)) return [];
    const missing = uncovered(committed.leaf, requiredNames(site));
    if (missing.length === 0) return [];
    return [
      {
        path: path('certificate', 'certificateFile'),
        problem: `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not on the certificate in '${committed.file}' (it has ${presentedNames(committed.leaf).join(', ') || 'no names'})`,
        remedy:
          'commit the certificate that has them, or correct namespaces or certificate.names in the declaration',
      },
    ];
  },
};
