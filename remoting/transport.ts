import type { Readable, Writable } from 'node:stream';
import type { Bounds } from './bounds';
import type { Reached, RemotingError, RemotingFacts } from './remoting-error';
import type { StreamName } from './streams';

/**
 * Carries the fragments of one runspace pool: as lines over a byte stream, or (WSMan) in operations of shells and
 * commands. A promise that rejects does so with a `RemotingError`. After `onFailure` nothing can be sent any more.
 */
export interface Carrier {
  /** Bytes of the largest fragment, header included. May change: read it before each message. Left out: no limit. */
  readonly maxFragmentBytes?: number;
  /** Opens the shell of a pool with its first fragments. Events may come before the promise resolves. */
  open(pool: string, fragments: readonly Buffer[], events: CarrierEvents): Promise<void>;
  /**
   * Starts a pipeline. `onLastSent` is called right before the last fragment is handed over: until then nothing ran. An
   * error whose facts say `noEffect` means that the peer certainly did not take the pipeline. The carrier may still be
   * usable then.
   */
  start(pipeline: string, fragments: readonly Buffer[], onLastSent: () => void): Promise<void>;
  /** Sends fragments to the pool. */
  send(fragments: readonly Buffer[]): Promise<void>;
  /** Sends the answer to a question of a running pipeline, on the stream that overtakes its input. */
  answer(pipeline: string, fragments: readonly Buffer[]): Promise<void>;
  /** Stops a pipeline. Resolves when the peer has confirmed the stop. */
  stop(pipeline: string): Promise<void>;
  /** Releases a pipeline, which may still run. Fragments of it that were not sent yet are never sent. */
  finish(pipeline: string): Promise<void>;
  /** Closes the shell and the connection. Never rejects. */
  close(): Promise<void>;
  /** Says whether anybody waits for a message of the pool. A carrier that must poll for messages polls only then. */
  awaitPool?(waits: boolean): void;
  /** Called once, when the peer has told its protocol version. */
  onProtocolVersion?(protocolVersion: string): void;
  /** What the program there has written so far beside the protocol. Left out where no program is seen. */
  programOutput?(): ProgramOutput;
}

export type ProgramOutput = Pick<RemotingFacts, 'stderr' | 'output'>;

export interface CarrierEvents {
  /** Bytes of fragments for the pool (the empty GUID) or a pipeline. */
  onData(target: string, bytes: Uint8Array, stream: StreamName): void;
  /** Called once, when nothing more will come. Not called after `close`. */
  onFailure(error: RemotingError): void;
}

export interface CarrierOptions {
  readonly bounds: Bounds;
  /** Milliseconds in which the peer must acknowledge what was sent. */
  readonly ackTimeoutMs: number;
  /** When the session must be open: milliseconds on the clock of `performance.now()`. */
  readonly openBy: number;
  /** Called by the transport and its carrier when the opening has come so far. */
  readonly onReached: (reached: Reached) => void;
}

/** A way to reach a peer. It holds its own options, credentials and addresses. */
export interface Transport {
  /** Connects. Rejects with a `RemotingError`, and where `signal` is aborted. */
  connect(options: CarrierOptions, signal: AbortSignal): Promise<Carrier>;
}

/** A duplex stream of bytes to a peer. */
export interface ByteChannel {
  readonly readable: Readable;
  readonly writable: Writable;
  /** Resolves once, when the peer is gone, with what is known about the cause. */
  readonly ended: Promise<RemotingFacts>;
  /** The end of what the peer has written so far beside the stream. Left out where it cannot write there. */
  readonly stderr?: () => string;
  /** Ends the channel at once. */
  destroy(): void;
}
