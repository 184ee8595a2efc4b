import type { UnaryHandler } from '../wire/grpc';
import { DiagnosticsResponse, EphemeralRequest } from '../wire/protocol6';
import { rpc, wireDiagnostics } from './rpc';

/** Validate, open, renew and close alike: there are no ephemeral resources, and each answers with diagnostics first. */
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
