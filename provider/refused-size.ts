import { ENVIRONMENT } from './configuration';

/** What to do about HTTP 413, whether it refuses the session or a call of it. */
export const REFUSED_SIZE = `IIS on the server, or a proxy or load balancer in front of it, refuses requests of this size. While IIS asks for a client certificate, it accepts at most 48 KB in the first request of a connection (uploadReadAheadSize). To avoid this limit, the provider begins such a connection with an empty request. That does not help behind a proxy that shares connections or closes each one after one answer. If there is such a proxy, connect to the server without it. If not, raise maxAllowedContentLength or uploadReadAheadSize in IIS on the server, or set ${ENVIRONMENT.max_envelope_kilobytes} to 40.`;
