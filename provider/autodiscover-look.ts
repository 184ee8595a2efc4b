import { request } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { HTTPS_PORT, urlDifferences, type AutodiscoverProbe } from '../exchange/resources';
import { Credential } from '../powershell/invocation';
import { readAutodiscover } from './autodiscover-answer';
import { inLine } from './quotation';

/** How a response of Autodiscover differs from the expected one. */
export type AutodiscoverProblem =
  | {
      readonly kind: 'not-let-in';
      readonly status: 401 | 403;
      readonly account: string;
      /** Whether the user or the password has characters beyond ASCII. */
      readonly isBeyondAscii: boolean;
    }
  | { readonly kind: 'no-answer'; readonly reply: string }
  | { readonly kind: 'other-urls'; readonly differences: readonly string[] };

/** A response has some kilobytes. */
const MOST_BYTES = 262_144;

const REQUEST_SCHEMA = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006';
const RESPONSE_SCHEMA = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';

/** The path under which every version of Exchange answers with plain XML. */
const AUTODISCOVER_PATH = '/autodiscover/autodiscover.xml';

/**
 * Asks for the settings of a mailbox, signed in as its owner. The caller must have checked the certificate of the
 * connection: the password is sent over it.
 *
 * @returns what is wrong; undefined where the response holds the declared URLs
 */
export async function autodiscoverProblem(
  { name, port, mailbox, mailboxCredential, urls }: AutodiscoverProbe,
  socket: TLSSocket,
): Promise<AutodiscoverProblem | undefined> {
  if (!(mailboxCredential instanceof Credential)) throw new TypeError('nobody is given to sign in as');
  const { status, location, body } = await ask(
    socket,
    port === HTTPS_PORT ? name : `${name}:${port}`,
    mailbox,
    mailboxCredential,
  );
  if (status === 401 || status === 403) {
    const { user, password } = mailboxCredential;
    const isBeyondAscii = /[^ -~]/.test(`${user}${password.reveal()}`);
    return { kind: 'not-let-in', status, account: user, isBeyondAscii };
  }
  if (status !== 200) {
    const onTo = location === undefined ? '' : ` with a redirect to ${inLine(location)}`;
    return { kind: 'no-answer', reply: `answers ${status}${onTo}, not 200` };
  }
  if (body === undefined) return { kind: 'no-answer', reply: `answers with more than ${MOST_BYTES} bytes` };
  const answer = readAutodiscover(body);
  switch (answer.kind) {
    case 'unreadable':
      return { kind: 'no-answer', reply: 'answers 200, but not with Autodiscover settings' };
    case 'refused':
      return { kind: 'no-answer', reply: `answers with the error ${answer.code}: ${answer.message}` };
    case 'elsewhere':
      return { kind: 'no-answer', reply: `redirects to ${answer.where}, which is not followed` };
    case 'urls': {
      const differences = urlDifferences(answer.urls, urls);
      return differences.length === 0 ? undefined : { kind: 'other-urls', differences };
    }
  }
}

interface Answer {
  readonly status: number;
  readonly location?: string;
  /** Left out where the body is longer than that of a response. */
  readonly body?: string;
}

/** Rejects where the response is incomplete. Follows no redirect. */
function ask(socket: TLSSocket, host: string, mailbox: string, credential: Credential): Promise<Answer> {
  const { user, password } = credential;
  const body = Buffer.from(requestFor(mailbox));
  return new Promise((resolve, reject) => {
    const asked = request({
      createConnection: () => socket,
      method: 'POST',
      path: AUTODISCOVER_PATH,
      headers: {
        Host: host,
        Connection: 'close',
        'Content-Type': 'text/xml; charset=utf-8',
        'Content-Length': body.length,
        Authorization: `Basic ${Buffer.from(`${user}:${password.reveal()}`).toString('base64')}`,
      },
    });
    asked.once('error', reject);
    asked.once('response', (answer) => {
      const { statusCode: status = 0, headers } = answer;
      if (status !== 200) {
        resolve({ status, ...(headers.location === undefined ? {} : { location: headers.location }) });
        return;
      }
      const parts: Buffer[] = [];
      let length = 0;
      answer.on('data', (part: Buffer) => {
        parts.push(part);
        length += part.length;
        if (length > MOST_BYTES) answer.destroy();
      });
      answer.once('error', reject);
      answer.once('close', () =>
        resolve(length > MOST_BYTES ? { status } : { status, body: Buffer.concat(parts).toString() }),
      );
    });
    asked.end(body);
  });
}

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/pox-autodiscover-request-for-exchange */
function requestFor(mailbox: string): string {
  const address = mailbox.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="${REQUEST_SCHEMA}"><Request><EMailAddress>${address}</EMailAddress><AcceptableResponseSchema>${RESPONSE_SCHEMA}</AcceptableResponseSchema></Request></Autodiscover>`;
}
