import type { Engine } from '../engine/engine';
import { decodeValues, encodeValues } from '../wire/dynamic-value';
import type { UnaryHandler } from '../wire/grpc';
import { ReadResourceRequest, ReadResourceResponse } from '../wire/protocol6';
import { rpc, wireDiagnostics } from './rpc';

export function readResource<Target>(engine: Engine<Target>): UnaryHandler {
  return rpc(
    ReadResourceRequest,
    ReadResourceResponse,
    async ({ typeName = '', currentState, private: memo }) => {
      const schema = engine.resourceSchema(typeName);
      const before = decodeValues(schema, currentState);
      if (before === null) return { newState: encodeValues(schema, null), private: memo };
      const { state, diagnostics = [] } = await engine.read(typeName, before);
      return {
        newState: encodeValues(schema, state),
        private: memo,
        diagnostics: wireDiagnostics(diagnostics),
      };
    },
    // Where the reading failed, the state stays: without one Terraform would take the object as gone.
    (diagnostics, { currentState, private: memo }) => ({
      newState: currentState,
      private: memo,
      diagnostics,
    }),
  );
}
