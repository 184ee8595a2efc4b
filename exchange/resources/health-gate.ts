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

/** Ends the names of triggers that list the services of a certificate. */
export const SERVICES_TRIGGER = '-services';

type Triggers = { readonly [name: string]: string };

/** No cmdlet takes a service from a certificate, so that one which left the declaration is nothing to check. */
function asksForCheck(before: Triggers, now: Triggers): boolean {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].some((name) => {
    const [had, has] = [before[name], now[name]];
    if (had === has) return false;
    if (had === undefined || has === undefined || !name.endsWith(SERVICES_TRIGGER)) return true;
    return !has.split(' ').every((service) => had.split(' ').includes(service));
  });
}

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
    triggers: textMap(
      'optional',
      `Values whose change runs the check again; of one whose name ends with ${SERVICES_TRIGGER}, a list of services, only one that joins it does. Left out: it runs once.`,
    ),
  },
  importId: ['server'],
  steps: ({ prior, planned }, facts) => {
    if (planned === null) return [];
    const same =
      prior !== null &&
      sameNames(prior.protocols ?? [], planned.protocols ?? []) &&
      !asksForCheck(prior.triggers ?? {}, planned.triggers ?? {});
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
