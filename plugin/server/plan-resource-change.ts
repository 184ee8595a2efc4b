import type { Engine } from '../engine/engine';
import { readMemo, writeMemo } from '../engine/memo';
import { decodeValues, encodeValues, isNothing } from '../wire/dynamic-value';
import type { UnaryHandler } from '../wire/grpc';
import { PlanResourceChangeRequest, PlanResourceChangeResponse } from '../wire/protocol6';
import { rpc, wireDiagnostics, wirePath } from './rpc';

export function planResourceChange<Target>(engine: Engine<Target>): UnaryHandler {
  return rpc(
    PlanResourceChangeRequest,
    PlanResourceChangeResponse,
    async ({ typeName = '', priorState, config, proposedNewState, priorPrivate }) => {
      const schema = engine.resourceSchema(typeName);
      // A destroy shows in the proposed state, which is null then, as the configuration is.
      const destroys = isNothing(proposedNewState);
      const result = await engine.plan(typeName, {
        prior: decodeValues(schema, priorState),
        config: destroys ? null : decodeValues(schema, config),
        memo: readMemo(priorPrivate),
      });
      return {
        plannedState: encodeValues(schema, result.planned),
        requiresReplace: result.requiresReplace.map(wirePath),
        plannedPrivate: writeMemo(result.memo),
        diagnostics: wireDiagnostics(result.diagnostics),
        legacyTypeSystem: engine.isLegacy(typeName),
      };
    },
    (diagnostics) => ({ diagnostics }),
  );
}
