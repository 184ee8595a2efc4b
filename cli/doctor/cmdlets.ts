import { roleRemedy } from '../../exchange/management-roles';
import { textOf } from '../../exchange/resources/property';
import type { ErrorRecord } from '../../powershell/outcome';
import { outcomeProblem } from '../../provider/problem';
import type { Check } from './check';
import { failed, ok, skipped } from './check';
import { neededCmdlets } from './needed-cmdlets';

/** What Get-Command says, beside its answer, of each name that it does not know. */
const NOT_OFFERED = 'CommandNotFoundException,Microsoft.PowerShell.Commands.GetCommandCommand';
/** Of a session that has no Get-Command itself. */
const NO_GET_COMMAND = 'CommandNotFoundException';

/**
 * Whether the session offers what a deploy needs. Exchange puts only those cmdlets into a session that a role of the
 * account holds, so asking which there are tells the rights without using them. With a snap-in there are no roles, and
 * every cmdlet is there.
 */
export const cmdlets: Check = {
  name: 'cmdlets',
  of: ['process', 'ssh', 'wsman'],
  run: async (checkup) => {
    if (checkup.plan === undefined && checkup.versions.size === 0) {
      return skipped('no server of a known version is there to tell which cmdlets are needed');
    }
    const needed = neededCmdlets(checkup.versions, checkup.plan?.cmdlets);
    const asking = { cmdlet: 'Get-Command', parameters: { Name: needed } };
    const session = await checkup.session();
    const outcome = await session.invoke(asking);
    if (outcome.kind === 'failed' && outcome.error.fullyQualifiedErrorId === NO_GET_COMMAND) {
      return skipped('the session has no Get-Command, so what the account may do shows only when it does it');
    }
    const answered =
      outcome.kind === 'objects' ? { ...outcome, errors: outcome.errors.filter(isUnexpected) } : outcome;
    const problem = outcomeProblem(asking, null, answered);
    if (problem !== undefined || answered.kind !== 'objects') {
      return failed(problem?.summary ?? 'Get-Command failed', problem?.detail ?? '');
    }
    const offered = new Set(answered.objects.map((object) => textOf(object, 'Name')?.toLowerCase()));
    const missing = needed.filter((name) => !offered.has(name.toLowerCase()));
    const scope = checkup.plan === undefined ? 'that the provider can use' : 'that the plan needs';
    if (missing.length === 0) return ok(`the session offers all ${needed.length} cmdlets ${scope}`);
    return failed(
      `the session does not offer ${missing.join(', ')} (${missing.length} of ${needed.length} cmdlets ${scope})`,
      missing.length === needed.length
        ? 'The session is not one of Exchange: check the endpoint, and with Windows PowerShell the snap-in.'
        : roleRemedy(missing),
    );
  },
};

function isUnexpected({ fullyQualifiedErrorId }: ErrorRecord): boolean {
  return fullyQualifiedErrorId !== NOT_OFFERED;
}
