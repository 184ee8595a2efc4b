import { type Block, isKnown, text, type Values } from '../schema';
import type { MaintenanceFacts } from '../exchange/resources';

const ATTRIBUTES = {
  server: text('required', 'Name of the server.'),
  redirect_to: text(
    'optional',
    'Name with its domain of the server that takes over the messages in its queues, 2013 and later. Left out: they wait until it is back.',
  ),
};

/** Declares a server that is taken out of service for steps that would interrupt its clients. */
export const MAINTENANCE_BLOCK: Block = {
  nesting: 'list',
  schema: {
    description:
      'A server that is taken out of service before a cmdlet whose effect its clients would feel, and brought back after it, however that ended. The cmdlets of the object that changes show it. Left out: no server is.',
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
