import { viewsOf } from '../dns-views';
import type { Rule } from './rule';

/** The largest TTL (RFC 2181, section 8). */
const LARGEST_TTL = 2 ** 31 - 1;

export const recordTtl: Rule = {
  id: 'record-ttl',
  severity: 'error',
  description: `A TTL is a whole number of seconds, from 1 to ${LARGEST_TTL}.`,
  check: ({ site }) =>
    viewsOf(site).flatMap(({ declared: { ttlSeconds: ttl }, path }) =>
      ttl === undefined || (Number.isInteger(ttl) && ttl > 0 && ttl <= LARGEST_TTL)
        ? []
        : [
            {
              path: [...path, { attribute: 'ttlSeconds' }],
              problem: `${ttl} is not a TTL that can be declared`,
              remedy: `give a whole number of seconds from 1 to ${LARGEST_TTL}, such as 300`,
            },
          ],
    ),
};
