import { declarationMisfits } from '../declaration-form';
import type { Rule } from './rule';

export const declarationForm: Rule = {
  id: 'declaration-form',
  severity: 'error',
  description:
    'A declaration has the properties that its type has, with values of their types, and no others. An editor says so while it is typed; synth loads the file without compiling it. Where this finds something, no other rule is asked.',
  check: ({ site }) => declarationMisfits(site),
};
