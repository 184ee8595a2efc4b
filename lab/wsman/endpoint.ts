import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Calls } from './calls';
import { Connection } from './connection';
import { Disturbances, type Disturbance } from './disturbances';
import { fault } from './envelope';
import { Gate, type GateOptions } from './gate';
import { HttpAnswer } from './http-answer';
import { startListeners, type ListenerOptions } from './listeners';
import { messageOf, readBody, type Message } from './message';
import { Refusal, refusals } from './refusal';
import { WsmanService, type Reply, type ServiceOptions } from './service';

export interface EndpointOptions extends ServiceOptions, ListenerOptions, GateOptions {}

/** A request as it came over the wire, for tests that count requests. */
export interface Traffic {
  /** `SignIn` where a ticket came without a body; empty where the operation is not known. */
  readonly operation: string;
  /** The cmdlet of the call that the request is about; left out where it is about none. */
  readonly cmdlet?: string;
  readonly connection: number;
  /** Bytes of the body as it came, encrypted or not. */
  readonly requestBytes: number;
}

export interface RunningEndpoint {
  /** The port of the HTTPS listener; 0 where there is none. */
  readonly port: number;
  /** The port of the HTTP listener; 0 where there is none. */
  readonly httpPort: number;
  readonly service: WsmanService;
  readonly disturbances: Disturbances;
  /** Every request so far, refused ones included. */
  readonly traffic: readonly Traffic[];
  close(): Promise<void>;
}

/** Exchange's PowerShell virtual directory as IIS serves it: TLS or encrypted bodies, authentication, compression. */
export async function startEndpoint(options: EndpointOptions): Promise<RunningEndpoint> {
  const endpoint = new Endpoint(options);
  const listeners = await startListeners(
    options,
    (socket, takesPostHandshakeAuth) => endpoint.connected(socket, takesPostHandshakeAuth),
    (request, response) => {
      endpoint.answer(request, response).catch(() => request.socket.destroy());
    },
  );
  return {
    port: listeners.port,
    httpPort: listeners.httpPort,
    service: endpoint.service,
    disturbances: endpoint.disturbances,
    traffic: endpoint.traffic,
    async close() {
      await endpoint.service.endShells();
      await listeners.close();
    },
  };
}

type HttpReply = Reply | { readonly kind: 'empty'; readonly status: number };

class Endpoint {
  readonly service: WsmanService;
  readonly disturbances = new Disturbances();
  readonly traffic: Traffic[] = [];
  readonly #gate: Gate;
  readonly #connections = new WeakMap<object, Connection>();
  readonly #calls = new Calls();
  #count = 0;

  constructor(options: EndpointOptions) {
    this.#gate = new Gate(options);
    this.service = new WsmanService(options);
  }

  connected(socket: Socket, takesPostHandshakeAuth: boolean): void {
    this.#count += 1;
    this.#connections.set(socket, new Connection(this.#count, socket, takesPostHandshakeAuth));
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket, headers } = request;
    const connection = this.#connections.get(socket) ?? new Connection(0, socket, false);
    const http = new HttpAnswer(request, response);
    const body = await readBody(request);
    const admission = await this.#gate.admit(connection, request, body?.length ?? 0);
    const message = messageOf(connection, headers['content-type'] ?? '', body, this.service.maxEnvelopeBytes);
    const proof = admission.kind === 'in' ? admission.proof : undefined;
    const { operation, cmdlet } = this.#note(message, connection.number, body?.length ?? 0, proof);
    if (admission.kind === 'reset') {
      http.reset();
      return;
    }
    if (admission.kind === 'refused') {
      http.plain(admission.status, admission.headers);
      return;
    }
    if (proof !== undefined) http.header('WWW-Authenticate', proof);
    if ('sealing' in message) http.sealing = message.sealing;
    const met = this.disturbances.meet(operation, cmdlet);
    if (!(await this.#disturb(met, 'before', http))) return;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const reply = await this.#reply(message, admission.user, queryOf(request), gone.signal);
    if (!(await this.#disturb(met, 'after', http))) return;
    deliver(http, reply, met);
  }

  #note(
    message: Message,
    connection: number,
    requestBytes: number,
    proof: string | undefined,
  ): { readonly operation: string; readonly cmdlet: string | undefined } {
    const text = message.kind === 'text' ? message.text : '';
    const asked = /\/(\w+)<\/[\w:]*Action>/.exec(text)?.[1] ?? '';
    const operation = message.kind === 'empty' && proof !== undefined ? 'SignIn' : asked;
    const cmdlet = this.#calls.cmdletOf(operation, text);
    this.traffic.push({
      operation,
      ...(cmdlet === undefined ? {} : { cmdlet }),
      connection,
      requestBytes,
    });
    return { operation, cmdlet };
  }

  async #reply(message: Message, user: string, query: string, signal: AbortSignal): Promise<HttpReply> {
    switch (message.kind) {
      case 'text':
        return this.service.handle(user, query, message.text, signal);
      case 'empty':
        return { kind: 'empty', status: 200 };
      case 'too-large': {
        const text = fault('', refusals.tooLarge(this.service.maxEnvelopeBytes));
        return { kind: 'answer', status: 500, text };
      }
      case 'unsealed':
        // As Windows' own service answers without AllowUnencrypted: pywinrm issues 129 and 208; for Exchange's
        // (unverified).
        return { kind: 'empty', status: 500 };
      case 'not-ours':
        // The answer of a real server is (unverified).
        return { kind: 'empty', status: 400 };
    }
  }

  /** False where the request needs no further answer. */
  async #disturb(met: readonly Disturbance[], when: 'before' | 'after', http: HttpAnswer): Promise<boolean> {
    for (const { effect } of met.filter((disturbance) => (disturbance.when ?? 'before') === when)) {
      switch (effect.kind) {
        case 'slow':
          await sleep(effect.delayMs);
          break;
        case 'forgery':
          break;
        case 'silence':
          return false;
        case 'half-close':
          http.halfClose();
          return false;
        case 'endless':
          http.endless(effect.part);
          return false;
        case 'end-shells':
          await this.service.endShells();
          break;
        case 'reset':
          http.reset();
          return false;
        case 'status':
          http.plain(effect.status, effect.headers);
          return false;
        case 'text':
          http.text(effect.contentType, effect.body);
          return false;
        case 'fault': {
          const { subcode, windowsCode, reason = 'This was asked for.' } = effect;
          http.message(500, fault('', new Refusal('Receiver', subcode, reason, windowsCode)));
          return false;
        }
      }
    }
    return true;
  }
}

function deliver(http: HttpAnswer, reply: HttpReply, met: readonly Disturbance[]): void {
  const breaks = met.some(({ when }) => when === 'during');
  if (reply.kind === 'dropped') {
    http.drop();
  } else if (reply.kind === 'empty') {
    if (breaks) http.brokenHead(reply.status);
    else http.empty(reply.status);
  } else {
    const { status, text } = reply;
    const [forgery] = met.flatMap(({ effect }) => (effect.kind === 'forgery' ? [effect.answer] : []));
    if (breaks) http.broken(status, text);
    else if (forgery !== undefined) http.forged(status, text, forgery);
    else http.message(status, text);
  }
}

function queryOf({ url = '' }: IncomingMessage): string {
  return /\?([^#]*)/.exec(url)?.[1] ?? '';
}
