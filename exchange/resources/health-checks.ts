import type { PowerShellObject } from '../../powershell/outcome';
import type { Known, Problem } from '../../schema';
import { OUTLOOK_ANYWHERE_HEALTH_SET, SERVICES } from '../services';
import type { Facts } from './facts';
import { notAmong, sameName } from './equality';
import { flagOf, textOf, textsOf } from './property';
import type { Step } from './step';

/** For each protocol, the health set whose probe of the server's own front end shows that the protocol answers. */
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
  if (objects.length === 0) return `Test-ServiceHealth returned no result for ${server}`;
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

export const DEFAULT_HEALTH_SECONDS = 900;

export const PROTOCOLS_MEANING = `${Object.keys(HEALTH_SETS).join(', ')}. Before Exchange 2013 there are no health sets; there give none.`;

export function protocolsProblem(value: Known): Problem | undefined {
  return notAmong(Object.keys(HEALTH_SETS), value as readonly string[]);
}

function secondsProblem(value: Known): Problem | undefined {
  return (value as number) >= 1
    ? undefined
    : { problem: `${value as number} is no time to wait`, remedy: 'give at least one second' };
}

/** The attribute with the seconds to wait until something is the case, for example `the server is healthy`. */
export function timeoutSeconds(what: string) {
  return {
    type: 'number',
    mode: 'optional-computed',
    description: `Seconds to wait until ${what}. Left out: ${DEFAULT_HEALTH_SECONDS}.`,
    defaultValue: DEFAULT_HEALTH_SECONDS,
    problem: secondsProblem,
  } as const;
}

/** Health checks of a server, each repeated until it passes or times out. */
export function healthChecks(
  server: string,
  protocols: readonly string[],
  seconds: number,
  facts: Facts,
): readonly Step[] {
  const services: Step = {
    kind: 'health',
    server,
    reason: 'Every service that the server needs must run before users are sent to it.',
    invocation: { cmdlet: 'Test-ServiceHealth', parameters: { Server: server } },
    until: {
      seconds,
      problem: (objects) => stoppedServices(server, objects),
      expected: { property: 'RequiredServicesRunning', equals: true },
    },
  };
  if (protocols.length === 0 || !facts.has('Get-HealthReport')) return [services];
  const report: Step = {
    kind: 'health',
    server,
    reason: 'Every protocol must answer on the server itself before users are sent to it.',
    invocation: { cmdlet: 'Get-HealthReport', parameters: { Identity: server } },
    until: {
      seconds,
      problem: (objects) => unhealthy(server, protocols, objects),
      expected: {
        among: {
          property: 'HealthSet',
          values: protocols.map((protocol) => HEALTH_SETS[protocol] ?? protocol),
        },
        property: 'AlertValue',
        equals: 'Healthy',
      },
    },
  };
  return [services, report];
}
