import type { Diagnostic, Path } from '../../schema';
import { NonconformingValue } from '../values/conform';
import type { UnaryHandler } from '../wire/grpc';
import { log } from '../wire/log';
import type { Message, MessageType } from '../wire/message';
import { SEVERITY, type AttributePath, type Diagnostic as WireDiagnostic } from '../wire/protocol6';

type WireDiagnostics = readonly MessageType<typeof WireDiagnostic>[];

/**
 * One RPC: bytes to a request, the work, and its response to bytes. Whatever the work throws becomes a diagnostic, so
 * that Terraform shows it beside the resource and saves what else it has.
 */
export function rpc<Request extends object, Response extends object>(
  request: Message<Request>,
  response: Message<Response>,
  work: (request: Request) => Promise<Response>,
  failed: (diagnostics: WireDiagnostics, request: Request) => Response,
): UnaryHandler {
  return async (bytes) => {
    const asked = request.decode(bytes);
    try {
      return response.encode(await work(asked));
    } catch (error) {
      log('error', error instanceof Error ? (error.stack ?? error.message) : String(error));
      return response.encode(failed(wireDiagnostics([diagnosticOf(error)]), asked));
    }
  };
}

function diagnosticOf(error: unknown): Diagnostic {
  const detail = error instanceof Error ? error.message : String(error);
  const found: Diagnostic = { severity: 'error', summary: 'The provider could not do this', detail };
  return error instanceof NonconformingValue && error.path.length > 0
    ? { ...found, path: error.path }
    : found;
}

export function wireDiagnostics(diagnostics: readonly Diagnostic[]): WireDiagnostics {
  return diagnostics.map(({ severity, summary, detail, path }) => ({
    severity: SEVERITY[severity],
    summary,
    detail,
    ...(path === undefined ? {} : { attribute: wirePath(path) }),
  }));
}

export function wirePath(path: Path): MessageType<typeof AttributePath> {
  return {
    steps: path.map((step) => {
      if ('index' in step) return { elementKeyInt: step.index };
      if ('key' in step) return { elementKeyString: step.key };
      return { attributeName: step.attribute };
    }),
  };
}
