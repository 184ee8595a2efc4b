import { declaredNames } from '../declared-names';
import type { Rule } from './rule';

export const oneNameEach: Rule = {
  id: 'one-name-each',
  severity: 'error',
  spelling: true,
  description:
    'A text holds one name, without spaces. Several names in one text would be taken for a single name that does not exist.',
  check: ({ site }) =>
    declaredNames(site).flatMap(({ text, path }) => {
      if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !/[\s,;]/.test(text)) return [];
      const names = text.split(/[\s,;]/).filter((name) => name !== '');
      if (names.length === 0) {
        return [{ path, problem: `'${text}' holds no name`, remedy: 'write one name' }];
      }
      if (names.length === 1) {
        return [
          {
            path,
            problem: `'${text}' has a space or a comma beside the name`,
            remedy: `write it as '${names.join('')}'`,
          },
        ];
      }
      return [
        {
          path,
          problem: `'${text}' holds ${names.length} names, or a name with a space in it`,
          remedy: `give one name in each text: ${names.map((name) => `'${name}'`).join(', ')}; a name has no space`,
        },
      ];
    }),
};
