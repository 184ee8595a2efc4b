import type { Known } from '../../schema';
import { EngineError, type Engine } from '../engine/engine';
import { decodeJson, encodeValues } from '../wire/dynamic-value';
import type { UnaryHandler } from '../wire/grpc';
import { UpgradeResourceStateRequest, UpgradeResourceStateResponse } from '../wire/protocol6';
import { rpc } from './rpc';

export function upgradeResourceState<Target>(engine: Engine<Target>): UnaryHandler {
  return rpc(
    UpgradeResourceStateRequest,
    UpgradeResourceStateResponse,
    async ({ typeName = '', version = 0, rawState }) => {
      const schema = engine.resourceSchema(typeName);
      if (!rawState?.json?.length) {
        throw new EngineError(
          'The state is in the form of Terraform 0.11 or older, which this provider never wrote.',
        );
      }
      const state = decodeJson(rawState.json) as Known;
      return { upgradedState: encodeValues(schema, engine.upgrade(typeName, version, state)) };
    },
    (diagnostics) => ({ diagnostics }),
  );
}
