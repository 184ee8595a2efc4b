import type { Engine } from '../engine/engine';
import { decodeValues } from '../wire/dynamic-value';
import type { UnaryHandler } from '../wire/grpc';
import { DiagnosticsResponse, ValidateConfigRequest } from '../wire/protocol6';
import { rpc, wireDiagnostics } from './rpc';

export function validateDataResourceConfig<Target>(engine: Engine<Target>): UnaryHandler {
  return rpc(
    ValidateConfigRequest,
    DiagnosticsResponse,
    async ({ typeName = '', config }) => {
      const values = decodeValues(engine.dataSourceSchema(typeName), config);
      return {
        diagnostics: wireDiagnostics(values === null ? [] : engine.validateDataSource(typeName, values)),
      };
    },
    (diagnostics) => ({ diagnostics }),
  );
}
