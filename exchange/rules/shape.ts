import { declarationMisshapes } from '../declaration-shape';
import type { Rule } from './rule';

export const shape: Rule = {
  id: 'shape',
  severity: 'error',
  description:
    'Every value is of its type, nothing needed is left out, and no property is misspelled: a misspelled one would do nothing, in silence. Where something is found here, no other rule is asked.',
  check: ({ site }) => declarationMisshapes(site),
};
