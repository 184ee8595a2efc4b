/** How much a peer may make us hold. Past a bound the peer is refused with an error of kind `too-large`. */
export interface Bounds {
  /** Bytes of one line of the out-of-process protocol. */
  readonly maxLineBytes: number;
  /** Bytes of one message, all its fragments together. */
  readonly maxMessageBytes: number;
  /** Bytes of all messages of one call. */
  readonly maxCallBytes: number;
  /** Nested elements in a message. */
  readonly maxDepth: number;
  /** Values in a message, those behind references counted as often as they are referred to. */
  readonly maxValues: number;
  /** Values in all messages of one call, counted in the same way. */
  readonly maxCallValues: number;
  /** Pipelines that a client may have open at once on our server, queued ones included. */
  readonly maxPipelines: number;
}

export const DEFAULT_BOUNDS: Bounds = {
  maxLineBytes: 1 << 20,
  maxMessageBytes: 32 << 20,
  maxCallBytes: 256 << 20,
  maxDepth: 100,
  maxValues: 1_000_000,
  maxCallValues: 2_000_000,
  maxPipelines: 100,
};
