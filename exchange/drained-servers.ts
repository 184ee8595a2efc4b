import type { Topology } from './topology';

/** A server that is put into maintenance, and the FQDN of the server that receives its messages, if there is one. */
export interface DrainedServer {
  readonly server: string;
  readonly redirectTo?: string;
}

/** The servers whose maintenance is declared, in the order of the rollout. */
export function drainedServers({ placements }: Topology): readonly DrainedServer[] {
  return placements.flatMap(({ server, maintenance }) => {
    if (maintenance === undefined) return [];
    const { redirectTo } = maintenance;
    return [{ server: server.name, ...(redirectTo === undefined ? {} : { redirectTo: redirectTo.fqdn }) }];
  });
}
