import type { RemotingError } from '../../../remoting/remoting-error';

/** What a look at a place showed. */
export type Sight =
  /** No connection came about. */
  | { readonly kind: 'nothing'; readonly why: string }
  /** A connection, and no word within the time. */
  | { readonly kind: 'silence' }
  /** The connection ended before an answer. */
  | { readonly kind: 'cut'; readonly why: string }
  /** Words of another protocol. */
  | { readonly kind: 'stranger'; readonly why: string }
  /** No TLS came about. */
  | { readonly kind: 'no-tls'; readonly error: RemotingError }
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Of `WWW-Authenticate`, in lower case. */
      readonly schemes: readonly string[];
      /** Empty where there is none. */
      readonly location: string;
      /** Why the certificate would not be accepted; left out where it would, and without TLS. */
      readonly distrust?: RemotingError;
    }
  | { readonly kind: 'ssh'; readonly software: string };
