import type { RemotingError } from '../../../remoting/remoting-error';

/** What a look at a place showed. */
export type Sight =
  /** There was no connection. */
  | { readonly kind: 'nothing'; readonly why: string }
  /** There was a connection, and nothing was sent within the time. */
  | { readonly kind: 'silence' }
  /** The connection ended before an answer. */
  | { readonly kind: 'cut'; readonly why: string }
  /** Another protocol was spoken. */
  | { readonly kind: 'stranger'; readonly why: string }
  /** The TLS handshake failed. */
  | { readonly kind: 'no-tls'; readonly error: RemotingError }
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** The schemes in `WWW-Authenticate`, in lower case. */
      readonly schemes: readonly string[];
      /** Empty where the answer has none. */
      readonly location: string;
      /** Why the certificate would not be accepted. Left out where it would be, and without TLS. */
      readonly distrust?: RemotingError;
    }
  | { readonly kind: 'ssh'; readonly software: string };
