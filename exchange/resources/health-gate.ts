import { textMap, textSet } from '../../schema';
import { defineResource } from './definition';
import { sameNames } from './equality';
import {
  DEFAULT_HEALTH_SECONDS,
  healthChecks,
  PROTOCOLS_MEANING,
  protocolsProblem,
  timeoutSeconds,
} from './health-checks';
import { serverAttribute } from './server-attribute';

/**
 * A check that a server answers on its own name for each protocol, which whatever comes after it waits for. It runs
 * when it is created and whenever its triggers change; it keeps nothing and destroying it runs nothing.
 */
export const healthGate = defineResource({
  typeName: 'exchange_health_gate',
  kind: 'health',
  lifecycle: 'check',
  description: 'A check of a server that later steps wait for, the DNS records above all.',
  attributes: {
    server: serverAttribute('Server that is checked.'),
    protocols: textSet('required', `Protocols that must answer: ${PROTOCOLS_MEANING}`, {
      equals: sameNames,
      problem: protocolsProblem,
    }),
    timeout_seconds: timeoutSeconds('the server is healthy'),
    triggers: textMap('optional', 'Values whose change runs the check again. Left out: it runs once.'),
  },
  importId: ['server'],
  steps: ({ prior, planned }, facts) => {
    if (planned === null) return [];
    const same =
      prior !== null &&
      sameNames(prior.protocols ?? [], planned.protocols ?? []) &&
      JSON.stringify(Object.entries(prior.triggers ?? {}).sort()) ===
        JSON.stringify(Object.entries(planned.triggers ?? {}).sort());
    if (same) return [];
    return healthChecks(
      planned.server ?? '',
      planned.protocols ?? [],
      planned.timeout_seconds ?? DEFAULT_HEALTH_SECONDS,
      facts,
    );
  },
  forgets: 'A check keeps nothing on the server.',
});
