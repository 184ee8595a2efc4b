import type { PowerShellObject } from '../../powershell/outcome';
import { text } from '../../schema';
import { dagNameProblem, GROUPS } from './database-availability-group';
import { defineResource } from './definition';
import { sameName } from './equality';
import { serverNameIn } from './host';
import { objectWith } from './object-with';
import { textOf, textsOf } from './property';
import { serverAttribute } from './server-attribute';
import type { Step } from './step';

/** Membership of a server in a database availability group. */
export const dagMember = defineResource({
  typeName: 'exchange_database_availability_group_member',
  kind: 'dag-member',
  lifecycle: 'owned',
  description: 'Membership of a mailbox server in a database availability group.',
  attributes: {
    dag: text('required', 'Name of the DAG.', {
      equals: sameName,
      problem: (value) => dagNameProblem(value as string),
    }),
    server: serverAttribute('Mailbox server that is a member.'),
  },
  importId: ['dag', 'server'],
  declaredExisting: ({ dag, server }) =>
    `dag: { name: '${dag ?? ''}', …, existingMembers: ['${server ?? ''}'] }`,
  steps: ({ prior, planned }) => {
    const stays = prior !== null && planned !== null && sameName(prior.dag ?? '', planned.dag ?? '');
    if (stays) return [];
    // A server is a member of one DAG at a time: it leaves the old one before it joins the new one.
    return [
      ...(prior === null ? [] : [leaving(prior.dag, prior.server)]),
      ...(planned === null ? [] : [joining(planned.dag, planned.server)]),
    ];
  },
  observe: () => GROUPS,
  view: (objects, state) => {
    const found = objectWith(objects, { Name: state.dag ?? '' });
    return found !== undefined && hasMember(found, state.server) ? state : null;
  },
  obstacle: (objects, { server, dag }) => {
    const other = objects.find((group) => hasMember(group, server));
    return other === undefined
      ? undefined
      : {
          summary: `${server ?? ''} is a member of the DAG ${textOf(other, 'Name') ?? ''}`,
          detail: `A server is in one DAG at a time. If it belongs to ${textOf(other, 'Name') ?? ''}, declare it as a member of that one, and name it in its existingMembers. It joins ${dag ?? ''} only after its database copies and then its membership there were removed on purpose.`,
        };
  },
});

/** Whether the server is a member of the group. */
function hasMember(group: PowerShellObject, server: string | null): boolean {
  const members = textsOf(group, 'Servers') ?? [];
  return members.some((member) => sameName(serverNameIn(member), server ?? ''));
}

function leaving(dag: string | null, server: string | null): Step {
  return {
    kind: 'dag-member',
    server,
    reason: `The declaration no longer names the server as a member of ${dag ?? ''}.`,
    invocation: {
      cmdlet: 'Remove-DatabaseAvailabilityGroupServer',
      parameters: { Identity: dag, MailboxServer: server, Confirm: false },
    },
  };
}

function joining(dag: string | null, server: string | null): Step {
  return {
    kind: 'dag-member',
    server,
    reason: 'The databases can have copies on the server only when it is a member.',
    invocation: {
      cmdlet: 'Add-DatabaseAvailabilityGroupServer',
      parameters: { Identity: dag, MailboxServer: server },
    },
  };
}
