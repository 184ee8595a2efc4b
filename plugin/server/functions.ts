import { visible } from '../../schema';
import type { UnaryHandler } from '../wire/grpc';
import { CallFunctionRequest, CallFunctionResponse, Empty } from '../wire/protocol6';
import { rpc } from './rpc';

/** A provider on this framework has no functions. */
export function getFunctions(): UnaryHandler {
  return async () => Empty.encode({});
}

export function callFunction(): UnaryHandler {
  const refused = (name = '') => ({ error: { text: visible(`This provider has no function '${name}'.`) } });
  return rpc(
    CallFunctionRequest,
    CallFunctionResponse,
    async ({ name }) => refused(name),
    (_diagnostics, { name }) => refused(name),
  );
}
