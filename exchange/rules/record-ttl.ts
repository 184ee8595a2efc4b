import { path } from '../../schema';
import type { Rule } from './rule';

/** RFC 2181, section 8. */
const LARGEST_TTL = 2 ** 31 - 1;

export const recordTtl: Rule = {
  id: 'record-ttl',
  severity: 'error',
  description: 'A TTL is a whole number of seconds.',
  check: ({ site }) => {
    const ttl = site.dns.ttlSeconds;
    return ttl === undefined || (Number.isInteger(ttl) && ttl > 0 && ttl <= LARGEST_TTL)
      ? []
      : [
          {
            path: path('dns', 'ttlSeconds'),
            problem: `${ttl} is not a TTL`,
            remedy: 'give a whole number of seconds, such as 300',
          },
        ];
  },
};
