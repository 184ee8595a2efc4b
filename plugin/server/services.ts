import type { Engine } from '../engine/engine';
import type { UnaryHandler } from '../wire/grpc';
import { Empty, HEALTH_SERVING, HealthCheckResponse } from '../wire/protocol6';
import { applyResourceChange } from './apply-resource-change';
import { configureProvider } from './configure-provider';
import { ephemeralResource } from './ephemeral-resources';
import { callFunction, getFunctions } from './functions';
import { getMetadata } from './get-metadata';
import { getProviderSchema } from './get-provider-schema';
import { importResourceState } from './import-resource-state';
import { moveResourceState } from './move-resource-state';
import { planResourceChange } from './plan-resource-change';
import { readDataSource } from './read-data-source';
import { readResource } from './read-resource';
import { stopProvider } from './stop-provider';
import { upgradeResourceState } from './upgrade-resource-state';
import { validateDataResourceConfig } from './validate-data-resource-config';
import { validateProviderConfig } from './validate-provider-config';
import { validateResourceConfig } from './validate-resource-config';

/** The methods of the provider by their gRPC path. `shutdown` is called when Terraform asks the program to end. */
export function services<Target>(
  engine: Engine<Target>,
  shutdown: () => void,
): ReadonlyMap<string, UnaryHandler> {
  const provider: { readonly [method: string]: UnaryHandler } = {
    GetMetadata: getMetadata(engine),
    GetProviderSchema: getProviderSchema(engine),
    ValidateProviderConfig: validateProviderConfig(engine),
    ValidateResourceConfig: validateResourceConfig(engine),
    ValidateDataResourceConfig: validateDataResourceConfig(engine),
    UpgradeResourceState: upgradeResourceState(engine),
    ConfigureProvider: configureProvider(engine),
    ReadResource: readResource(engine),
    PlanResourceChange: planResourceChange(engine),
    ApplyResourceChange: applyResourceChange(engine),
    ImportResourceState: importResourceState(engine),
    MoveResourceState: moveResourceState(),
    ReadDataSource: readDataSource(engine),
    ValidateEphemeralResourceConfig: ephemeralResource(),
    OpenEphemeralResource: ephemeralResource(),
    RenewEphemeralResource: ephemeralResource(),
    CloseEphemeralResource: ephemeralResource(),
    GetFunctions: getFunctions(),
    CallFunction: callFunction(),
    StopProvider: stopProvider(engine),
  };
  const methods = Object.entries(provider).map(([method, handler]): [string, UnaryHandler] => [
    `/tfplugin6.Provider/${method}`,
    handler,
  ]);
  return new Map([
    ...methods,
    ['/plugin.GRPCController/Shutdown', async () => (shutdown(), Empty.encode({}))],
    ['/grpc.health.v1.Health/Check', async () => HealthCheckResponse.encode({ status: HEALTH_SERVING })],
  ]);
}

/**
 * go-plugin opens these streams for what a plugin prints (ours prints nothing), for connections between the two sides
 * that a plugin announces (ours announces none), and for its health.
 */
export const SILENT_STREAMS: ReadonlySet<string> = new Set([
  '/plugin.GRPCStdio/StreamStdio',
  '/plugin.GRPCBroker/StartStream',
  '/grpc.health.v1.Health/Watch',
]);
