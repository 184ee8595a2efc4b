import type { UnaryHandler } from '../wire/grpc';
import { DiagnosticsResponse, EphemeralRequest } from '../wire/protocol6';
import { rpc, wireDiagnostics } from './rpc';

/**
 * The answer to validate, open, renew and close: there are no ephemeral resources. All four responses begin with
 * diagnostics.
 */
export function ephemeralResource(): UnaryHandler {
  return rpc(
    EphemeralRequest,
    DiagnosticsResponse,
    async ({ typeName }) => ({
      diagnostics: wireDiagnostics([
        {
          severity: 'error',
          summary: 'No such ephemeral resource',
          detail: `This provider has no ephemeral resource '${typeName}'.`,
        },
      ]),
    }),
    (diagnostics) => ({ diagnostics }),
  );
}
