import { path } from '../../schema';
import { includesName, sameName } from '../resources/equality';
import type { Rule } from './rule';

export const rolloutWaves: Rule = {
  id: 'rollout-waves',
  severity: 'error',
  description: 'The waves of the rollout hold each server of the site exactly once, and nothing else.',
  check: ({ site: { rollout, servers } }) => {
    if (rollout === undefined || typeof rollout === 'string') return [];
    const known = servers.map(({ name }) => name);
    const named = rollout.flatMap((wave, index) =>
      wave.map((name, at) => ({ name, path: path('rollout', index, at) })),
    );
    const missing = known.filter((name) => !named.some((each) => sameName(each.name, name)));
    return [
      ...named.flatMap(({ name, path: at }, index) => {
        if (!includesName(known, name)) {
          return [
            {
              path: at,
              problem: `'${name}' is none of ${known.join(', ') || 'the servers, since there are none'}`,
              remedy: 'correct the name, or leave it out',
            },
          ];
        }
        return named.slice(0, index).some((other) => sameName(other.name, name))
          ? [{ path: at, problem: `'${name}' is in a wave already`, remedy: 'leave one of them out' }]
          : [];
      }),
      ...(missing.length === 0
        ? []
        : [
            {
              path: path('rollout'),
              problem: `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} in no wave`,
              remedy: `add a wave for ${missing.length === 1 ? 'it' : 'each of them'} at the end: ${missing.map((name) => `['${name}']`).join(', ')}`,
            },
          ]),
    ];
  },
};
