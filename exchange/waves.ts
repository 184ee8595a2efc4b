import { sameName } from './resources/equality';
import type { ExchangeSiteProps, Server } from './site';

/** A wave of the rollout. Its servers do not wait for each other; each waits for all servers of the previous wave. */
export type Wave = readonly Server[];

/**
 * The waves of a site, which together hold each server once. Servers that the declaration puts in no wave (an error
 * that a rule reports) come last.
 */
export function wavesOf({ rollout = 'one-after-another', servers }: ExchangeSiteProps): readonly Wave[] {
  if (rollout === 'parallel') return [servers];
  if (rollout === 'one-after-another') return servers.map((server) => [server]);
  const placed = new Set<Server>();
  const waves = rollout.map((names) =>
    names.flatMap((name) => {
      const server = servers.find((each) => sameName(each.name, name));
      if (server === undefined || placed.has(server)) return [];
      placed.add(server);
      return [server];
    }),
  );
  return [...waves, servers.filter((server) => !placed.has(server))].filter((wave) => wave.length > 0);
}
