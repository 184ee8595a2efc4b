/** How much memory a peer may make us use. A peer that exceeds a bound is refused with an error of kind `too-large`. */
export interface Bounds {
  /** Bytes of one line of the out-of-process protocol. */
  readonly maxLineBytes: number;
  /** Bytes of one message, with all of its fragments. */
  readonly maxMessageBytes: number;
  /** Bytes of all messages of one call. */
  readonly maxCallBytes: number;
  /** How deep the elements of a message may be nested. */
  readonly maxDepth: number;
  /** Values in a message. A value counts once for each reference to it. */
  readonly maxValues: number;
  /** Values in all messages of one call, counted like those of a message. */
  readonly maxCallValues: number;
  /** Pipelines that a client may have open on our server at once, those in the queue included. */
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
