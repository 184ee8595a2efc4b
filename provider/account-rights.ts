import { ALWAYS_READ, neededCmdlets } from '../exchange/needed-cmdlets';
import { MAINTENANCE_CMDLETS } from '../exchange/resources/maintenance';
import { ExchangeVersion } from '../exchange/versions';
import type { Diagnostic } from '../schema';
import { uncheckedRights } from './call-problem';
import type { Settings } from './configuration';
import { offerOf, offerQuestion, type OfferedCommands } from './offered-commands';
import type { RunSession } from './run-session';

/** The commands that the session lets the account run; left out where the session does not tell. */
export interface Rights {
  readonly commands?: OfferedCommands;
  readonly diagnostics: readonly Diagnostic[];
}

/** Asks the session at once for all cmdlets that a run may need. */
export async function askRights(session: RunSession, settings: Settings): Promise<Rights> {
  // Role-based access control does not apply to a snap-in: it offers every cmdlet.
  if (settings.snapIn !== null) return { diagnostics: [] };
  const drains = settings.maintenance.size === 0 ? [] : MAINTENANCE_CMDLETS;
  const question = offerQuestion([...new Set([...neededCmdlets(ExchangeVersion.ALL), ...drains])]);
  const outcome = await session.read(question);
  if ('diagnostics' in outcome) return { diagnostics: outcome.diagnostics };
  const offer = offerOf(outcome);
  if (offer === undefined) return { diagnostics: [uncheckedRights(outcome)] };
  // Every account that reads Exchange may run ALWAYS_READ: an answer without it is not about Exchange, and stops no plan.
  return offer.kind === 'offered' && offer.commands.has(ALWAYS_READ)
    ? { commands: offer.commands, diagnostics: [] }
    : { diagnostics: [] };
}
