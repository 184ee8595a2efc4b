import type { Engine } from '../engine/engine';
import { decodeValues } from '../wire/dynamic-value';
import type { UnaryHandler } from '../wire/grpc';
import { DiagnosticsResponse, ValidateConfigRequest } from '../wire/protocol6';
import { rpc, wireDiagnostics } from './rpc';

export function validateResourceConfig<Target>(engine: Engine<Target>): UnaryHandler {
  return rpc(
    ValidateConfigRequest,
    DiagnosticsResponse,
    async ({ typeName = '', config, clientCapabilities }) => {
      const values = decodeValues(engine.resourceSchema(typeName), config);
      const writeOnlyAllowed = clientCapabilities?.writeOnlyAttributesAllowed ?? false;
      const found = values === null ? [] : engine.validateResource(typeName, values, { writeOnlyAllowed });
      return { diagnostics: wireDiagnostics(found) };
    },
    (diagnostics) => ({ diagnostics }),
  );
}
