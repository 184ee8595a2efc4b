import type { Engine } from '../engine/engine';
import { readMemo } from '../engine/memo';
import { decodeValues, encodeValues } from '../wire/dynamic-value';
import type { UnaryHandler } from '../wire/grpc';
import { ApplyResourceChangeRequest, ApplyResourceChangeResponse } from '../wire/protocol6';
import { rpc, wireDiagnostics } from './rpc';

export function applyResourceChange<Target>(engine: Engine<Target>): UnaryHandler {
  return rpc(
    ApplyResourceChangeRequest,
    ApplyResourceChangeResponse,
    async ({ typeName = '', priorState, plannedState, config, plannedPrivate }) => {
      const schema = engine.resourceSchema(typeName);
      const result = await engine.apply(typeName, {
        prior: decodeValues(schema, priorState),
        planned: decodeValues(schema, plannedState),
        config: decodeValues(schema, config),
        memo: readMemo(plannedPrivate),
      });
      return {
        newState: encodeValues(schema, result.state),
        diagnostics: wireDiagnostics(result.diagnostics),
        legacyTypeSystem: engine.isLegacy(typeName),
      };
    },
    // The object counts as unchanged: without a state Terraform would take it as destroyed.
    (diagnostics, { priorState }) => ({ newState: priorState, diagnostics }),
  );
}
