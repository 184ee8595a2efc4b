import { sameName } from './resources/equality';
import type { ExchangeSiteProps, Server } from './site';

/** A wave: its servers do not wait for each other, and each of them waits for all of the one before. */
export type Wave = readonly Server[];

/**
 * The waves of a site, which hold each of its servers once. Those that the declaration has in no wave, which its rule
 * finds, come last.
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
