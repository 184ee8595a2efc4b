import { randomUUID } from 'node:crypto';
import { EMPTY_GUID } from '../../remoting/guid';
import { RemotingError } from '../../remoting/remoting-error';
import type { CommandHost } from '../../remoting/server/command-host';
import {
  COMMAND_DONE,
  EXCHANGE_SHELL,
  NAMESPACES,
  STOP_SIGNAL,
  TERMINATE_SIGNAL,
} from '../../remoting/transports/wsman/names';
import { streamBytes } from '../../remoting/transports/wsman/response';
import { child, markup, textElement } from '../../remoting/transports/wsman/xml';
import { answer, fault, part, readRequest, type Request } from './envelope';
import { Refusal, refusals } from './refusal';
import { Shell } from './shell';

/** The client that opens a shell. */
export interface WsmanClient {
  readonly user: string;
  /** The query of the address, without its question mark: PowerShell's options for the session. */
  readonly query: string;
  /** Breaks the connection without an answer. */
  readonly drop: () => void;
}

export interface ServiceOptions {
  /** Makes the host that runs the commands of a new shell. */
  readonly host: (client: WsmanClient) => CommandHost;
  /** @default Exchange's */
  readonly shellResource?: string;
  /** @default 512000 */
  readonly maxEnvelopeBytes?: number;
  /** @default 18, as Exchange's default throttling policy */
  readonly shellsPerUser?: number;
  /**
   * The most commands that a shell keeps until the client deletes them. @default 1000, as
   * `MaxConcurrentCommandsPerShell`
   */
  readonly commandsPerShell?: number;
  /** Milliseconds without a request after which a shell ends. @default 900000 */
  readonly idleTimeoutMs?: number;
}

/** The reply to send; `dropped` where the connection must break instead. */
export type Reply =
  { readonly kind: 'answer'; readonly status: number; readonly text: string } | { readonly kind: 'dropped' };

const CONFIG = NAMESPACES.cfg;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** The room that the head of an answer needs. */
const HEAD_CHARACTERS = 2_000;
const FRAGMENT_BYTES = 32_768;

/** A WS-Management service that only has shells (MS-WSMV 3.1, MS-PSRP 3.2.5.3), without I/O of its own. */
export class WsmanService {
  readonly #options: Required<ServiceOptions>;
  readonly #shells = new Map<string, Shell>();
  readonly #dropped = new WeakSet<Shell>();

