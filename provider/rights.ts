import { roleRemedy } from '../exchange/management-roles';
import type { Step } from '../exchange/resources';
import type { Invocation } from '../powershell/invocation';
import type { Diagnostic } from '../schema';
import type { OfferedCommands } from './offered-commands';

/** What the session does not offer of the steps of a resource, one diagnostic for each cmdlet. */
export function rightsProblems(
  typeName: string,
  steps: readonly Step[],
  commands: OfferedCommands,
): readonly Diagnostic[] {
  const problems = new Map<string, Diagnostic>();
  for (const { invocation, guard, server } of steps) {
    for (const call of guard === undefined ? [invocation] : [guard.invocation, invocation]) {
      const problem = rightsProblem(typeName, call, server, commands);
      if (problem !== undefined) problems.set(problem.summary, problem);
    }
  }
  return [...problems.values()];
}

function rightsProblem(
  typeName: string,
  call: Invocation,
  server: string | null,
  commands: OfferedCommands,
): Diagnostic | undefined {
  const { cmdlet } = call;
  const where = server === null ? '' : ` for ${server}`;
  if (!commands.has(cmdlet)) {
    return {
      severity: 'error',
      summary: `The account may not run ${cmdlet}${where}`,
      detail: `${typeName} needs it, and the session does not offer it. ${roleRemedy([cmdlet])} Nothing was changed.`,
    };
  }
  const lacking = commands.lacking(call);
  if (lacking.length === 0) return undefined;
  const names = lacking.map((name) => `-${name}`).join(', ');
  return {
    severity: 'error',
    summary: `The account may not use ${names} of ${cmdlet}${where}`,
    detail: `${typeName} needs it, and the session offers the cmdlet without it. ${roleRemedy([cmdlet], lacking)} Nothing was changed.`,
  };
}
