import { decodeBase64 } from '../../base64';
import type { Bounds } from '../../bounds';
import { protocolError } from '../../remoting-error';
import { ACTIONS, COMMAND_DONE, FAULT_ACTION, NAMESPACES, type Operation } from './names';
import { child, childrenOf, parseXml, type XmlElement } from './xml';

const { s, a, w, x, rsp, f } = NAMESPACES;
const utf8 = new TextDecoder('utf-8', { fatal: true });
const utf16 = new TextDecoder('utf-16le', { fatal: true });
const FAULT_ACTIONS = new Set([FAULT_ACTION, `${a}/fault`, `${x}/fault`]);

/** Why a server refused an operation (MS-WSMV 2.2.4.43). */
export interface Fault {
  /** Who is at fault: `Sender` or `Receiver`. */
  readonly code: string;
  /** Local name of the subcode, for example `TimedOut`. Empty where there is none. */
  readonly subcode: string;
  /** Windows' error code. Left out where there is none. */
  readonly windowsCode?: number;
  readonly message: string;
}

/** The body of an answer, or a fault. */
export type Response =
  { readonly kind: 'body'; readonly body: XmlElement } | { readonly kind: 'fault'; readonly fault: Fault };

/** Reads the answer to `operation`. Refuses anything else as `protocol` or `too-large`. */
export function readResponse(
  bytes: Uint8Array,
  operation: Operation,
  bounds: Pick<Bounds, 'maxDepth' | 'maxValues'>,
): Response {
  const root = parseXml(decode(bytes), bounds);
  const header = child(root, s, 'Header');
  const body = child(root, s, 'Body');
  if (root.name !== `{${s}}Envelope` || header === undefined || body === undefined) {
    throw protocolError('the answer is no SOAP envelope');
  }
  const fault = child(body, s, 'Fault');
  const action = child(header, a, 'Action')?.text.trim() ?? '';
  if (fault !== undefined && FAULT_ACTIONS.has(action)) return { kind: 'fault', fault: readFault(fault) };
  if (action !== `${ACTIONS[operation]}Response`) {
    throw protocolError(`the answer to ${operation} says that it is something else`);
  }
  return { kind: 'body', body };
}

/** Decodes UTF-8; or UTF-16 where a byte order mark says so, as Windows may send it (MS-WSMV 2.2.1). */
function decode(bytes: Uint8Array): string {
  try {
    return (bytes[0] === 0xff && bytes[1] === 0xfe ? utf16 : utf8).decode(bytes);
  } catch (error) {
    throw protocolError('the answer is neither UTF-8 nor UTF-16', error);
  }
}

function readFault(fault: XmlElement): Fault {
  const code = child(fault, s, 'Code');
  const windows = child(child(fault, s, 'Detail'), f, 'WSManFault');
  const number = Number(windows?.attributes.get('Code'));
  const message =
    deepText(child(windows, f, 'Message')) || (child(child(fault, s, 'Reason'), s, 'Text')?.text ?? '');
  return {
    code: localName(child(code, s, 'Value')?.text),
    subcode: localName(child(child(code, s, 'Subcode'), s, 'Value')?.text),
    ...(windows !== undefined && Number.isInteger(number) ? { windowsCode: number } : {}),
    message: message.trim().slice(0, 2000),
  };
}

/** The message of a fault that comes from a provider is further down (f:ProviderFault). */
function deepText(element: XmlElement | undefined): string {
  return element === undefined ? '' : element.text.trim() || element.children.map(deepText).join(' ').trim();
}

function localName(qualified: string | undefined): string {
  return qualified?.trim().replace(/^.*:/, '') ?? '';
}

/** The ShellId of a CreateResponse. */
export function createdShell(body: XmlElement): string {
  const parameters = child(child(body, x, 'ResourceCreated'), a, 'ReferenceParameters');
  const selectors = childrenOf(child(parameters, w, 'SelectorSet'), w, 'Selector');
  const shellId = selectors.find(({ attributes }) => attributes.get('Name') === 'ShellId')?.text.trim();
  if (shellId === undefined || shellId === '') throw protocolError('the server names no shell');
  return shellId;
}

/** The CommandId of a CommandResponse. PowerShell 2 chooses it itself. */
export function startedCommand(body: XmlElement): string {
  const commandId = child(child(body, rsp, 'CommandResponse'), rsp, 'CommandId')?.text.trim();
  if (commandId === undefined || commandId === '') throw protocolError('the server names no command');
  return commandId;
}

export interface Received {
  /** Fragments in their order. */
  readonly data: readonly Buffer[];
  /** True where the command has ended, and nothing more will come. */
  readonly done: boolean;
}

/** Streams and state in a ReceiveResponse, for a command, or for the pool where `commandId` is `undefined`. */
export function readReceived(body: XmlElement, commandId: string | undefined): Received {
  const received = child(body, rsp, 'ReceiveResponse');
  if (received === undefined) throw protocolError('the answer to Receive is empty');
  const isOurs = ({ attributes }: XmlElement): boolean =>
    attributes.get('CommandId')?.toUpperCase() === commandId?.toUpperCase();
  const streams = childrenOf(received, rsp, 'Stream');
  const states = childrenOf(received, rsp, 'CommandState');
  if (!streams.every(isOurs) || !states.every(isOurs)) {
    throw protocolError('the answer to Receive is for another command');
  }
  return {
    data: streams
      .filter(({ attributes }) => attributes.get('Name') === 'stdout')
      .map(({ text }) => streamBytes(text)),
    done: states.some(({ attributes }) => attributes.get('State') === COMMAND_DONE),
  };
}

/** @throws RemotingError `protocol` */
export function streamBytes(text: string): Buffer {
  const bytes = decodeBase64(text) ?? decodeBase64(text.replace(/\s+/g, ''));
  if (bytes === undefined) throw protocolError('a stream holds no base64');
  return bytes;
}