  constructor(options: ServiceOptions) {
    this.#options = {
      shellResource: EXCHANGE_SHELL,
      maxEnvelopeBytes: 512_000,
      shellsPerUser: 18,
      commandsPerShell: 1_000,
      idleTimeoutMs: 900_000,
      ...options,
    };
  }

  get maxEnvelopeBytes(): number {
    return this.#options.maxEnvelopeBytes;
  }

  /** The number of open shells. */
  get shells(): number {
    this.#dropIdle();
    return this.#shells.size;
  }

  /** The number of commands that the open shells keep. */
  get commands(): number {
    return [...this.#shells.values()].reduce((sum, { commands }) => sum + commands, 0);
  }

  /** Ends every shell without telling its client, as a recycled application pool does. */
  async endShells(): Promise<void> {
    const shells = [...this.#shells.values()];
    this.#shells.clear();
    await Promise.all(shells.map((shell) => shell.close()));
  }

  /**
   * Answers one request of an authenticated user.
   *
   * @param query of the address, without its question mark
   * @param signal is aborted where the client went away
   */
  async handle(user: string, query: string, text: string, signal: AbortSignal): Promise<Reply> {
    let messageId = '';
    let shell: Shell | undefined;
    try {
      const request = readRequest(text);
      messageId = request.messageId;
      this.#dropIdle();
      shell = request.operation === 'Create' ? undefined : this.#find(request, user);
      const body = await this.#perform(request, { user, query }, shell, signal);
      if (shell !== undefined && this.#dropped.has(shell)) return { kind: 'dropped' };
      return { kind: 'answer', status: 200, text: answer(request, body) };
    } catch (error) {
      if (shell !== undefined && this.#dropped.has(shell)) return { kind: 'dropped' };
      return { kind: 'answer', status: 500, text: fault(messageId, asRefusal(error)) };
    }
  }

  #dropIdle(): void {
    const oldest = Date.now() - this.#options.idleTimeoutMs;
    for (const [id, shell] of this.#shells) {
      if (shell.lastUsed >= oldest) continue;
      this.#shells.delete(id);
      void shell.close();
    }
  }

  #find(request: Request, user: string): Shell | undefined {
    if (request.resource === CONFIG) return undefined;
    if (request.resource.toLowerCase() !== this.#options.shellResource.toLowerCase()) {
      throw refusals.unknownResource(request.resource);
    }
    const shell = this.#shells.get(request.shellId?.toUpperCase() ?? '');
    if (shell === undefined) throw refusals.noSuchShell();
    if (shell.owner !== user) throw refusals.accessDenied();
    shell.lastUsed = Date.now();
    return shell;
  }

  async #perform(
    request: Request,
    client: Omit<WsmanClient, 'drop'>,
    shell: Shell | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    if (request.operation === 'Create') return this.#create(request, client);
    if (shell === undefined) {
      if (request.operation === 'Get') return this.#config();
      throw refusals.unknownResource(request.resource);
    }
    switch (request.operation) {
      case 'Command':
        return this.#command(request, shell);
      case 'Send':
        return this.#send(request, shell);
      case 'Receive':
        return this.#receive(request, shell, signal);
      case 'Signal':
        return this.#signal(request, shell);
      case 'Delete':
        this.#shells.delete(shell.id);
        await shell.close();
        return '';
      case 'Get':
        return this.#describe(shell);
    }
  }

  async #create(request: Request, client: Omit<WsmanClient, 'drop'>): Promise<string> {
    const { user } = client;
    const { shellResource, shellsPerUser, commandsPerShell, host } = this.#options;
    if (request.resource.toLowerCase() !== shellResource.toLowerCase()) {
      throw refusals.unknownResource(request.resource);
    }
    if ([...this.#shells.values()].filter(({ owner }) => owner === user).length >= shellsPerUser) {
      throw refusals.tooManyShells(shellsPerUser);
    }
    const wanted = part(request.body, 'Shell');
    const id = (wanted.attributes.get('ShellId') ?? randomUUID()).toUpperCase();
    if (!GUID.test(id) || this.#shells.has(id)) throw refusals.invalid('The ShellId is no new GUID.');
    const drop = (): void => {
      this.#dropped.add(shell);
      this.#shells.delete(id);
      void shell.close();
    };
    const shell: Shell = new Shell(id, user, host({ ...client, drop }), FRAGMENT_BYTES, commandsPerShell);
    const creation = child(wanted, NAMESPACES.ps, 'creationXml')?.text ?? '';
    await shell.pool.receive(EMPTY_GUID, streamBytes(creation), 'Default')();
    this.#shells.set(id, shell);
    const created = markup(
      'x:ResourceCreated',
      {},
      textElement('a:Address', request.to) +
        markup(
          'a:ReferenceParameters',
          {},
          textElement('w:ResourceURI', shellResource) +
            markup('w:SelectorSet', {}, textElement('w:Selector', id, { Name: 'ShellId' })),
        ),
    );
    return created + this.#describe(shell);
  }

  #describe(shell: Shell): string {
    return markup(
      'rsp:Shell',
      {},
      textElement('rsp:ShellId', shell.id) +
        textElement('rsp:ResourceUri', this.#options.shellResource) +
        textElement('rsp:Owner', shell.owner) +
        textElement('rsp:IdleTimeOut', `PT${this.#options.idleTimeoutMs / 1000}S`) +
        textElement('rsp:InputStreams', 'stdin pr') +
        textElement('rsp:OutputStreams', 'stdout') +
        textElement('rsp:State', 'Connected'),
    );
  }

  #config(): string {
    const kilobytes = Math.floor(this.#options.maxEnvelopeBytes / 1024);
    return markup('cfg:Config', {}, textElement('cfg:MaxEnvelopeSizekb', String(kilobytes)));
  }

  async #command(request: Request, shell: Shell): Promise<string> {
    const line = part(request.body, 'CommandLine');
    const command = (line.attributes.get('CommandId') ?? randomUUID()).toLowerCase();
    if (!GUID.test(command)) throw refusals.invalid('The CommandId is no GUID.');
    const bytes = streamBytes(part(line, 'Arguments').text);
    shell.start(command);
    await shell.pool.receive(command, bytes, 'Default')();
    return markup('rsp:CommandResponse', {}, textElement('rsp:CommandId', command.toUpperCase()));
  }

  async #send(request: Request, shell: Shell): Promise<string> {
    const stream = part(part(request.body, 'Send'), 'Stream');
    const target = stream.attributes.get('CommandId')?.toLowerCase() ?? EMPTY_GUID;
    shell.output(target);
    // Answers to host calls come on a stream of their own (MS-PSRP 3.1.5.3.5).
    const name = stream.attributes.get('Name') === 'pr' ? 'PromptResponse' : 'Default';
    await shell.pool.receive(target, streamBytes(stream.text), name)();
    return markup('rsp:SendResponse');
  }

  async #receive(request: Request, shell: Shell, signal: AbortSignal): Promise<string> {
    const wanted = part(part(request.body, 'Receive'), 'DesiredStream');
    const commandId = wanted.attributes.get('CommandId');
    const target = commandId?.toLowerCase() ?? EMPTY_GUID;
    const output = shell.output(target);
    await output.wait(request.operationTimeoutMs, signal);
    const room = Math.min(request.maxEnvelopeBytes, this.#options.maxEnvelopeBytes) - HEAD_CHARACTERS;
    const { fragments, done } = output.take(room);
    shell.lastUsed = Date.now();
    const of = commandId === undefined ? {} : { CommandId: commandId.toUpperCase() };
    const streams = fragments.map((data) =>
      textElement('rsp:Stream', data.toString('base64'), { Name: 'stdout', ...of }),
    );
    if (!done || commandId === undefined) return markup('rsp:ReceiveResponse', {}, streams.join(''));
    const state = markup(
      'rsp:CommandState',
      { ...of, State: COMMAND_DONE },
      textElement('rsp:ExitCode', '0'),
    );
    return markup('rsp:ReceiveResponse', {}, streams.join('') + state);
  }

  async #signal(request: Request, shell: Shell): Promise<string> {
    const signal = part(request.body, 'Signal');
    const target = signal.attributes.get('CommandId')?.toLowerCase() ?? EMPTY_GUID;
    shell.output(target);
    const code = part(signal, 'Code').text.trim();
    // The recordings show that Windows also takes the correctly spelled word.
    if (code === STOP_SIGNAL || code === 'powershell/signal/ctrl_c') await shell.pool.stop(target);
    else if (code === TERMINATE_SIGNAL) shell.forget(target);
    else throw refusals.invalid('The signal is not known.');
    return markup('rsp:SignalResponse');
  }
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof RemotingError) return refusals.invalid(error.message);
  const message = error instanceof Error ? error.message : String(error);
  return new Refusal('Receiver', 'InternalError', message);
}
