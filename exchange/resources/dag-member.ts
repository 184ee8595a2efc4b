import { text } from '../../schema';
import { dagNameProblem, GROUPS } from './database-availability-group';
import { defineResource } from './definition';
import { sameName } from './equality';
import { objectWith } from './object-with';
import { textOf, textsOf } from './property';
import { serverAttribute } from './server-attribute';

/** Membership of a server in a database availability group. */
export const dagMember = defineResource({
  typeName: 'exchange_database_availability_group_member',
  kind: 'dag-member',
  lifecycle: 'owned',
  description: 'Membership of a mailbox server in a database availability group.',
  attributes: {
    dag: text('required', 'Name of the DAG.', {
      requiresReplace: true,
      equals: sameName,
      problem: (value) => dagNameProblem(value as string),
    }),
    server: serverAttribute('Mailbox server that is a member.'),
  },
  importId: ['dag', 'server'],
  steps: ({ prior, planned }) => {
    const member = planned ?? prior;
    if (member === null || (planned !== null && prior !== null)) return [];
    return [
      {
        kind: 'dag-member',
        server: member.server,
        reason:
          planned === null
            ? 'The declaration no longer names the server as a member.'
            : 'The databases can have copies on the server only when it is a member.',
        invocation: {
          cmdlet: `${planned === null ? 'Remove' : 'Add'}-DatabaseAvailabilityGroupServer`,
          parameters: {
            Identity: member.dag,
            MailboxServer: member.server,
            ...(planned === null ? { Confirm: false } : {}),
          },
        },
      },
    ];
  },
  observe: () => GROUPS,
  view: (objects, state) => {
    const found = objectWith(objects, { Name: state.dag ?? '' });
    const servers = found === undefined ? [] : (textsOf(found, 'Servers') ?? []);
    return servers.some((name) => sameName(name, state.server ?? '')) ? state : null;
  },
  // Where the declaration moves it, the new membership is made before the old one goes, which Exchange refuses.
  obstacle: (objects, { server, dag }) => {
    const other = objects.find((group) =>
      textsOf(group, 'Servers')?.some((name) => sameName(name, server ?? '')),
    );
    return other === undefined
      ? undefined
      : {
          problem: `${server ?? ''} is a member of the DAG ${textOf(other, 'Name') ?? ''}`,
          remedy: `A server is in one DAG at a time. Leave it out of the DAG in the declaration and deploy, which removes it; where the other DAG is not declared, remove it there (Remove-DatabaseAvailabilityGroupServer). Then declare it in ${dag ?? ''}.`,
        };
  },
});
