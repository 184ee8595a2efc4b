import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { answer, readRequest } from '../../../lab/wsman/envelope';
import { DEFAULT_BOUNDS } from '../../../remoting/bounds';
import { deserialize } from '../../../remoting/clixml/deserialize';
import { MESSAGE_TYPES } from '../../../remoting/messages';
import { CONTENT_TYPE, NAMESPACES, TERMINATE_SIGNAL } from '../../../remoting/transports/wsman/names';
import { markup, parseXml, type XmlElement } from '../../../remoting/transports/wsman/xml';
import { certificate } from './lab';

/** One exchange of a recorded conversation. */
export interface RecordedExchange {
  readonly request: string;
  readonly response: string | null;
}

/** An element in a form in which two requests of the same meaning are equal. */
export type Meaning = readonly [
  name: string,
  attributes: Readonly<Record<string, string>>,
  content: string | readonly unknown[],
];

const { s, a, p } = NAMESPACES;
/** Chosen anew for each request or session, or an address. */
const CHANGING = new Set([`{${a}}MessageID`, `{${p}}SessionId`, `{${a}}To`]);
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const BASE64 = /^[A-Za-z0-9+/]{28,}={0,2}$/;
const TYPES = new Map<number, string>(Object.entries(MESSAGE_TYPES).map(([name, type]) => [type, name]));
const FRAGMENT_HEADER = 21;
const MESSAGE_HEADER = 40;

export function operationOf(request: string): string {
  return /\/(\w+)<\/[\w:]*Action>/.exec(request)?.[1] ?? '';
}

/** What a request means: ids by the order in which they come up, header in any order, fragments by their messages. */
function meaningOf(request: string, ids: Map<string, string>): Meaning {
  const nameOf = (id: string): string => {
    const key = id.toUpperCase();
    const known = ids.get(key) ?? `id ${ids.size + 1}`;
    ids.set(key, known);
    return known;
  };
  const meaning = (element: XmlElement): Meaning => {
    const attributes = Object.fromEntries(
      [...element.attributes].sort().map(([name, value]) => [name, GUID.test(value) ? nameOf(value) : value]),
    );
    const children = element.children.map(meaning);
    if (element.name === `{${s}}Header`) children.sort(([left], [right]) => (left < right ? -1 : 1));
    return [element.name, attributes, children.length > 0 ? children : textOf(element)];
  };
  const textOf = ({ name, text }: XmlElement): string | readonly unknown[] => {
    const trimmed = text.trim();
    if (CHANGING.has(name)) return '*';
    if (GUID.test(trimmed)) return nameOf(trimmed);
    return BASE64.test(trimmed) ? fragmentsOf(Buffer.from(trimmed, 'base64')) : trimmed;
  };
  return meaning(parseXml(request, DEFAULT_BOUNDS));
}

/** Messages whose whole content must be the same; of the others the caller chooses what is in them. */
const COMPARED = new Set(['SESSION_CAPABILITY', 'INIT_RUNSPACEPOOL', 'GET_AVAILABLE_RUNSPACES']);

function fragmentsOf(bytes: Buffer): readonly unknown[] {
  const fragments: unknown[] = [];
  for (let at = 0; at < bytes.length;) {
    const flags = bytes.readUInt8(at + 16);
    const length = bytes.readUInt32BE(at + 17);
    const data = bytes.subarray(at + FRAGMENT_HEADER, at + FRAGMENT_HEADER + length);
    const type = (flags & 1) === 1 ? TYPES.get(data.readUInt32LE(4)) : undefined;
    fragments.push({
      object: String(bytes.readBigUInt64BE(at)),
      fragment: String(bytes.readBigUInt64BE(at + 8)),
      flags,
      ...(type === undefined ? {} : { type, destination: data.readUInt32LE(0) }),
      ...(type !== undefined && COMPARED.has(type)
        ? { value: deserialize(data.toString('utf8', MESSAGE_HEADER), { bounds: DEFAULT_BOUNDS }).value }
        : {}),
    });
    at += FRAGMENT_HEADER + length;
  }
  return fragments;
}

