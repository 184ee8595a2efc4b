import { mapOf, message, recursive, repeated, type Message, type MessageType } from './message';

/**
 * The messages of Terraform's plugin protocol 6.8 that are used here: field numbers and types. The numbers come from
 * docs/plugin-protocol/tfplugin6.8.proto of Terraform 1.11.
 */

export const DynamicValue = message({ msgpack: [1, 'bytes'], json: [2, 'bytes'] });
export type DynamicValue = MessageType<typeof DynamicValue>;

const PathStep = message({
  attributeName: [1, 'string'],
  elementKeyString: [2, 'string'],
  elementKeyInt: [3, 'int64'],
});
export const AttributePath = message({ steps: [1, repeated(PathStep)] });

export const SEVERITY = { error: 1, warning: 2 } as const;
export const Diagnostic = message({
  severity: [1, 'enum'],
  summary: [2, 'string'],
  detail: [3, 'string'],
  attribute: [4, AttributePath],
});

const RawState = message({ json: [1, 'bytes'], flatmap: [2, mapOf('string')] });

const SchemaAttribute = message({
  name: [1, 'string'],
  type: [2, 'bytes'],
  description: [3, 'string'],
  required: [4, 'bool'],
  optional: [5, 'bool'],
  computed: [6, 'bool'],
  sensitive: [7, 'bool'],
  descriptionKind: [8, 'enum'],
  deprecated: [9, 'bool'],
  writeOnly: [11, 'bool'],
});

export const NESTING = { single: 1, list: 2, set: 3 } as const;
export interface SchemaNestedBlock {
  readonly typeName?: string | undefined;
  readonly block?: SchemaBlock | undefined;
  readonly nesting?: number | undefined;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
}
export interface SchemaBlock {
  readonly version?: number | undefined;
  readonly attributes?: readonly MessageType<typeof SchemaAttribute>[] | undefined;
  readonly blockTypes?: readonly SchemaNestedBlock[] | undefined;
  readonly description?: string | undefined;
}
const SchemaBlock: Message<SchemaBlock> = recursive<SchemaBlock>(() =>
  message({
    version: [1, 'int64'],
    attributes: [2, repeated(SchemaAttribute)],
    blockTypes: [3, repeated(SchemaNestedBlock)],
    description: [4, 'string'],
  }),
);
const SchemaNestedBlock: Message<SchemaNestedBlock> = recursive<SchemaNestedBlock>(() =>
  message({
    typeName: [1, 'string'],
    block: [2, SchemaBlock],
    nesting: [3, 'enum'],
    minItems: [4, 'int64'],
    maxItems: [5, 'int64'],
  }),
);
export const Schema = message({ version: [1, 'int64'], block: [2, SchemaBlock] });

const ServerCapabilities = message({
  planDestroy: [1, 'bool'],
  getProviderSchemaOptional: [2, 'bool'],
  moveResourceState: [3, 'bool'],
});
const ClientCapabilities = message({ deferralAllowed: [1, 'bool'], writeOnlyAttributesAllowed: [2, 'bool'] });

const Diagnostics = repeated(Diagnostic);
const TypeName = message({ typeName: [1, 'string'] });

export const Empty = message({});

export const GetMetadataResponse = message({
  serverCapabilities: [1, ServerCapabilities],
  diagnostics: [2, Diagnostics],
  dataSources: [3, repeated(TypeName)],
  resources: [4, repeated(TypeName)],
});

export const GetProviderSchemaResponse = message({
  provider: [1, Schema],
  resourceSchemas: [2, mapOf(Schema)],
  dataSourceSchemas: [3, mapOf(Schema)],
  diagnostics: [4, Diagnostics],
  serverCapabilities: [6, ServerCapabilities],
});

export const ValidateProviderConfigRequest = message({ config: [1, DynamicValue] });
export const ValidateProviderConfigResponse = message({ diagnostics: [2, Diagnostics] });

