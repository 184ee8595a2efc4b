import { type Block, isKnown, text, type Values } from '../schema';
import type { MaintenanceFacts } from '../exchange/resources';

const ATTRIBUTES = {
  server: text('required', 'Name of the server.'),
  redirect_to: text(
    'optional',
    'Full name of the server that takes over the messages in its queues; for 2013 and later. Left out: the messages wait until the server is back in service.',
  ),
};

/** Declares a server that is taken out of service for steps that would interrupt its clients. */
export const MAINTENANCE_BLOCK: Block = {
  nesting: 'list',
  schema: {
    description:
      'A server to take out of service before a cmdlet that interrupts its clients, and to bring back afterwards, whether the cmdlet succeeded or not. The plan lists the cmdlets for it among those of the changed object. Left out: no server is taken out of service.',
    attributes: ATTRIBUTES,
  },
};

/** The declared maintenance, by lower-case name of the server. */
export function maintenanceFrom(config: Values): ReadonlyMap<string, MaintenanceFacts> {
  const blocks = config['maintenance'] ?? [];
  if (!Array.isArray(blocks) || !isKnown(blocks)) return new Map();
  return new Map(
    (blocks as readonly { readonly server: string; readonly redirect_to: string | null }[]).map(
      ({ server, redirect_to: redirectTo }) => [
        server.toLowerCase(),
        redirectTo === null ? {} : { redirectTo },
      ],
    ),
  );
}
