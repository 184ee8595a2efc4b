import type { Bounds } from '../../bounds';
import { RemotingError, type RemotingFacts } from '../../remoting-error';
import { isSoap, type Answer } from './answer';
import { faultError } from './fault';
import type { Operation } from './names';
import { Redirected } from './redirect';
import { readResponse, type Response } from './response';

/** A response; or that the server was busy and did nothing, so that the request may be sent again. */
export type Meaning = Response | { readonly kind: 'busy'; readonly error: RemotingError };

export interface AskedServer {
  /** Where the request went. */
  readonly url: string;
  /** The same as facts of an error. */
  readonly where: RemotingFacts;
  readonly bounds: Pick<Bounds, 'maxDepth' | 'maxValues'>;
}

/** An error page of IIS has some 5 KB. */
const MOST_PAGE_BYTES = 16_384;

/**
 * What the HTTP answer to a request means.
 *
 * @throws RemotingError where it is no response, and it would not help to send the request again; `Redirected` where the
 * server sends us elsewhere
 */
export function meaningOf(
  answer: Answer,
  operation: Operation,
  { url, where, bounds }: AskedServer,
): Meaning {
  const { status, body, location, methods, atSignIn, tlsVersion } = answer;
  if (isSoap(answer) && atSignIn !== true && (status === 200 || status >= 500)) {
    const response = readResponse(body, operation, bounds);
    if (response.kind !== 'fault') return response;
    const error = faultError(response.fault, operation, where);
    return error.kind === 'throttled' ? { kind: 'busy', error } : response;
  }
  const facts = { ...where, httpStatus: status, ...(atSignIn === true ? { noEffect: true } : {}) };
  const refusal = (kind: RemotingError['kind'], what: string, more = {}): RemotingError =>
    new RemotingError(kind, `${url} ${what} (HTTP ${status})`, { ...facts, noEffect: true, ...more });
  switch (status) {
    case 401:
      throw refusal('authentication-refused', 'refused the credentials', { methods });
    case 403:
      throw refusal('access-denied', 'does not let this account in');
    case 404:
    case 405:
    case 200:
      throw refusal('not-wsman', 'is not a WS-Management service', {
        noEffect: status !== 200 || atSignIn === true,
      });
    case 429:
    case 503:
      return { kind: 'busy', error: refusal('throttled', 'is too busy') };
    case 413:
      throw refusal('too-large', `refuses a message of this size (${operation})`);
    case 301:
    case 302:
    case 307:
    case 308:
      throw new Redirected(location, { ...facts, noEffect: true, location });
    default:
      // An error of the server, or of a proxy before it, may come after the request was passed on: its effect is unknown.
      throw status >= 400 && status < 500
        ? refusal('refused', 'refused the request')
        : new RemotingError('closed', `${url} failed (HTTP ${status})`, {
            ...facts,
            ...(tlsVersion === undefined ? {} : { tlsVersion }),
            ...windowsErrorIn(body),
          });
  }
}

/** The error code of Windows in an error page of IIS, for example `0x80070032`. */
function windowsErrorIn(page: Buffer): { readonly code?: string } {
  const [code] = /\b0x8[0-9a-f]{7}\b/i.exec(page.toString('latin1', 0, MOST_PAGE_BYTES)) ?? [];
  return code === undefined ? {} : { code: code.toLowerCase() };
}
