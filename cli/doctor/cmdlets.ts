import { roleRemedy } from '../../exchange/management-roles';
import { inquiredCmdlets, neededCmdlets } from '../../exchange/needed-cmdlets';
import { TEST_CMDLETS } from '../../exchange/resources/connectivity-tests';
import type { Outcome } from '../../powershell/outcome';
import { offerOf, offerQuestion } from '../../provider/offered-commands';
import { outcomeProblem } from '../../provider/call-problem';
import type { Check } from './check';
import { failed, ok, skipped, warned } from './check';

/** Only sites that declare `health.connectivity` need these. Without a plan it is not known whether the site does. */
const CONNECTIVITY_CMDLETS: ReadonlySet<string> = new Set(Object.values(TEST_CMDLETS));

const ALL_ASKED =
  'Without a plan the doctor asks for every cmdlet that the provider can use. Give it the exchange-plan.json of the site, and it asks only for those that the site needs.';

/** The error of a session that does not even have Get-Command. */
const NO_GET_COMMAND = 'CommandNotFoundException';

/**
 * Whether the session offers the cmdlets that a deploy needs, and for a given plan also the parameters of its steps. A
 * session with Exchange's snap-in has no roles, and offers every cmdlet.
 */
export const cmdlets: Check = {
  name: 'cmdlets',
  of: ['process', 'ssh', 'wsman'],
  run: async (checkup) => {
    if (checkup.plan === undefined && checkup.versions.size === 0) {
      return skipped('there is no server of a known version, so it is not known which cmdlets are needed');
    }
    const used = neededCmdlets(checkup.versions, checkup.plan?.cmdlets);
    const tests = checkup.plan === undefined ? used.filter((name) => CONNECTIVITY_CMDLETS.has(name)) : [];
    const needed = used.filter((name) => !tests.includes(name));
    const inquired = inquiredCmdlets(checkup.versions, checkup.plan?.cmdlets);
    const asking = offerQuestion([...used, ...inquired]);
    const session = await checkup.session();
    const outcome = await session.invoke(asking);
    const offer = offerOf(outcome);
    if (offer?.kind === 'refused' && offer.error.fullyQualifiedErrorId === NO_GET_COMMAND) {
      return skipped(
        'the session has no Get-Command, so the rights of the account cannot be checked before they are used',
      );
    }
    if (offer?.kind !== 'offered') {
      const refusal: Outcome =
        offer === undefined ? outcome : { kind: 'failed', error: offer.error, warnings: [], errors: [] };
      const problem = outcomeProblem(asking, null, refusal);
      return failed(problem?.summary ?? 'Get-Command failed', problem?.detail ?? '');
    }
    const lacks = (name: string) => !offer.commands.has(name);
    const missing = needed.filter(lacks);
    const unknown = inquired.filter(lacks);
    const untested = tests.filter(lacks);
    const scope = checkup.plan === undefined ? 'that the provider can use' : 'that the plan needs';
    const partial = needed.flatMap((cmdlet) => {
      const names = lacks(cmdlet) ? [] : (checkup.plan?.parameters[cmdlet] ?? []);
      const parameters = Object.fromEntries(names.map((name) => [name, null]));
      const lacking = offer.commands.lacking({ cmdlet, parameters });
      return lacking.length === 0 ? [] : [{ cmdlet, lacking }];
    });
    if (missing.length === 0 && partial.length > 0) {
      return failed(
        partial
          .map(
            ({ cmdlet, lacking }) =>
              `the session offers ${cmdlet} without ${lacking.map((name) => `-${name}`).join(', ')}`,
          )
          .join('; '),
        partial.map(({ cmdlet, lacking }) => roleRemedy([cmdlet], lacking)).join('\n'),
      );
    }
    if (missing.length === 0 && unknown.length + untested.length > 0) {
      return warned(
        `the session offers all ${needed.length} cmdlets ${scope}, but not ${[...unknown, ...untested].join(', ')}`,
        [
          ...(unknown.length === 0
            ? []
            : [
                `Before a deploy removes a certificate, it asks these cmdlets whether something still uses it: ${unknown.join(', ')}. Without them it leaves the certificate on the server. ${roleRemedy(unknown)}`,
              ]),
          ...(untested.length === 0
            ? []
            : [
                `Only a site that declares health.connectivity needs ${untested.join(', ')}. If yours does: ${roleRemedy(untested)}`,
              ]),
        ].join('\n'),
      );
    }
    if (missing.length === 0) {
      return ok(`the session offers all ${used.length + inquired.length} cmdlets ${scope}`);
    }
    return failed(
      `the session does not offer ${missing.join(', ')} (${missing.length} of ${needed.length} cmdlets ${scope})`,
      missing.length === needed.length
        ? 'This is not a session of Exchange: check the endpoint and, with Windows PowerShell, the snap-in.'
        : [roleRemedy(missing), ...(checkup.plan === undefined ? [ALL_ASKED] : [])].join('\n'),
    );
  },
};
