import { SERVICES } from '../services';
import type { ExchangeVersion } from '../versions';
import { certificate } from './certificate';
import { clientAccessArray } from './client-access-array';
import { connectivityCheck } from './connectivity-check';
import { dagMember } from './dag-member';
import { databaseAvailabilityGroup } from './database-availability-group';
import { datacenterActivation } from './datacenter-activation';
import type { AnyResource } from './definition';
import { erase, isIn } from './definition';
import { healthGate } from './health-gate';
import { mailProtocols } from './mail-protocol';
import { mailboxDatabase } from './mailbox-database';
import { outlookAnywhere } from './outlook-anywhere';
import { outlookAnywhere2010 } from './outlook-anywhere-2010';
import { outlookProvider } from './outlook-provider';
import { replicationGate } from './replication-gate';
import { serviceConnectionPoint } from './service-connection-point';
import { virtualDirectory } from './virtual-directory';

export * from './autodiscover-urls';
export * from './certificate-history';
export * from './definition';
export * from './facts';
export * from './import-id';
export * from './laid-file';
export * from './maintenance';
export * from './probe';
export * from './service-state';
export * from './step';
export * from './step-calls';
export {
  certificate,
  clientAccessArray,
  connectivityCheck,
  dagMember,
  databaseAvailabilityGroup,
  datacenterActivation,
  healthGate,
  mailboxDatabase,
  mailProtocols,
  outlookAnywhere,
  outlookAnywhere2010,
  outlookProvider,
  replicationGate,
  serviceConnectionPoint,
};

export const virtualDirectories = SERVICES.map((row) => ({ row, definition: virtualDirectory(row) }));

/** Every resource type of the provider. Bindings, schema and reference iterate this list. */
export const RESOURCES: readonly AnyResource[] = [
  erase(serviceConnectionPoint),
  erase(certificate),
  erase(outlookAnywhere),
  erase(outlookAnywhere2010),
  ...virtualDirectories.map(({ definition }) => erase(definition)),
  ...mailProtocols.map(({ definition }) => erase(definition)),
  erase(outlookProvider),
  erase(clientAccessArray),
  erase(databaseAvailabilityGroup),
  erase(dagMember),
  erase(datacenterActivation),
  erase(mailboxDatabase),
  erase(replicationGate),
  erase(healthGate),
  erase(connectivityCheck),
];

/** The resource types that exist in a version. */
export function resourcesOf(version: ExchangeVersion): readonly AnyResource[] {
  return RESOURCES.filter((resource) => isIn(resource, version));
}
