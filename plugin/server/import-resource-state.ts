import type { Engine } from '../engine/engine';
import { encodeValues } from '../wire/dynamic-value';
import type { UnaryHandler } from '../wire/grpc';
import { ImportResourceStateRequest, ImportResourceStateResponse } from '../wire/protocol6';
import { rpc, wireDiagnostics } from './rpc';

export function importResourceState<Target>(engine: Engine<Target>): UnaryHandler {
  return rpc(
    ImportResourceStateRequest,
    ImportResourceStateResponse,
    async ({ typeName = '', id = '' }) => {
      const schema = engine.resourceSchema(typeName);
      const { state, diagnostics = [] } = await engine.importState(typeName, id);
      return {
        importedResources: state === null ? [] : [{ typeName, state: encodeValues(schema, state) }],
        diagnostics: wireDiagnostics(diagnostics),
      };
    },
    (diagnostics) => ({ diagnostics }),
  );
}
