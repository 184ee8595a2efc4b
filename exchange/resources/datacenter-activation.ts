import type { Known } from '../../schema';
import { text } from '../../schema';
import { defineResource } from './definition';
import { dagNameProblem, GROUPS } from './database-availability-group';
import { notAmong, sameName } from './equality';
import { objectWith } from './object-with';
import { textOf } from './property';
import { ExchangeVersion } from '../versions';

const MODES = ['Off', 'DagOnly'];

/**
 * Datacenter activation coordination of a DAG. It is a separate object, because Exchange requires the members first
 * (https://learn.microsoft.com/exchange/high-availability/database-availability-groups/dac-mode).
 */
export const datacenterActivation = defineResource({
  typeName: 'exchange_datacenter_activation',
  kind: 'datacenter-activation',
  lifecycle: 'adopted',
  lifespan: { since: ExchangeVersion.V2010 },
  description:
    'Datacenter activation coordination of a DAG: whether a member that starts after a failure asks the others before it mounts databases, so that two datacentres that do not see each other never both serve one.',
  attributes: {
    dag: text('required', 'Name of the DAG.', {
      identity: true,
      equals: sameName,
      problem: (value) => dagNameProblem(value as string),
    }),
    mode: text('required', 'DagOnly, or Off.', {
      equals: sameName,
      problem: (value: Known) => notAmong(MODES, [value as string]),
    }),
  },
  importId: ['dag'],
  steps: ({ prior, planned }) =>
    planned === null || (prior !== null && sameName(prior.mode ?? '', planned.mode ?? ''))
      ? []
      : [
          {
            kind: 'datacenter-activation',
            server: null,
            reason:
              'Once all members have joined, the group can keep two datacentres from serving one database at the same time.',
            invocation: {
              cmdlet: 'Set-DatabaseAvailabilityGroup',
              parameters: { Identity: planned.dag, DatacenterActivationMode: planned.mode },
            },
          },
        ],
  observe: () => GROUPS,
  view: (objects, state) => {
    const found = objectWith(objects, { Name: state.dag ?? '' });
    return found === undefined ? null : { ...state, mode: textOf(found, 'DatacenterActivationMode') };
  },
  forgets: 'Datacenter activation coordination stays as it is; it is only no longer managed.',
});
