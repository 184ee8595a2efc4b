import type { Bounds } from './bounds';
import { Defragmenter } from './fragments';
import { EMPTY_GUID } from './guid';
import { decodeMessage, type Destination, type Message } from './messages';
import { protocolError } from './remoting-error';

export interface Received {
  readonly message: Message;
  readonly bytes: number;
}

/**
 * The streams of a pool and its pipelines. Fragments within a stream come in order. Host calls and their answers have a
 * stream of their own, so that they can overtake the others.
 */
export class Streams {
  readonly #destination: Destination;
  readonly #bounds: Pick<Bounds, 'maxMessageBytes'>;
  readonly #targets = new Map<string, Map<string, Defragmenter>>();

  constructor(destination: Destination, bounds: Pick<Bounds, 'maxMessageBytes'>) {
    this.#destination = destination;
    this.#bounds = bounds;
  }

  /**
   * Takes bytes for a target (a pipeline, or the empty GUID for the pool), and gives the messages that they complete.
   */
  receive(target: string, bytes: Uint8Array, stream: StreamName): Received[] {
    return this.#stream(target, stream)
      .push(bytes)
      .map((bytes) => {
        const message = decodeMessage(bytes, this.#destination);
        // A WSMan client may also answer a question of a pipeline on the stream of the shell.
        const isAnswer = this.#destination === 'server' && stream === 'PromptResponse';
        if (message.pipeline !== target && !(isAnswer && target === EMPTY_GUID)) {
          throw protocolError('a message came under another pipeline');
        }
        return { message, bytes: bytes.length };
      });
  }

  forget(target: string): void {
    this.#targets.delete(target);
  }

  #stream(target: string, name: StreamName): Defragmenter {
    const streams = this.#targets.get(target) ?? new Map<string, Defragmenter>();
    this.#targets.set(target, streams);
    const stream = streams.get(name) ?? new Defragmenter(this.#bounds);
    streams.set(name, stream);
    return stream;
  }
}

export type StreamName = 'Default' | 'PromptResponse';
