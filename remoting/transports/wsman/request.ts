import { PROTOCOL_VERSION } from '../../capability';
import { ACTIONS, ANONYMOUS, NAMESPACES, type Operation } from './names';
import { markup, textElement } from './xml';

/** What the header of every request says. */
export interface RequestHead {
  readonly operation: Operation;
  readonly to: string;
  /** GUIDs. */
  readonly messageId: string;
  readonly sessionId: string;
  readonly shellResource: string;
  /** Left out in a Create. */
  readonly shellId?: string;
  readonly maxEnvelopeBytes: number;
  readonly operationTimeoutMs: number;
}

const MUST = { 's:mustUnderstand': 'true' };
const NEED_NOT = { 's:mustUnderstand': 'false' };
const ENGLISH = { ...NEED_NOT, 'xml:lang': 'en-US' };
const DECLARATIONS = Object.fromEntries(
  (['s', 'a', 'w', 'p', 'rsp'] as const).map((prefix) => [`xmlns:${prefix}`, NAMESPACES[prefix]]),
);

interface Option {
  readonly name: string;
  readonly value: string;
  readonly mustComply?: true;
}

/** MS-PSRP 3.1.5.3.1 for Create. The others are those of Windows' own client. */
const OPTIONS: { readonly [operation in Operation]?: Option } = {
  Create: { name: 'protocolversion', value: PROTOCOL_VERSION, mustComply: true },
  Command: { name: 'WINRS_SKIP_CMD_SHELL', value: 'False' },
  Receive: { name: 'WSMAN_CMDSHELL_OPTION_KEEPALIVE', value: 'True' },
};

/** A SOAP envelope (MS-WSMV 3.1.4.1); `body` is markup. */
export function envelope(head: RequestHead, body: string): string {
  const option = OPTIONS[head.operation];
  const header = [
    textElement('a:Action', ACTIONS[head.operation], MUST),
    markup('p:DataLocale', ENGLISH),
    markup('w:Locale', ENGLISH),
    textElement('w:MaxEnvelopeSize', String(head.maxEnvelopeBytes), MUST),
    textElement('a:MessageID', uuid(head.messageId)),
    textElement('w:OperationTimeout', duration(head.operationTimeoutMs)),
    markup('a:ReplyTo', {}, textElement('a:Address', ANONYMOUS, MUST)),
    textElement('w:ResourceURI', head.shellResource, MUST),
    textElement('p:SessionId', uuid(head.sessionId), NEED_NOT),
    textElement('a:To', head.to),
    option === undefined ? '' : markup('w:OptionSet', MUST, optionElement(option)),
    head.shellId === undefined ? '' : markup('w:SelectorSet', {}, selector(head.shellId)),
  ];
  return markup(
    's:Envelope',
    DECLARATIONS,
    markup('s:Header', {}, header.join('')) + markup('s:Body', {}, body),
  );
}

function optionElement({ name, value, mustComply }: Option): string {
  return textElement('w:Option', value, {
    ...(mustComply === undefined ? {} : { MustComply: 'true' }),
    Name: name,
  });
}

function selector(shellId: string): string {
  return textElement('w:Selector', shellId, { Name: 'ShellId' });
}

function uuid(guid: string): string {
  return `uuid:${guid.toUpperCase()}`;
}

/** xs:duration. */
export function duration(milliseconds: number): string {
  return `PT${milliseconds / 1000}S`;
}

/** MS-PSRP 3.1.5.3.1. */
export function shellBody(shellId: string, fragments: readonly Uint8Array[]): string {
  return markup(
    'rsp:Shell',
    { ShellId: shellId },
    textElement('rsp:InputStreams', 'stdin pr') +
      textElement('rsp:OutputStreams', 'stdout') +
      textElement('creationXml', base64(fragments), { xmlns: NAMESPACES.ps }),
  );
}

/** MS-PSRP 3.1.5.3.3: the command carries the first fragment of the pipeline. */
export function commandBody(commandId: string, fragments: readonly Uint8Array[]): string {
  return markup(
    'rsp:CommandLine',
    { CommandId: commandId },
    markup('rsp:Command') + textElement('rsp:Arguments', base64(fragments)),
  );
}

/** Input streams of a shell, as Create declares them: input, and answers to questions. */
export type InputStream = 'stdin' | 'pr';

/** MS-PSRP 3.1.5.3.5. Without a command it is for the pool. */
export function sendBody(
  commandId: string | undefined,
  fragments: readonly Uint8Array[],
  name: InputStream = 'stdin',
): string {
  const stream = { Name: name, ...ofCommand(commandId) };
  return markup('rsp:Send', {}, textElement('rsp:Stream', base64(fragments), stream));
}

/** MS-PSRP 3.1.5.3.7. */
export function receiveBody(commandId: string | undefined): string {
  return markup('rsp:Receive', {}, textElement('rsp:DesiredStream', 'stdout', ofCommand(commandId)));
}

export function signalBody(commandId: string, code: string): string {
  return markup('rsp:Signal', ofCommand(commandId), textElement('rsp:Code', code));
}

function ofCommand(commandId: string | undefined): { readonly [name: string]: string } {
  return commandId === undefined ? {} : { CommandId: commandId };
}

function base64(fragments: readonly Uint8Array[]): string {
  return Buffer.concat(fragments).toString('base64');
}
