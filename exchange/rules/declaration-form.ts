import { declarationMisfits } from '../declaration-form';
import type { Rule } from './rule';

export const declarationForm: Rule = {
  id: 'declaration-form',
  severity: 'error',
  description:
    'A declaration has the properties of its type, with values of the right types, and no others. An editor reports this while you type; synth loads the file without compiling it. Where this rule finds something, no other rule runs.',
  check: ({ site }) => declarationMisfits(site),
};
