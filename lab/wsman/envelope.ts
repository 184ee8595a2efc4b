import { randomUUID } from 'node:crypto';
import { DEFAULT_BOUNDS } from '../../remoting/bounds';
import {
  ACTIONS,
  ANONYMOUS,
  FAULT_ACTION,
  NAMESPACES,
  type Operation,
} from '../../remoting/transports/wsman/names';
import {
  child,
  childrenOf,
  markup,
  parseXml,
  textElement,
  type XmlElement,
} from '../../remoting/transports/wsman/xml';
import { Refusal, refusals } from './refusal';

const { s, a, w, rsp } = NAMESPACES;

/** A parsed request. */
export interface Request {
  readonly operation: Operation;
  readonly messageId: string;
  readonly to: string;
  readonly resource: string;
  /** Left out where the request has no such selector. */
  readonly shellId?: string;
  readonly maxEnvelopeBytes: number;
  readonly operationTimeoutMs: number;
  readonly body: XmlElement;
}

const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.entries(ACTIONS).map(([name, action]) => [action, name as Operation]),
);
/** WinRM's default where the request gives no timeout. */
const DEFAULT_TIMEOUT_MS = 60_000;
const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** @throws Refusal; RemotingError where the text is not XML that the lab accepts */
export function readRequest(text: string): Request {
  const root = parseXml(text, DEFAULT_BOUNDS);
  const header = child(root, s, 'Header');
  const body = child(root, s, 'Body');
  const operation = OPERATIONS.get(child(header, a, 'Action')?.text.trim() ?? '');
  if (root.name !== `{${s}}Envelope` || header === undefined || body === undefined) {
    throw refusals.invalid('The request is no SOAP envelope.');
  }
  if (operation === undefined) {
    throw new Refusal('Sender', 'ActionNotSupported', 'The action is not supported.');
  }
  const text_ = (namespace: string, name: string): string =>
    child(header, namespace, name)?.text.trim() ?? '';
  const shellId = childrenOf(child(header, w, 'SelectorSet'), w, 'Selector')
    .find(({ attributes }) => attributes.get('Name') === 'ShellId')
    ?.text.trim();
  return {
    operation,
    messageId: text_(a, 'MessageID'),
    to: text_(a, 'To'),
    resource: text_(w, 'ResourceURI'),
    ...(shellId === undefined ? {} : { shellId }),
    maxEnvelopeBytes: Number(text_(w, 'MaxEnvelopeSize')) || 153_600,
    operationTimeoutMs: milliseconds(text_(w, 'OperationTimeout')),
    body,
  };
}

function milliseconds(duration: string): number {
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = DURATION.exec(duration) ?? [];
  const total = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return total > 0 ? total * 1000 : DEFAULT_TIMEOUT_MS;
}

export function answer(request: Request, body: string): string {
  return envelope(`${ACTIONS[request.operation]}Response`, request.messageId, body);
}

export function fault(messageId: string, refusal: Refusal): string {
  const { code, subcode, windowsCode, message } = refusal;
  const prefix = subcode === 'DestinationUnreachable' || subcode === 'ActionNotSupported' ? 'a' : 'w';
  const detail =
    windowsCode === undefined
      ? ''
      : markup(
          'f:WSManFault',
          { 'xmlns:f': NAMESPACES.f, Code: String(windowsCode), Machine: 'lab' },
          textElement('f:Message', message),
        );
  const body = markup(
    's:Fault',
    {},
    markup(
      's:Code',
      {},
      textElement('s:Value', `s:${code}`) +
        markup('s:Subcode', {}, textElement('s:Value', `${prefix}:${subcode}`)),
    ) +
      markup('s:Reason', {}, textElement('s:Text', message, { 'xml:lang': 'en-US' })) +
      markup('s:Detail', {}, detail),
  );
  return envelope(FAULT_ACTION, messageId, body);
}

function envelope(action: string, relatesTo: string, body: string): string {
  const header =
    textElement('a:Action', action) +
    textElement('a:MessageID', `uuid:${randomUUID().toUpperCase()}`) +
    textElement('a:To', ANONYMOUS) +
    textElement('a:RelatesTo', relatesTo);
  return markup(
    's:Envelope',
    {
      'xml:lang': 'en-US',
      ...Object.fromEntries(
        (['s', 'a', 'x', 'w', 'rsp', 'p', 'cfg'] as const).map((prefix) => [
          `xmlns:${prefix}`,
          NAMESPACES[prefix],
        ]),
      ),
    },
    markup('s:Header', {}, header) + markup('s:Body', {}, body),
  );
}

/** A child of the body in the namespace of shells. @throws Refusal where it is missing */
export function part(body: XmlElement, name: string): XmlElement {
  const found = child(body, rsp, name);
  if (found === undefined) throw refusals.invalid(`The body holds no ${name}.`);
  return found;
}