/** Also the request of ValidateDataResourceConfig, which has no capabilities. */
export const ValidateConfigRequest = message({
  typeName: [1, 'string'],
  config: [2, DynamicValue],
  clientCapabilities: [3, ClientCapabilities],
});
/** The response of every RPC that answers with nothing but diagnostics. */
export const DiagnosticsResponse = message({ diagnostics: [1, Diagnostics] });

export const UpgradeResourceStateRequest = message({
  typeName: [1, 'string'],
  version: [2, 'int64'],
  rawState: [3, RawState],
});
export const UpgradeResourceStateResponse = message({
  upgradedState: [1, DynamicValue],
  diagnostics: [2, Diagnostics],
});

export const ConfigureProviderRequest = message({
  terraformVersion: [1, 'string'],
  config: [2, DynamicValue],
  clientCapabilities: [3, ClientCapabilities],
});

export const ReadResourceRequest = message({
  typeName: [1, 'string'],
  currentState: [2, DynamicValue],
  private: [3, 'bytes'],
  clientCapabilities: [5, ClientCapabilities],
});
export const ReadResourceResponse = message({
  newState: [1, DynamicValue],
  diagnostics: [2, Diagnostics],
  private: [3, 'bytes'],
});

export const PlanResourceChangeRequest = message({
  typeName: [1, 'string'],
  priorState: [2, DynamicValue],
  proposedNewState: [3, DynamicValue],
  config: [4, DynamicValue],
  priorPrivate: [5, 'bytes'],
  clientCapabilities: [7, ClientCapabilities],
});
export const PlanResourceChangeResponse = message({
  plannedState: [1, DynamicValue],
  requiresReplace: [2, repeated(AttributePath)],
  plannedPrivate: [3, 'bytes'],
  diagnostics: [4, Diagnostics],
  legacyTypeSystem: [5, 'bool'],
});

export const ApplyResourceChangeRequest = message({
  typeName: [1, 'string'],
  priorState: [2, DynamicValue],
  plannedState: [3, DynamicValue],
  config: [4, DynamicValue],
  plannedPrivate: [5, 'bytes'],
});
export const ApplyResourceChangeResponse = message({
  newState: [1, DynamicValue],
  private: [2, 'bytes'],
  diagnostics: [3, Diagnostics],
  legacyTypeSystem: [4, 'bool'],
});

const ImportedResource = message({
  typeName: [1, 'string'],
  state: [2, DynamicValue],
  private: [3, 'bytes'],
});
export const ImportResourceStateRequest = message({ typeName: [1, 'string'], id: [2, 'string'] });
export const ImportResourceStateResponse = message({
  importedResources: [1, repeated(ImportedResource)],
  diagnostics: [2, Diagnostics],
});

export const MoveResourceStateRequest = message({
  sourceProviderAddress: [1, 'string'],
  sourceTypeName: [2, 'string'],
  targetTypeName: [5, 'string'],
});
/** Also the response of OpenEphemeralResource, of which no other field is used: there are no ephemeral resources. */
export const MoveResourceStateResponse = message({
  targetState: [1, DynamicValue],
  diagnostics: [2, Diagnostics],
});

export const ReadDataSourceRequest = message({ typeName: [1, 'string'], config: [2, DynamicValue] });
export const ReadDataSourceResponse = message({ state: [1, DynamicValue], diagnostics: [2, Diagnostics] });

export const EphemeralRequest = message({ typeName: [1, 'string'] });

export const CallFunctionRequest = message({ name: [1, 'string'] });
export const CallFunctionResponse = message({ error: [2, message({ text: [1, 'string'] })] });
/** The field is spelled with a capital in the protocol; only its number travels. */
export const StopProviderResponse = message({ error: [1, 'string'] });

/** grpc.health.v1, which go-plugin asks about the service `plugin`. */
export const HealthCheckResponse = message({ status: [1, 'enum'] });
export const HEALTH_SERVING = 1;
