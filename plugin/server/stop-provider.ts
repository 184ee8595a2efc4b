import type { Engine } from '../engine/engine';
import type { UnaryHandler } from '../wire/grpc';
import { Empty, StopProviderResponse } from '../wire/protocol6';
import { rpc } from './rpc';

export function stopProvider<Target>(engine: Engine<Target>): UnaryHandler {
  return rpc(
    Empty,
    StopProviderResponse,
    async () => {
      engine.stop();
      return {};
    },
    (diagnostics) => ({ error: diagnostics.map(({ detail }) => detail).join('\n') }),
  );
}
