import { DEFAULT_BOUNDS, type Bounds } from './bounds';
import { RemotingError } from './remoting-error';

export interface SessionOptions {
  /**
   * Calls that run at once; further ones wait for their turn.
   *
   * @default 1
   */
  readonly runspaces?: number;
  /**
   * Milliseconds in which the session must be open, connecting and authenticating included.
   *
   * @default 60000
   */
  readonly openTimeoutMs?: number;
  /**
   * Milliseconds after which a call is stopped. The wait for its turn counts as well.
   *
   * @default 900000
   */
  readonly callTimeoutMs?: number;
  /**
   * Milliseconds that a stopped call gets to confirm its end. After that its outcome is given without one.
   *
   * @default 5000
   */
  readonly stopTimeoutMs?: number;
  /**
   * Milliseconds in which the peer must acknowledge what it was sent; after that the session is given up.
   *
   * @default 60000
   */
  readonly ackTimeoutMs?: number;
  /**
   * Bytes of a fragment, header included.
   *
   * @default the transport's largest, or 32768 where the transport has no limit
   */
  readonly maxFragmentBytes?: number;
  /** @default DEFAULT_BOUNDS */
  readonly bounds?: Partial<Bounds>;
  /** Gives up opening. */
  readonly signal?: AbortSignal;
}

/** The options of a session with their defaults filled in. */
export type SessionSettings = Required<Omit<SessionOptions, 'signal' | 'bounds' | 'maxFragmentBytes'>> & {
  readonly bounds: Bounds;
  /** `undefined`: whatever the transport takes. */
  readonly maxFragmentBytes: number | undefined;
};

const MIN_FRAGMENT_BYTES = 256;

/** @throws RemotingError `usage` where an option is out of its range */
export function settingsFrom(options: SessionOptions): SessionSettings {
  const { runspaces = 1, maxFragmentBytes } = options;
  if (!isWholeFrom(1, runspaces)) {
    throw new RemotingError('usage', 'runspaces must be a whole number from 1');
  }
  if (maxFragmentBytes !== undefined && !isWholeFrom(MIN_FRAGMENT_BYTES, maxFragmentBytes)) {
    throw new RemotingError('usage', `maxFragmentBytes must be a whole number from ${MIN_FRAGMENT_BYTES}`);
  }
  return {
    runspaces,
    openTimeoutMs: options.openTimeoutMs ?? 60_000,
    callTimeoutMs: options.callTimeoutMs ?? 900_000,
    stopTimeoutMs: options.stopTimeoutMs ?? 5_000,
    ackTimeoutMs: options.ackTimeoutMs ?? 60_000,
    maxFragmentBytes,
    bounds: { ...DEFAULT_BOUNDS, ...options.bounds },
  };
}

function isWholeFrom(least: number, value: number): boolean {
  return Number.isInteger(value) && value >= least;
}
