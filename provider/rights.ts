import { roleRemedy } from '../exchange/management-roles';
import { callsOfMaintenance, type Step } from '../exchange/resources';
import type { Invocation } from '../powershell/invocation';
import type { Diagnostic } from '../schema';
import { ENVIRONMENT, type Settings } from './configuration';
import type { OfferedCommands } from './offered-commands';

const CONSEQUENCES: { readonly [severity in Settings['lackingRights']]: string } = {
  error: `Nothing was run for this object. If this account only plans and another one deploys, set ${ENVIRONMENT.lacking_rights} to warning.`,
  warning: 'A deploy by this account would stop at this cmdlet.',
};

/**
 * The rights that a resource's steps need and the session does not offer: one diagnostic for each cmdlet and set of
 * missing parameters.
 */
export function rightsProblems(
  typeName: string,
  steps: readonly Step[],
  commands: OfferedCommands,
  severity: Settings['lackingRights'],
): readonly Diagnostic[] {
  const problems = new Map<string, Diagnostic>();
  for (const { invocation, guard, maintenance, server } of steps) {
    const around = maintenance === undefined ? [] : callsOfMaintenance(maintenance);
    for (const call of [...(guard === undefined ? [] : [guard.invocation]), ...around, invocation]) {
      const problem = rightsProblem(typeName, call, server, commands);
      if (problem === undefined) continue;
      const detail = `${problem.detail} ${CONSEQUENCES[severity]}`;
      problems.set(problem.summary, { severity, summary: problem.summary, detail });
    }
  }
  return [...problems.values()];
}

function rightsProblem(
  typeName: string,
  call: Invocation,
  server: string | null,
  commands: OfferedCommands,
): Omit<Diagnostic, 'severity'> | undefined {
  const { cmdlet } = call;
  const where = server === null ? '' : ` for ${server}`;
  if (!commands.has(cmdlet)) {
    return {
      summary: `The account may not run ${cmdlet}${where}`,
      detail: `${typeName} needs this cmdlet, but the session does not offer it. ${roleRemedy([cmdlet])}`,
    };
  }
  const lacking = commands.lacking(call);
  if (lacking.length === 0) return undefined;
  const names = lacking.map((name) => `-${name}`).join(', ');
  return {
    summary: `The account may not use ${names} of ${cmdlet}${where}`,
    detail: `${typeName} needs this, but the session offers the cmdlet without it. ${roleRemedy([cmdlet], lacking)}`,
  };
}
