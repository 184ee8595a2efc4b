import type { PowerShellObject } from '../../powershell/outcome';
import { textMap, textSet } from '../../schema';
import { OUTLOOK_ANYWHERE_HEALTH_SET, SERVICES } from '../services';
import { defineResource } from './definition';
import { sameName, sameNames } from './equality';
import { flagOf, textOf, textsOf } from './property';
import { serverAttribute } from './server-attribute';

/** Health set whose probe of the server's own front end shows that a protocol answers, by the protocol's name. */
export const HEALTH_SETS: { readonly [protocol: string]: string } = {
  ...Object.fromEntries(
    SERVICES.flatMap((row) => (row.healthSet === null ? [] : [[row.service, row.healthSet]])),
  ),
  'outlook-anywhere': OUTLOOK_ANYWHERE_HEALTH_SET,
};

function stoppedServices(server: string, objects: readonly PowerShellObject[]): string | undefined {
  const stopped = objects
    .filter((role) => flagOf(role, 'RequiredServicesRunning') !== true)
    .map((role) => {
      const services = textsOf(role, 'ServicesNotRunning') ?? [];
      return `${textOf(role, 'Role') ?? 'a role'}: ${services.length === 0 ? 'required services' : services.join(', ')}`;
    });
  if (objects.length === 0) return `Test-ServiceHealth says nothing of ${server}`;
  return stopped.length === 0 ? undefined : `not running on ${server}: ${stopped.join('; ')}`;
}

function unhealthy(
  server: string,
  protocols: readonly string[],
  objects: readonly PowerShellObject[],
): string | undefined {
  const problems = protocols.flatMap((protocol) => {
    const name = HEALTH_SETS[protocol] ?? protocol;
    const found = objects.find((object) => sameName(textOf(object, 'HealthSet') ?? '', name));
    const value = found === undefined ? 'not reported' : (textOf(found, 'AlertValue') ?? 'unknown');
    return sameName(value, 'Healthy') ? [] : [`${protocol} (${name}) is ${value}`];
  });
  return problems.length === 0 ? undefined : `on ${server} ${problems.join(', ')}`;
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
    protocols: textSet(
      'required',
      `Protocols that must answer: ${Object.keys(HEALTH_SETS).join(', ')}. Exchange 2010 has no health sets; there give none.`,
      {
        equals: sameNames,
        problem: (value) => {
          const wrong = (value as readonly string[]).find((name) => !(name in HEALTH_SETS));
          return wrong === undefined
            ? undefined
            : `'${wrong}' is none of ${Object.keys(HEALTH_SETS).join(', ')}`;
        },
      },
    ),
    timeout_seconds: {
      type: 'number',
      mode: 'optional-computed',
      description: 'Seconds to wait until the server is healthy. Left out: 900.',
      defaultValue: 900,
      problem: (value) => ((value as number) > 0 ? undefined : 'a time of at least one second is needed'),
    },
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
    const server = planned.server ?? '';
    const protocols = planned.protocols ?? [];
    const seconds = planned.timeout_seconds ?? 900;
    return [
      {
        kind: 'health' as const,
        server,
        reason: 'Every service that the server needs must run before users are sent to it.',
        invocation: { cmdlet: 'Test-ServiceHealth', parameters: { Server: server } },
        until: {
          seconds,
          problem: (objects: readonly PowerShellObject[]) => stoppedServices(server, objects),
          expected: { property: 'RequiredServicesRunning', equals: true },
        },
      },
      ...(protocols.length === 0 || !facts.has('Get-HealthReport')
        ? []
        : [
            {
              kind: 'health' as const,
              server,
              reason: 'Every protocol must answer on the server itself before users are sent to it.',
              invocation: { cmdlet: 'Get-HealthReport', parameters: { Identity: server } },
              until: {
                seconds,
                problem: (objects: readonly PowerShellObject[]) => unhealthy(server, protocols, objects),
                expected: {
                  among: {
                    property: 'HealthSet',
                    values: protocols.map((protocol) => HEALTH_SETS[protocol] ?? protocol),
                  },
                  property: 'AlertValue',
                  equals: 'Healthy',
                },
              },
            },
          ]),
    ];
  },
  forgets: 'A check keeps nothing on the server.',
});
