import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type AgentOptions } from 'node:https';
import type { SecurityContext } from '../../../kerberos';
import {
  encryptedContentType,
  readEncryptedMessage,
  writeEncryptedMessage,
  type EncryptedMessageOptions,
  type SealedBy,
} from '../../../remoting/transports/wsman/encrypted-message';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

type Headers = { readonly [name: string]: string };

/** One connection to an endpoint: what is sent is what a test says, byte for byte. */
export class RawClient {
  readonly #url: URL;
  readonly #agent: HttpAgent;

  constructor(url: string, tls: AgentOptions = {}) {
    this.#url = new URL(url);
    const one = { keepAlive: true, maxSockets: 1 };
    this.#agent = this.#url.protocol === 'https:' ? new HttpsAgent({ ...one, ...tls }) : new HttpAgent(one);
  }

  post(body: Buffer | string = '', headers: Headers = {}): Promise<RawAnswer> {
    const bytes = Buffer.from(body);
    const request = this.#url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const options = {
        method: 'POST',
        agent: this.#agent,
        headers: { 'Content-Length': bytes.length, ...headers },
      };
      const asking = request(this.#url, options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
        );
      });
      asking.on('error', reject);
      asking.end(bytes);
    });
  }

  /** Signs the connection in with an empty request, and has the server prove itself. */
  async signIn(context: SecurityContext, scheme: SealedBy = 'Kerberos'): Promise<RawAnswer> {
    const token = (await context.token())?.toString('base64') ?? '';
    const answer = await this.post('', { Authorization: `${scheme} ${token}` });
    const [, proof] = new RegExp(`^${scheme} (.+)$`).exec(answer.headers['www-authenticate'] ?? '') ?? [];
    if (answer.status === 200 && proof !== undefined) await context.token(Buffer.from(proof, 'base64'));
    return answer;
  }

  end(): void {
    this.#agent.destroy();
  }
}

/** A body that a context has sealed, with the header that goes with it. */
export function sealed(
  context: SecurityContext,
  plain: Buffer | string,
  { scheme = 'Kerberos', ...options }: EncryptedMessageOptions & { readonly scheme?: SealedBy } = {},
): { readonly body: Buffer; readonly headers: Headers } {
  const bytes = Buffer.from(plain);
  return {
    body: writeEncryptedMessage(scheme, bytes.length, context.seal(bytes), options),
    headers: { 'Content-Type': encryptedContentType(scheme) },
  };
}

/** What an answer holds, unsealed. */
export function unsealed(context: SecurityContext, { body }: RawAnswer): Buffer {
  const message = readEncryptedMessage(body);
  const bytes = context.unseal(message.sealed);
  expect(bytes).toHaveLength(message.plainBytes);
  return bytes;
}
