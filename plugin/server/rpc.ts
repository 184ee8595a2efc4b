import { hasErrors, shortened, visible, type Diagnostic, type Path } from '../../schema';
import { onUncaughtError, messageOf } from '../uncaught-errors';
import { NonconformingValue } from '../values/conform';
import type { UnaryHandler } from '../wire/grpc';
import { log } from '../wire/log';
import type { Message, MessageType } from '../wire/message';
import { SEVERITY, type AttributePath, type Diagnostic as WireDiagnostic } from '../wire/protocol6';

type WireDiagnostics = readonly MessageType<typeof WireDiagnostic>[];

/** How many uncaught errors a response shows. The first ones tell what is wrong. */
const MOST_UNCAUGHT = 3;

/**
 * One RPC: decodes the request, does the work, and encodes the response. An error that the work throws becomes a
 * diagnostic, so that Terraform shows it beside the resource and saves the state of the others. An uncaught error that
 * comes meanwhile is added as a warning.
 */
export function rpc<Request extends object, Response extends object>(
  request: Message<Request>,
  response: Message<Response>,
  work: (request: Request) => Promise<Response>,
  failed: (diagnostics: WireDiagnostics, request: Request) => Response,
): UnaryHandler {
  return async (bytes) => {
    const asked = request.decode(bytes);
    const uncaught: Diagnostic[] = [];
    const end = onUncaughtError((error) => {
      if (uncaught.length < MOST_UNCAUGHT) uncaught.push(uncaughtWarning(error));
    });
    try {
      const answer: Response & { readonly diagnostics?: WireDiagnostics } = await work(asked);
      if (uncaught.length === 0) return response.encode(answer);
      const diagnostics = [...(answer.diagnostics ?? []), ...wireDiagnostics(uncaught)];
      return response.encode({ ...answer, diagnostics });
    } catch (error) {
      log('error', error instanceof Error ? (error.stack ?? error.message) : messageOf(error));
      return response.encode(failed(wireDiagnostics([diagnosticOf(error), ...uncaught]), asked));
    } finally {
      end();
    }
  };
}

/** Only a warning: an operation that failed because of it has an error of its own. */
function uncaughtWarning(error: unknown): Diagnostic {
  return {
    severity: 'warning',
    summary: 'An error inside the provider',
    detail: `${messageOf(error)}\nThis is a fault of the provider, not of the declaration. The provider closed its connections to the servers and went on with new ones. The state holds what was read after the error or, where nothing could be read, what was known before. Plan again to see what is left to do, and report this error with the log (TF_LOG=DEBUG).`,
  };
}

function diagnosticOf(error: unknown): Diagnostic {
  const detail = messageOf(error);
  const found: Diagnostic = {
    severity: 'error',
    summary: 'The provider could not carry out this operation',
    detail,
  };
  return error instanceof NonconformingValue && error.path.length > 0
    ? { ...found, path: error.path }
    : found;
}

/** Characters of a summary, which is one line, and of a detail, which may list the steps of a destroy. */
const MOST_OF_SUMMARY = 1_000;
const MOST_OF_DETAIL = 64_000;
/**
 * Characters of all diagnostics of a response: more than anybody reads, and far below the 64 MB that a message may
 * have.
 */
const MOST_IN_ALL = 4_000_000;

/**
 * Diagnostics in the form of the protocol. Every text that Terraform prints leaves the provider here. So this is where
 * control characters in a server's text are made visible, and where long texts are cut.
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

/** Counts as an error where one of those left out is an error. */
function leftOut(diagnostics: readonly Diagnostic[]): MessageType<typeof WireDiagnostic> {
  const severity = hasErrors(diagnostics) ? SEVERITY.error : SEVERITY.warning;
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  return {
    severity,
    summary: `${diagnostics.length} more messages are left out`,
    detail: `At most ${MOST_IN_ALL} characters are shown for one object${errors === 0 ? '' : `; ${errors} of those left out ${errors === 1 ? 'is an error' : 'are errors'}`}. Correct what the others name, then run this again.`,
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
