import { formatPath } from '../../schema';
import { declaredNames } from '../declared-names';
import type { Rule } from './rule';

/** In DNS itself, names end in a dot, so that these two properties accept both forms. */
const MAY_END_IN_A_DOT = /^dns\.(?:internal\.|external\.)?zones\[\d+\]\.(name|keyName)$/;

export const trailingDot: Rule = {
  id: 'trailing-dot',
  severity: 'error',
  spelling: true,
  description:
    'Names do not end in a dot, as Exchange and certificates do not write it. Only names of zones and keys may.',
  check: ({ site }) =>
    declaredNames(site).flatMap(({ text, path }) =>
      !text.endsWith('.') || MAY_END_IN_A_DOT.test(formatPath(path))
        ? []
        : [{ path, problem: `'${text}' ends in a dot`, remedy: `write it as '${text.replace(/\.+$/, '')}'` }],
    ),
};
