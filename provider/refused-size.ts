import { ENVIRONMENT } from './configuration';

/** What to do about HTTP 413, whether it refuses the session or a call of it. */
export const REFUSED_SIZE = `IIS, or what stands before it, takes no request of that size. IIS keeps 48 KB of the first request of a connection while it asks for a client certificate; a connection whose first request is longer begins with an empty one therefore, which is of no use where a proxy shares connections or ends each after one answer: go past it. Else raise maxAllowedContentLength or uploadReadAheadSize at the server, or set ${ENVIRONMENT.max_envelope_kilobytes} to 40.`;
