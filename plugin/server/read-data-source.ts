import type { Engine } from '../engine/engine';
import { EngineError } from '../engine/engine';
import { decodeValues, encodeValues } from '../wire/dynamic-value';
import type { UnaryHandler } from '../wire/grpc';
import { ReadDataSourceRequest, ReadDataSourceResponse } from '../wire/protocol6';
import { rpc, wireDiagnostics } from './rpc';

export function readDataSource<Target>(engine: Engine<Target>): UnaryHandler {
  return rpc(
    ReadDataSourceRequest,
    ReadDataSourceResponse,
    async ({ typeName = '', config }) => {
      const schema = engine.dataSourceSchema(typeName);
      const values = decodeValues(schema, config);
      if (values === null) throw new EngineError('Terraform sent no configuration of the data source.');
      const { state, diagnostics = [] } = await engine.readData(typeName, values);
      return { state: encodeValues(schema, state), diagnostics: wireDiagnostics(diagnostics) };
    },
    (diagnostics) => ({ diagnostics }),
  );
}
