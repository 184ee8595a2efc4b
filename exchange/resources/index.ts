import { SERVICES } from '../services';
import { existsIn, type ExchangeVersion } from '../versions';
import { certificate } from './certificate';
import { dagMember } from './dag-member';
import { databaseAvailabilityGroup } from './database-availability-group';
import type { AnyResource } from './definition';
import { erase } from './definition';
import { healthGate } from './health-gate';
import { outlookAnywhere } from './outlook-anywhere';
import { serviceConnectionPoint } from './service-connection-point';
import { virtualDirectory } from './virtual-directory';

export * from './certificate-history';
export * from './definition';
export * from './import-id';
export * from './step';
export {
  certificate,
  dagMember,
  databaseAvailabilityGroup,
  healthGate,
  outlookAnywhere,
  serviceConnectionPoint,
};

export const virtualDirectories = SERVICES.map((row) => ({ row, definition: virtualDirectory(row) }));

/** Every resource type of the provider; bindings, schema and reference iterate it. */
export const RESOURCES: readonly AnyResource[] = [
  erase(serviceConnectionPoint),
  erase(certificate),
  erase(outlookAnywhere),
  ...virtualDirectories.map(({ definition }) => erase(definition)),
  erase(databaseAvailabilityGroup),
  erase(dagMember),
  erase(healthGate),
];

/** Those of which a server of the version has objects. */
export function resourcesOf(version: ExchangeVersion): readonly AnyResource[] {
  return RESOURCES.filter(({ lifespan }) => lifespan === undefined || existsIn(lifespan, version));
}
