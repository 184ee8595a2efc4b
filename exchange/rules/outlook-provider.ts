import { formatPath, path } from '../../schema';
import { titleOf } from '../declared-certificates';
import { mustCoverHosts } from '../required-names';
import { includesName } from '../resources/equality';
import { principalHost, principalProblem } from '../resources/outlook-provider';
import type { Rule } from './rule';

export const outlookProvider: Rule = {
  id: 'outlook-provider',
  severity: 'error',
  description:
    'The name that external Outlook clients are told to expect is literally on the certificate. A wildcard that covers it is a different name.',
  check: ({ site, certificates }) => {
    const declared = site.outlookProvider;
    if (declared === undefined) return [];
    const at = path('outlookProvider', 'certPrincipalName');
    const principal = declared.certPrincipalName ?? '';
    const wrong =
      declared.certPrincipalName === ''
        ? { problem: 'the principal name is empty', remedy: 'write null, which clears it' }
        : principalProblem(principal);
    if (wrong !== undefined) return [{ path: at, ...wrong }];
    const host = principalHost(principal);
    if (host === undefined) return [];
    const [lacking] = certificates.filter(
      (certificate) => mustCoverHosts(certificate) && !includesName(certificate.declared.names, host),
    );
    return lacking === undefined
      ? []
      : [
          {
            path: at,
            problem: `'${host}' is not a name of ${titleOf(lacking)} (it has ${lacking.declared.names.join(', ')})`,
            remedy: `Outlook outside would refuse the certificate: name one of those, or 'none'; or get a certificate with it and add it to ${formatPath(lacking.path)}.names`,
          },
        ];
  },
};
