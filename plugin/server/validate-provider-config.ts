import type { Engine } from '../engine/engine';
import { decodeValues } from '../wire/dynamic-value';
import type { UnaryHandler } from '../wire/grpc';
import { ValidateProviderConfigRequest, ValidateProviderConfigResponse } from '../wire/protocol6';
import { rpc, wireDiagnostics } from './rpc';

export function validateProviderConfig<Target>(engine: Engine<Target>): UnaryHandler {
  return rpc(
    ValidateProviderConfigRequest,
    ValidateProviderConfigResponse,
    async ({ config }) => {
      const values = decodeValues(engine.definition.schema, config);
      return { diagnostics: wireDiagnostics(values === null ? [] : engine.validateProvider(values)) };
    },
    (diagnostics) => ({ diagnostics }),
  );
}
