import { path } from '../../schema';
import { elementsOf, type AttributeReference, type Element, type ExchangeObject } from '../element';
import { exchangeObject } from '../exchange-object';
import { HOST_ATTRIBUTES } from '../given-names';
import { runnerChecks, type RunnerChecks } from '../health-from-runner';
import {
  certificate,
  dagMember,
  erase,
  healthGate,
  outlookAnywhere,
  serviceConnectionPoint,
} from '../resources';
import { SERVICES_TRIGGER } from '../resources/health-gate';
import type { Placement } from '../topology';
import { idOn, type Phase } from './phase';

/** The health gate of each server: it must pass before the next server begins, and before DNS changes. */
export const health: Phase = ({ site, placements }, made) => {
  const described = elementsOf(made, 'described');
  return placements.map((placement) => {
    const isOf = ({ server }: { readonly server?: string | null }) => server === placement.server.name;
    return gateOf(
      placement,
      runnerChecks(site, placement),
      checkedObjects(made, placement.server.name),
      described.filter(isOf).map(({ id }) => id),
    );
  });
};

/** The objects of a server that the gate checks and waits for. Objects of the organization are not among them. */
export function checkedObjects(made: readonly Element[], server: string): readonly ExchangeObject[] {
  return elementsOf(made, 'exchange-object').filter(
    (object) => object.server === server && object.definition.typeName !== serviceConnectionPoint.typeName,
  );
}

function gateOf(
  { server, path: at, checks }: Placement,
  looks: RunnerChecks,
  before: readonly ExchangeObject[],
  described: readonly string[],
): ExchangeObject {
  return exchangeObject({
    id: idOn(server, 'health'),
    definition: erase(healthGate),
    server: server.name,
    version: server.version,
    attributes: {
      server: server.name,
      ...checks,
      ...looks,
      triggers: Object.fromEntries(before.flatMap((object) => triggersOf(object, idOn(server, '')))),
    },
    origin: {
      server: [...at, { attribute: 'name' }],
      protocols: path('health', 'protocols'),
      timeout_seconds: path('health', 'timeoutSeconds'),
      shown_certificates: path('health', 'fromRunner', 'certificates'),
      connector_certificates: path('health', 'fromRunner', 'certificates'),
      health_pages: path('health', 'fromRunner', 'healthcheck'),
    },
    certificates: new Map(
      before.flatMap(({ id, certificate: name }) => (name === undefined ? [] : [[id, name] as const])),
    ),
    dependsOn: [...before.map(({ id }) => id), ...described],
  });
}

/**
 * The triggers of an object: a change of their values runs the gate again, except that a service which a certificate
 * loses does not.
 */
export function triggersOf(
  { id, definition, attributes }: ExchangeObject,
  prefix: string,
): readonly (readonly [string, string | AttributeReference])[] {
  const key = id.slice(prefix.length);
  if (definition.typeName === certificate.typeName) {
    return [
      [key, { resource: id, attribute: 'thumbprint' }],
      [`${key}${SERVICES_TRIGGER}`, (attributes['services'] as readonly string[]).join(' ')],
    ];
  }
  if (definition.typeName === dagMember.typeName) return [[key, attributes['dag'] as string]];
  const values = HOST_ATTRIBUTES.flatMap(([name]) =>
    name in attributes ? [attributes[name] as string] : [],
  );
  const switches = Object.entries(attributes).filter(([name]) => name.endsWith('_authentication'));
  return [
    ...(values.length === 0 ? [] : [[key, values.join(' ')] as const]),
    ...(switches.length === 0
      ? []
      : [
          [
            `${key}-authentication`,
            switches.map(([name, isOn]) => `${name}=${isOn === true}`).join(' '),
          ] as const,
        ]),
    ...(definition.typeName === outlookAnywhere.typeName && 'ssl_offloading' in attributes
      ? [[`${key}-ssl-offloading`, String(attributes['ssl_offloading'] === true)] as const]
      : []),
  ];
}
