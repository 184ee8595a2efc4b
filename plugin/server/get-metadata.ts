import type { Engine } from '../engine/engine';
import type { UnaryHandler } from '../wire/grpc';
import { Empty, GetMetadataResponse } from '../wire/protocol6';
import { CAPABILITIES } from './capabilities';
import { rpc } from './rpc';

export function getMetadata<Target>({ definition }: Engine<Target>): UnaryHandler {
  return rpc(
    Empty,
    GetMetadataResponse,
    async () => ({
      serverCapabilities: CAPABILITIES,
      resources: definition.resources.map(({ typeName }) => ({ typeName })),
      dataSources: (definition.dataSources ?? []).map(({ typeName }) => ({ typeName })),
    }),
    (diagnostics) => ({ diagnostics }),
  );
}
