import { formatPath, path } from '../../schema';
import { isInternalName } from '../certificate-checks/internal-name';
import type { Rule } from './rule';

/**
 * Looks only at the declared names. Who issues the certificate is known only where its file is declared
 * (`certificateFile`). An acceptance of `private-authority` or `self-signed` says that no public authority does.
 */
export const certificateInternalName: Rule = {
  id: 'certificate-internal-name',
  severity: 'warning',
  description:
    'Names on a certificate are in domains that can be registered. No public authority certifies other names, such as those under .local or without a domain; a private authority does.',
  check: ({ certificates }) =>
    certificates.flatMap(({ declared: { names, accepted = {} }, path: at }) => {
      if (accepted['private-authority'] !== undefined || accepted['self-signed'] !== undefined) return [];
      return names.flatMap((name, index) =>
        isInternalName(name)
          ? [
              {
                path: [...at, ...path('names', index)],
                problem: `no public authority certifies '${name}'`,
                remedy: `give clients a name in a domain that you have registered, inside as outside (split DNS); where an authority of your own issues the certificate, say so: ${formatPath(at)}.accepted: { 'private-authority': '<reason>' }`,
              },
            ]
          : [],
      );
    }),
};
