import type { Schema } from '../../schema';
import type { Engine } from '../engine/engine';
import type { UnaryHandler } from '../wire/grpc';
import { Empty, GetProviderSchemaResponse } from '../wire/protocol6';
import { CAPABILITIES } from './capabilities';
import { rpc } from './rpc';
import { wireSchema } from './wire-schema';

export function getProviderSchema<Target>({ definition }: Engine<Target>): UnaryHandler {
  return rpc(
    Empty,
    GetProviderSchemaResponse,
    async () => ({
      provider: wireSchema(definition.schema),
      resourceSchemas: byTypeName(definition.resources),
      dataSourceSchemas: byTypeName(definition.dataSources ?? []),
      serverCapabilities: CAPABILITIES,
    }),
    (diagnostics) => ({ diagnostics }),
  );
}

function byTypeName(definitions: readonly { readonly typeName: string; readonly schema: Schema }[]) {
  return Object.fromEntries(definitions.map(({ typeName, schema }) => [typeName, wireSchema(schema)]));
}
