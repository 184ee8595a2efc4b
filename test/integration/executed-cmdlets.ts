import { sameName } from '../../exchange/resources/equality';
import type { JournalEntry } from '../../lab/exchange/journal';
import type { Argument } from '../../powershell/invocation';
import { renderInvocation } from '../../powershell/script';
import type { Finished, Plan, PlannedChange, RunOptions, SiteRig } from './site-rig';

const CONDITION = / \(only if [^)]*\)$/;
/**
 * What the machine that runs Terraform looks at is no cmdlet, and in no journal of the organization; a read that is repeated
 * until it shows something is not told there from the other ones.
 */
const LOOK = /^(TLS|STARTTLS|GET) |^Get-\w+ \(until /;
/** Of a drain: what is done with the server where it is a member of a DAG. */
const OF_MEMBER = /only if (\S+) (?:is|was) in service and a member of a DAG(?:, [^)]*)?\)$/;

/**
 * Cmdlets as a plan writes them, for comparison with those that ran: neither shows the content of a file nor a secret,
 * each in words of its own, and letter case is Exchange's to choose. A condition has held where the cmdlet ran.
 */
function comparable(text: string): string {
  return (
    text
      .replace(CONDITION, '')
      // Redirect-Message takes a list, and the lab keeps the one server as such.
      .replace(/(-Target )@\(('[^']*')\)/, '$1$2')
      // The one that every server of the lab has before anybody changes it.
      .replace('<the policy that it had before>', "'Unrestricted'")
      .replace(/'<\d+ bytes>'|<content of [^>]*>/, '<file>')
      .replace(/'<secure>'|<the PFX password>/, '<secret>')
      .toLowerCase()
  );
}

/** What a plan shows that an apply will run, checks included, in no order. */
export function plannedCmdlets({ changes }: Plan): readonly string[] {
  return changes.flatMap(shownOf).map(comparable).sort();
}

/** Of those, the ones that a plan marks with a condition: each may run, or not. */
export function conditionalCmdlets({ changes }: Plan): readonly string[] {
  return changes
    .flatMap(shownOf)
    .filter((text) => CONDITION.test(text))
    .map(comparable);
}

/** What a plan shows that removals run, in the order of the places that it shows. */
export function plannedRemovals({ changes }: Plan): readonly string[] {
  const place = ({ change }: PlannedChange) => Number(change.before?.['removal_place']);
  return changes
    .filter(({ change }) => change.actions.includes('delete'))
    .filter(({ change }) => change.before !== null && 'removal_cmdlets' in change.before)
    .sort((left, right) => place(right) - place(left))
    .flatMap(shownOf)
    .map(comparable);
}

function shownOf({ change: { actions, before, after } }: PlannedChange): readonly string[] {
  const removed = actions.includes('delete') ? before?.['removal_cmdlets'] : undefined;
  const shown = [
    ...((removed ?? []) as readonly string[]),
    ...((after?.['cmdlets'] ?? []) as readonly string[]),
  ];
  return shown.filter((line) => !LOOK.test(line));
}

/** What ran, but for the reads (`Get-…`) that a plan does not show, in no order. */
export function executedCmdlets(
  entries: readonly JournalEntry[],
  planned: readonly string[],
): readonly string[] {
  return [...inOrder(entries, planned)].sort();
}

/** The same in the order in which it ran. */
export function inOrder(entries: readonly JournalEntry[], planned: readonly string[]): readonly string[] {
  return entries
    .map(({ cmdlet, parameters, answers = [] }) => {
      const [answer] = answers.map(({ question, yes }) => ({
        text: question.split('\r\n')[0] ?? '',
        names: question,
        answer: yes ? ('yes' as const) : ('no' as const),
      }));
      return renderInvocation({
        cmdlet,
        parameters: parameters as { [name: string]: Argument },
        ...(answer === undefined ? {} : { question: answer }),
      });
    })
    .map(comparable)
    .filter((text) => !text.startsWith('get-') || planned.includes(text));
}

/** Calls in the session on a server, as lines, and those of them that name another server, in any letter case. */
export function callsIn(
  rig: SiteRig,
  session: string,
  others: readonly string[],
): { readonly calls: readonly string[]; readonly ofOthers: readonly string[] } {
  const calls = rig.organization
    .journal()
    .filter((entry) => sameName(entry.session, session))
    .map(({ cmdlet, parameters }) => `${cmdlet} ${JSON.stringify(parameters)}`);
  return {
    calls,
    ofOthers: calls.filter((call) =>
      others.some((other) => call.toLowerCase().includes(other.toLowerCase())),
    ),
  };
}

/** Applies what was planned, and expects that this ran and nothing else, and that the next plan has nothing to do. */
export async function expectCarriedOut(rig: SiteRig, plan: Plan, options?: RunOptions): Promise<void> {
  expect(failureOf(plan, 2)).toBe('');
  const groups = rig.organization.read().organization.databaseAvailabilityGroups;
  const members = groups.flatMap(({ servers }) => servers);
  expect(failureOf(await rig.applyPlan(options))).toBe('');
  const planned = plannedCmdlets(plan);
  const ran = executedCmdlets(rig.organization.journal(), planned);
  expect(without(ran, planned)).toEqual([]);
  // Servers join their DAG after what they are drained for: all that is done with a member is left out then, and only then.
  const leftOut = plan.changes.flatMap(shownOf).filter((text) => {
    const [, server] = OF_MEMBER.exec(text) ?? [];
    return server !== undefined && !members.some((member) => sameName(member, server));
  });
  expect(without(planned, ran)).toEqual(leftOut.map(comparable).sort());
  expect(failureOf(await rig.plan(options))).toBe('');
}

/** Lines that are left when each of the others has taken one like itself away. */
function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at === -1) return true;
    left.splice(at, 1);
    return false;
  });
}

/** Empty where Terraform ended as it should. */
function failureOf({ exit, said }: Finished, expected = 0): string {
  return exit === expected ? '' : `exit code ${exit}: ${said}`;
}
