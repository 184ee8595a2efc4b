import { EngineError } from '../engine/engine';
import type { UnaryHandler } from '../wire/grpc';
import { MoveResourceStateRequest, MoveResourceStateResponse } from '../wire/protocol6';
import { rpc } from './rpc';

export function moveResourceState(): UnaryHandler {
  return rpc(
    MoveResourceStateRequest,
    MoveResourceStateResponse,
    async ({ sourceTypeName, targetTypeName }) => {
      throw new EngineError(
        `A ${sourceTypeName} cannot become a ${targetTypeName}. Use a 'removed' block for the old resource and an 'import' block for the new one.`,
      );
    },
    (diagnostics) => ({ diagnostics }),
  );
}
