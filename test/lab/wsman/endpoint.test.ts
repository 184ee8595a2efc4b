import { readFileSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import { gunzipSync } from 'node:zlib';
import { envelope, receiveBody, shellBody } from '../../../remoting/transports/wsman/request';
import { EXCHANGE_SHELL, type Operation } from '../../../remoting/transports/wsman/names';
import { PASSWORD, removeCertificate, startLab, USER, type Lab } from '../../remoting/wsman/lab';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ maxEnvelopeBytes: 100_000 });
});
afterAll(async () => {
  await lab.stop();
  removeCertificate();
});

const SHELL = '3F2504E0-4F89-41D3-9A0C-0305E82C3301';

function asked(operation: Operation, body: string, shellId?: string): string {
  return envelope(
    {
      operation,
      to: lab.url,
      messageId: SHELL,
      sessionId: SHELL,
      shellResource: EXCHANGE_SHELL,
      ...(shellId === undefined ? {} : { shellId }),
      maxEnvelopeBytes: 100_000,
      operationTimeoutMs: 100,
    },
    body,
  );
}

interface Answered {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

function post(text: string, options: RequestOptions = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asking = request(
      lab.url,
      {
        method: 'POST',
        ca: readFileSync(lab.caFile),
        auth: `${USER}:${PASSWORD}`,
        agent: false,
        ...options,
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    asking.on('error', reject);
    asking.end(text);
  });
}

test('compresses for a client that takes it, as IIS does', async () => {
  const text = asked('Receive', receiveBody(undefined), SHELL);
  const compressed = await post(text, { headers: { 'Accept-Encoding': 'gzip, deflate' } });
  expect(compressed.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(compressed.body).toString()).toContain('InvalidSelectors');
  const plain = await post(text, { headers: { 'Accept-Encoding': 'identity' } });
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(plain.body.toString()).toContain('InvalidSelectors');
});

test('asks who is there, and knows one path alone', async () => {
  const nobody = await post('', { auth: 'eve:x' });
  expect(nobody).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Basic realm="lab"' } });
  expect(await post('', { path: '/owa' })).toMatchObject({ status: 404 });
  expect(await post('', { method: 'GET' })).toMatchObject({ status: 404 });
});

test.each([
  ['no XML', 'hello', 'SchemaValidationError'],
  ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'SchemaValidationError'],
  ['endless nesting', '<a>'.repeat(20_000), 'SchemaValidationError'],
  ['an envelope past its limit', `<a>${' '.repeat(200_000)}</a>`, 'EncodingLimit'],
])('refuses %s with a fault', async (_what, text, subcode) => {
  const { status, body } = await post(text);
  expect(status).toBe(500);
  expect(body.toString()).toContain(`<s:Value>w:${subcode}</s:Value>`);
});

test('refuses a shell that begins with nonsense, and keeps nothing of it', async () => {
  const { status } = await post(asked('Create', shellBody(SHELL, [Buffer.from('nonsense')])));
  expect(status).toBe(200);
  const wrong = Buffer.concat([Buffer.alloc(16), Buffer.from([0xff]), Buffer.alloc(4)]);
  const other = SHELL.replace('3F', '4F');
  expect((await post(asked('Create', shellBody(other, [wrong])))).status).toBe(500);
  expect(lab.service.shells).toBe(1);
  expect((await post(asked('Create', shellBody('no guid', [])))).status).toBe(500);
  expect((await post(asked('Create', shellBody(SHELL, [])))).status).toBe(500);
  expect((await post(asked('Delete', '', SHELL))).status).toBe(200);
  expect(lab.service.shells).toBe(0);
});
