import { certificateKey, certificateNameProblem } from '../certificate-name';
import type { Rule } from './rule';

export const certificateName: Rule = {
  id: 'certificate-name',
  severity: 'error',
  description:
    'The name of one of several certificates becomes part of Terraform addresses, of the variable of its password, and of parameters of the script. It consists of letters, digits and hyphens, and two names differ in more than letter case and hyphens.',
  check: ({ certificates }) =>
    certificates.flatMap(({ name, path }, index) => {
      if (name === null) return [];
      const problem = certificateNameProblem(name);
      if (problem !== undefined) return [{ path, ...problem }];
      const other = certificates
        .slice(0, index)
        .find((before) => certificateKey(before.name ?? '') === certificateKey(name));
      return other === undefined
        ? []
        : [
            {
              path,
              problem: `'${name}' and '${other.name ?? ''}' differ only in letter case or hyphens, which PowerShell and Windows do not tell apart`,
              remedy: 'give one of them another name',
            },
          ];
    }),
};
