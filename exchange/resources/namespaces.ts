import { textMap, textSet } from '../../schema';
import { defineResource } from './definition';

/**
 * The names of a site, kept in the state, so that a plan knows which come and which go, and stops where clients would be
 * left with one that DNS does not answer. It changes after the health gates, as the record sets do, and runs nothing.
 */
export const namespaces = defineResource({
  typeName: 'exchange_namespaces',
  kind: 'namespaces',
  lifecycle: 'check',
  description:
    'The names by which clients reach a site. A plan that gives servers in production a name that DNS does not answer, or takes one away that servers still give to clients, stops and says what to declare first.',
  attributes: {
    names: textMap(
      'required',
      'Where each name stands in namespaces of the declaration, such as client or alsoPublished; several places with commas between.',
    ),
    addresses: textSet('required', 'Addresses that the names stand for.'),
  },
  importId: [],
  steps: () => [],
  forgets: 'The names leave DNS with their record sets; this only forgets which they were.',
});
