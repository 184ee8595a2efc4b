import { hasErrors, shortened, visible, type Diagnostic, type Path } from '../../schema';
import { hearMishaps, toldBy } from '../mishaps';
import { NonconformingValue } from '../values/conform';
import type { UnaryHandler } from '../wire/grpc';
import { log } from '../wire/log';
import type { Message, MessageType } from '../wire/message';
import { SEVERITY, type AttributePath, type Diagnostic as WireDiagnostic } from '../wire/protocol6';

type WireDiagnostics = readonly MessageType<typeof WireDiagnostic>[];

/** Of the errors that nobody caught: the first ones tell what is the matter. */
const MOST_MISHAPS = 3;

/**
 * One RPC: bytes to a request, the work, and its response to bytes. Whatever the work throws becomes a diagnostic, so
 * that Terraform shows it beside the resource and saves what else it has; so does what nobody caught meanwhile.
 */
export function rpc<Request extends object, Response extends object>(
  request: Message<Request>,
  response: Message<Response>,
  work: (request: Request) => Promise<Response>,
  failed: (diagnostics: WireDiagnostics, request: Request) => Response,
): UnaryHandler {
  return async (bytes) => {
    const asked = request.decode(bytes);
    const mishaps: Diagnostic[] = [];
    const end = hearMishaps((error) => {
      if (mishaps.length < MOST_MISHAPS) mishaps.push(mishapWarning(error));
    });
    try {
      const answer: Response & { readonly diagnostics?: WireDiagnostics } = await work(asked);
      if (mishaps.length === 0) return response.encode(answer);
      const diagnostics = [...(answer.diagnostics ?? []), ...wireDiagnostics(mishaps)];
      return response.encode({ ...answer, diagnostics });
    } catch (error) {
      log('error', error instanceof Error ? (error.stack ?? error.message) : toldBy(error));
      return response.encode(failed(wireDiagnostics([diagnosticOf(error), ...mishaps]), asked));
    } finally {
      end();
    }
  };
}

/** A warning: what did not succeed because of it has an error of its own. */
function mishapWarning(error: unknown): Diagnostic {
  return {
    severity: 'warning',
    summary: 'The provider met an error of its own',
    detail: `${toldBy(error)}\nIt ended its connections and went on over new ones; what is in the state was read afterwards, or is what was known before. Plan again to see what is left to do, and report this with the log (TF_LOG=DEBUG).`,
  };
}

function diagnosticOf(error: unknown): Diagnostic {
  const detail = toldBy(error);
  const found: Diagnostic = { severity: 'error', summary: 'The provider could not do this', detail };
  return error instanceof NonconformingValue && error.path.length > 0
    ? { ...found, path: error.path }
    : found;
}

/** Characters of a summary, which is one line, and of a detail, which may list what a destroy runs. */
const MOST_OF_SUMMARY = 1_000;
const MOST_OF_DETAIL = 64_000;
/** Characters of all diagnostics of a response: far below the 64 MB that a message may have, and more than is read. */
const MOST_IN_ALL = 4_000_000;

/**
 * Diagnostics as they travel. Here everything leaves the provider that Terraform prints for people, so here it is that
 * no text of a server can steer their terminal, or be longer than they and Terraform can take.
 */
export function wireDiagnostics(diagnostics: readonly Diagnostic[]): WireDiagnostics {
  const wired: MessageType<typeof WireDiagnostic>[] = [];
  let left = MOST_IN_ALL;
  for (const [index, diagnostic] of diagnostics.entries()) {
    const summary = visible(shortened(diagnostic.summary, MOST_OF_SUMMARY)).replace(/\s*\n\s*/g, ' ');
    const detail = visible(shortened(diagnostic.detail, MOST_OF_DETAIL));
    left -= summary.length + detail.length;
    if (left < 0) return [...wired, leftOut(diagnostics.slice(index))];
    const { severity, path } = diagnostic;
    wired.push({
      severity: SEVERITY[severity],
      summary,
      detail,
      ...(path === undefined ? {} : { attribute: wirePath(path) }),
    });
  }
  return wired;
}

/** An error that is not shown still is one. */
function leftOut(diagnostics: readonly Diagnostic[]): MessageType<typeof WireDiagnostic> {
  const severity = hasErrors(diagnostics) ? SEVERITY.error : SEVERITY.warning;
  return {
    severity,
    summary: `${diagnostics.length} more diagnostics are left out`,
    detail: `Those before are ${MOST_IN_ALL} characters long. Mend what they say, then run this again.`,
  };
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
