import type { IncomingMessage } from 'node:http';
import { RemotingError } from '../../remoting-error';

/** A server's answer to a request. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** Empty where the answer has none. */
  readonly location: string;
  /** Milliseconds to wait before the next attempt. Left out where the server does not say. */
  readonly retryAfterMs?: number;
  /** Authentication methods that the server offers. */
  readonly methods: readonly string[];
  readonly body: Buffer;
  /** Version of TLS, for example `TLSv1.3`. Only in the first answer of a connection. */
  readonly tlsVersion?: string;
  /** The server refused the sign-in, so the request itself was not sent. */
  readonly atSignIn?: true;
  /** The request had no Authorization header, since its connection was signed in already. */
  readonly withoutProof?: true;
}

export function isSoap({ contentType }: Answer): boolean {
  return contentType.startsWith('application/soap+xml');
}

/** An answer as it was received. */
export interface WireAnswer extends Answer {
  /** The challenges (RFC 9110, section 11.6.1); empty where there are none. */
  readonly challenges: string;
  /** Values of its Set-Cookie headers. */
  readonly cookies: readonly string[];
}

/**
 * Reads an answer to its end.
 *
 * @param maxAnswerBytes most bytes of the body; a longer one is refused
 * @throws RemotingError `too-large`; and `protocol` where the answer is compressed
 */
export async function readAnswer(message: IncomingMessage, maxAnswerBytes: number): Promise<WireAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) {
      const what = `the answer is larger than ${maxAnswerBytes} bytes`;
      throw new RemotingError('too-large', what, { bound: 'maxAnswerBytes', limit: maxAnswerBytes });
    }
    chunks.push(chunk);
  }
  const { headers, statusCode = 0 } = message;
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    const what = `the answer is encoded as ${encoding.slice(0, 40)}, which was not offered`;
    throw new RemotingError('protocol', what);
  }
  const seconds = Number(headers['retry-after']);
  const challenges = headers['www-authenticate'] ?? '';
  return {
    status: statusCode,
    contentType: headers['content-type'] ?? '',
    location: headers.location ?? '',
    ...(Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {}),
    methods: [...challenges.matchAll(/(?:^|,)\s*([A-Za-z]+)(?=[\s,]|$)/g)].map(([, name]) => name ?? ''),
    challenges,
    cookies: headers['set-cookie'] ?? [],
    body: Buffer.concat(chunks),
  };
}

/** The answer's token under an authentication scheme; `undefined` where it has none. */
export function tokenOf({ challenges }: WireAnswer, scheme: string): Buffer | undefined {
  const [, token] =
    new RegExp(`(?:^|,)\\s*${scheme} +([A-Za-z0-9+/]+={0,2})(?=\\s*(?:,|$))`, 'i').exec(challenges) ?? [];
  return token === undefined ? undefined : Buffer.from(token, 'base64');
}
