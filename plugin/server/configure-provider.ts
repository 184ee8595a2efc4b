import { EngineError, type Engine } from '../engine/engine';
import { decodeValues } from '../wire/dynamic-value';
import type { UnaryHandler } from '../wire/grpc';
import { ConfigureProviderRequest, DiagnosticsResponse } from '../wire/protocol6';
import { rpc, wireDiagnostics } from './rpc';

export function configureProvider<Target>(engine: Engine<Target>): UnaryHandler {
  return rpc(
    ConfigureProviderRequest,
    DiagnosticsResponse,
    async ({ terraformVersion = '', config }) => {
      const values = decodeValues(engine.definition.schema, config);
      if (values === null) throw new EngineError('Terraform sent no configuration of the provider.');
      return { diagnostics: wireDiagnostics(await engine.configure(values, terraformVersion)) };
    },
    (diagnostics) => ({ diagnostics }),
  );
}
