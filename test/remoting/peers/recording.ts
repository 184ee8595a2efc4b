import { DEFAULT_BOUNDS } from '../../../remoting/bounds';
import { deserialize } from '../../../remoting/clixml/deserialize';
import { Defragmenter } from '../../../remoting/fragments';
import { decodeMessage, type Destination, type Message } from '../../../remoting/messages';
import type { HostValue } from '../../../remoting/server/command-host';

/** One exchange of a recorded conversation over WSMan: SOAP envelopes. */
export interface Exchange {
  readonly request?: string;
  readonly response?: string | null;
}

/** Fragments as they went over the wire, in base64, of the pool (no stream) or a command. */
export interface RecordedData {
  readonly destination: Destination;
  readonly stream: string;
  readonly base64: string;
}

export interface RecordedMessage extends Message {
  readonly value: HostValue | undefined;
}

/** Elements of WS-Management that carry fragments, and the one that names the command of the first of them. */
const CARRIERS = /<(?:\w+:)?(?:CommandLine|creationXml|Arguments|Stream)\b([^>]*)>([^<]*)/g;

export function recordedData(conversation: readonly Exchange[]): RecordedData[] {
  return conversation.flatMap(({ request, response }) => [
    ...fromEnvelope(request ?? '', 'server'),
    ...fromEnvelope(response ?? '', 'client'),
  ]);
}

function fromEnvelope(envelope: string, destination: Destination): RecordedData[] {
  let stream = '';
  return [...envelope.matchAll(CARRIERS)].flatMap(([, attributes = '', text = '']) => {
    stream = /CommandId="([^"]*)"/.exec(attributes)?.[1] ?? stream;
    const base64 = text.trim();
    return base64 === '' ? [] : [{ destination, stream, base64 }];
  });
}

/** All messages of one direction, in order. */
export function messagesOf(data: readonly RecordedData[], destination: Destination): RecordedMessage[] {
  const streams = new Map<string, Defragmenter>();
  return data
    .filter((item) => item.destination === destination)
    .flatMap(({ stream, base64 }) => {
      const defragmenter = streams.get(stream) ?? new Defragmenter(DEFAULT_BOUNDS);
      streams.set(stream, defragmenter);
      return defragmenter.push(Buffer.from(base64, 'base64')).map((bytes) => {
        const message = decodeMessage(bytes, destination);
        return { ...message, value: read(message.data) };
      });
    });
}

function read(data: string): HostValue | undefined {
  return data === '' ? undefined : deserialize(data, { bounds: DEFAULT_BOUNDS }).value;
}
