import type { Readable, Writable } from 'node:stream';
import type { Bounds } from './bounds';
import type { Reached, RemotingError, RemotingFacts } from './remoting-error';
import type { StreamName } from './streams';

/**
 * What carries the fragments of one runspace pool: lines over a byte stream, or (for WSMan) shell and command
 * operations. Every promise rejects with a `RemotingError`; after `onFailure` nothing can be sent any more.
 */
export interface Carrier {
  /** Bytes of the largest fragment that it takes, header included; read before each message. Left out: any. */
  readonly maxFragmentBytes?: number;
  /** Opens the shell of a pool with the first fragments. Events may come before the promise resolves. */
  open(pool: string, fragments: readonly Buffer[], events: CarrierEvents): Promise<void>;
  /**
   * Starts a pipeline. `onLastSent` is called right before the last fragment is handed over: before, nothing ran.
   * An error whose facts say `noEffect` means that the peer certainly did not take the pipeline; the carrier may
   * still be of use then.
   */
  start(pipeline: string, fragments: readonly Buffer[], onLastSent: () => void): Promise<void>;
  /** Sends fragments to the pool. */
  send(fragments: readonly Buffer[]): Promise<void>;
  /** Sends the answer to a question of a running pipeline, on the stream that overtakes its input. */
  answer(pipeline: string, fragments: readonly Buffer[]): Promise<void>;
  /** Stops a pipeline; resolves when the peer has confirmed. */
  stop(pipeline: string): Promise<void>;
  /** Lets go of a pipeline, ended or not. What was not sent of it is not sent any more. */
  finish(pipeline: string): Promise<void>;
  /** Closes the shell and what lies below. Never rejects. */
  close(): Promise<void>;
  /** Says whether a message of the pool is waited for. A carrier that has to ask for messages asks only then. */
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
  /** Once, when nothing more will come. Not called after `close`. */
  onFailure(error: RemotingError): void;
}

export interface CarrierOptions {
  readonly bounds: Bounds;
  /** Milliseconds in which the peer must acknowledge what was sent. */
  readonly ackTimeoutMs: number;
  /** When the session must be open: milliseconds on the clock of `performance.now()`. */
  readonly openBy: number;
  /** Told by the transport and its carrier when the opening has come so far. */
  readonly onReached: (reached: Reached) => void;
}

/** A way to a peer. Options, credentials and addresses are its own. */
export interface Transport {
  /** Connects. Rejects with a `RemotingError`, also where `signal` is aborted. */
  connect(options: CarrierOptions, signal: AbortSignal): Promise<Carrier>;
}

/** A two-way stream of bytes to a peer, and how it ended. */
export interface ByteChannel {
  readonly readable: Readable;
  readonly writable: Writable;
  /** Resolves once, when the other side is gone, with what is known of why. */
  readonly ended: Promise<RemotingFacts>;
  /** The last of what it has written beside the stream so far; left out where there is no such place. */
  readonly stderr?: () => string;
  /** Ends it at once. */
  destroy(): void;
}
