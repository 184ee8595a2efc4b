import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { AutodiscoverProbe } from '../../exchange/resources';
import { Credential, SecureText } from '../../powershell/invocation';
import { toPem } from '../../pki';
import { look as lookFromHere } from '../../provider/runner-look';
import { validCertificate } from '../integration/valid-certificate';

const HOST = 'EX01.contoso.local';
const { certificate, privateKey } = validCertificate();
const OWA = { 'owa internal': ['https://mail.contoso.com/owa'] };
const SETTINGS = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';
const response = (content: string) =>
  `<Autodiscover><Response xmlns="${SETTINGS}">${content}</Response></Autodiscover>`;
const handingOut = (owa: string) =>
  response(
    `<Account><Protocol><Type>WEB</Type><Internal><OWAUrl>${owa}</OWAUrl></Internal></Protocol></Account>`,
  );

/** What the server was asked. */
let asked: {
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}[];
let answer: (response: ServerResponse) => void;
let server: Server;
beforeAll(async () => {
  server = createServer(
    { cert: toPem(certificate), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) },
    (request, reply) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        asked.push({ path: request.url, headers: request.headers, body: Buffer.concat(parts).toString() });
        answer(reply);
      });
    },
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
beforeEach(() => {
  asked = [];
});
afterAll(() => server.close());

const anonymous: AutodiscoverProbe = {
  kind: 'autodiscover',
  server: 'EX01',
  host: HOST,
  port: 443,
  name: 'autodiscover.contoso.com',
  thumbprint: certificate.thumbprint,
  mailbox: 'probe@contoso.com',
  urls: OWA,
  seconds: 1,
  reason: 'because',
};
const account = new Credential('CONTOSO\\probe', new SecureText('se:cret', 'the mailbox password'));

/** Looks once at the server, which gives this answer. */
function look(given: (response: ServerResponse) => void, probe: AutodiscoverProbe) {
  answer = given;
  const { port } = server.address() as AddressInfo;
  const connectTo = new Map([[`${HOST.toLowerCase()}:${probe.port}`, { host: '127.0.0.1', port }]]);
  return lookFromHere(probe, { connectTo }, { milliseconds: 10_000 });
}
const ask = (given: (response: ServerResponse) => void, changes: Partial<AutodiscoverProbe> = {}) =>
  look(given, { ...anonymous, mailboxCredential: account, ...changes });
const saying =
  (status: number, body = '', headers: { readonly [name: string]: string } = {}) =>
  (reply: ServerResponse) =>
    void reply.writeHead(status, headers).end(body);

describe('Autodiscover of a server', () => {
  test('is asked by the name and about the mailbox, signed in as the account, and hands out what is declared', async () => {
    expect(await ask(saying(200, handingOut('https://mail.contoso.com/owa/')))).toBeUndefined();
    expect(asked).toHaveLength(1);
    const [{ path, headers, body } = { path: '', headers: {}, body: '' }] = asked;
    expect(path).toBe('/autodiscover/autodiscover.xml');
    expect(headers).toMatchObject({
      host: 'autodiscover.contoso.com',
      connection: 'close',
      'content-type': 'text/xml; charset=utf-8',
      authorization: `Basic ${Buffer.from('CONTOSO\\probe:se:cret').toString('base64')}`,
    });
    expect(body).toBe(
      '<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request><EMailAddress>probe@contoso.com</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>',
    );
  });

  test('is asked with the port where it is not that of HTTPS, and about an address with signs of XML', async () => {
    await ask(saying(500), { port: 8443, mailbox: 'a&b<c>@contoso.com' });
    expect(asked[0]?.headers.host).toBe('autodiscover.contoso.com:8443');
    expect(asked[0]?.body).toContain('<EMailAddress>a&#38;b&#60;c&#62;@contoso.com</EMailAddress>');
  });

  test('with another certificate is asked nothing, so that no password is sent', async () => {
    expect(await ask(saying(200), { thumbprint: 'A'.repeat(40) })).toMatchObject({ kind: 'certificate' });
    expect(asked).toEqual([]);
  });

  test('hands out other URLs', async () => {
    expect(await ask(saying(200, handingOut('https://old.contoso.com/owa')))).toEqual({
      kind: 'other-urls',
      differences: [
        expect.stringContaining('OWAUrl is https://old.contoso.com/owa, and owa is declared with'),
      ],
    });
  });

  test.each([
    [401, 'CONTOSO\\probe', 'plain', false],
    [403, 'CONTOSO\\probe', 'plain', false],
    [401, 'CONTOSO\\pröbe', 'plain', true],
    [401, 'CONTOSO\\probe', 'päss', true],
    [401, 'CONTOSO\\probe', 'with space~', false],
  ] as const)('answers %d to %s with the password %s', async (status, user, password, isBeyondAscii) => {
    const mailboxCredential = new Credential(user, new SecureText(password, 'the mailbox password'));
    expect(await ask(saying(status), { mailboxCredential })).toEqual({
      kind: 'not-let-in',
      status,
      account: user,
      isBeyondAscii,
    });
  });

  test.each([
    ['answers 500, not 200', saying(500, 'broken')],
    [
      'answers 302 with a redirect to https://elsewhere/, not 200',
      saying(302, '', { Location: 'https://elsewhere/' }),
    ],
    ['answers 200, but not with Autodiscover settings', saying(200, '<html>')],
    [
      'answers with the error 500: no such mailbox',
      saying(200, response('<Error><ErrorCode>500</ErrorCode><Message>no such mailbox</Message></Error>')),
    ],
    [
      'redirects to probe@fabrikam.com, which is not followed',
      saying(200, response('<Account><RedirectAddr>probe@fabrikam.com</RedirectAddr></Account>')),
    ],
    ['answers with more than 262144 bytes', saying(200, ' '.repeat(262_145))],
  ])('%s', async (reply, given) => {
    expect(await ask(given)).toEqual({ kind: 'no-answer', reply });
  });

  test('may answer with as many bytes as the limit', async () => {
    const whole = handingOut('https://mail.contoso.com/owa');
    expect(await ask(saying(200, `${whole}${' '.repeat(262_144 - whole.length)}`))).toBeUndefined();
  });

  test.each([
    ['before the answer', (reply: ServerResponse) => void reply.destroy()],
    [
      'in the middle of the answer',
      (reply: ServerResponse) => {
        reply.writeHead(200, { 'Content-Length': '1000' }).write('<Auto');
        setImmediate(() => reply.destroy());
      },
    ],
  ])('that breaks off %s is unreachable', async (_when, given) => {
    expect(await ask(given)).toMatchObject({ kind: 'unreachable' });
  });

  test('is not asked without a credential', async () => {
    expect(await look(saying(200), anonymous)).toMatchObject({ message: 'nobody is given to sign in as' });
    expect(asked).toEqual([]);
  });
});