export interface Replay {
  readonly url: string;
  readonly caFile: string;
  /** Requests of ours beside those of the recording, as far as the conversation came. */
  readonly pairs: readonly { readonly ours: Meaning; readonly theirs: Meaning }[];
  /** Recorded exchanges that nobody asked for. */
  left(): number;
  stop(): Promise<void>;
}

/**
 * A server that gives the recorded answers in their order. A Receive of ours where the recording goes on with
 * something else is left without an answer: the recorded client did not ask at that moment. A signal that lets go of an
 * ended command is answered beside the recording: the recorded client sent none, and had few commands.
 */
export async function startReplay(conversation: readonly RecordedExchange[]): Promise<Replay> {
  const { cert, key, caFile } = certificate();
  const waiting = [...conversation];
  const pairs: { ours: Meaning; theirs: Meaning }[] = [];
  const [ourIds, theirIds] = [new Map<string, string>(), new Map<string, string>()];
  const ids: Ids = { text: new Map(), bytes: new Map() };
  const server = createServer({ cert, key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const ours = Buffer.concat(chunks).toString('utf8');
      const [next] = waiting;
      if (next === undefined || operationOf(next.request) !== operationOf(ours)) {
        if (operationOf(ours) === 'Receive') return;
        if (ours.includes(TERMINATE_SIGNAL)) {
          response.writeHead(200, { 'Content-Type': CONTENT_TYPE });
          response.end(answer(readRequest(ours), markup('rsp:SignalResponse')));
          return;
        }
        pairs.push({ ours: meaningOf(ours, ourIds), theirs: ['nothing', {}, ''] });
        request.socket.destroy();
        return;
      }
      waiting.shift();
      pairs.push({ ours: meaningOf(ours, ourIds), theirs: meaningOf(next.request, theirIds) });
      learn(ids, next.request, ours);
      const recorded = translated(next.response ?? '', ids);
      response.writeHead(/:Fault>/.test(recorded) ? 500 : 200, { 'Content-Type': CONTENT_TYPE });
      response.end(recorded);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}/wsman`,
    caFile,
    pairs,
    left: () => waiting.length,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Ids that a request brings up, theirs to ours: around the messages as text, in them as bytes. */
function learn({ text, bytes }: Ids, theirs: string, ours: string): void {
  const [theirText, ourText] = [textIds(theirs), textIds(ours)];
  theirText.forEach((id, index) => text.set(id, ourText[index] ?? id));
  const [theirBytes, ourBytes] = [bytesOfIds(theirs), bytesOfIds(ours)];
  theirBytes.forEach((id, index) => bytes.set(id, ourBytes[index] ?? id));
}

function textIds(request: string): readonly string[] {
  return [...request.matchAll(/(?:Shell ShellId|CommandLine CommandId)="([^"]*)"/g)].map(([, id]) =>
    (id ?? '').toUpperCase(),
  );
}

/** Of the pool and the pipeline, in the first message of a request, in hexadecimal. */
function bytesOfIds(request: string): readonly string[] {
  const base64 = />([A-Za-z0-9+/]{80,}={0,2})</.exec(request)?.[1];
  if (base64 === undefined) return [];
  const data = Buffer.from(base64, 'base64').subarray(FRAGMENT_HEADER);
  return [data.toString('hex', 8, 24), data.toString('hex', 24, 40)];
}

interface Ids {
  readonly text: Map<string, string>;
  readonly bytes: Map<string, string>;
}

/** An answer with our ids in place of theirs. */
function translated(response: string, { text, bytes }: Ids): string {
  const inFragments = response.replace(/(<rsp:Stream[^>]*>)([^<]+)/g, (_all, tag: string, base64: string) => {
    let hex = Buffer.from(base64, 'base64').toString('hex');
    for (const [theirs, ours] of bytes) hex = hex.replaceAll(theirs, ours);
    return tag + Buffer.from(hex, 'hex').toString('base64');
  });
  return inFragments.replace(
    /[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}/gi,
    (id) => text.get(id.toUpperCase()) ?? id,
  );
}
