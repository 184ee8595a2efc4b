import { X509Certificate } from 'node:crypto';
import { tlsServerEndPoint } from '../../../kerberos';
import { certificate } from '../../remoting/wsman/lab';
import { describeWithKerberos } from '../../remoting/peers/kdc';
import { asked, doorOfTests } from './kerberos-door';
import { sealed, unsealed } from './raw-client';

const TLS = { rejectUnauthorized: false };

describeWithKerberos('Kerberos over HTTPS', () => {
  const door = doorOfTests();

  function bindings(of: 'right' | 'wrong' | 'missing'): { readonly bindings?: Buffer } {
    if (of === 'missing') return {};
    const shown = new X509Certificate(certificate().cert).raw;
    // Another certificate: one bit of this one is different.
    if (of === 'wrong') shown[shown.length - 1]! ^= 1;
    const name = tlsServerEndPoint(shown);
    if (name === undefined) throw new Error('the certificate has no binding');
    return { bindings: name };
  }

  test.each([
    [undefined, 'right', 200],
    [undefined, 'wrong', 200],
    [undefined, 'missing', 200],
    ['None', 'wrong', 200],
    ['Allow', 'right', 200],
    ['Allow', 'wrong', 401],
    ['Allow', 'missing', 200],
    ['Require', 'right', 200],
    ['Require', 'wrong', 401],
    ['Require', 'missing', 401],
  ] as const)('with Extended Protection %s, %s bindings: %d', async (extendedProtection, of, status) => {
    const lab = await door.open({}, extendedProtection === undefined ? {} : { extendedProtection });
    const client = door.client(lab.url, TLS);
    const answer = await client.signIn(door.initiate(bindings(of)));
    expect([answer.status, answer.body.length]).toEqual([status, status === 200 ? 0 : answer.body.length]);
    expect((await client.post(asked('Create'))).status).toBe(status);
    expect(lab.service.shells).toBe(status === 200 ? 1 : 0);
  });

  test('Extended Protection asks nothing of HTTP, which has no certificate', async () => {
    const lab = await door.open({}, { extendedProtection: 'Require' });
    const { client, context } = await door.signedIn(lab);
    const { body, headers } = sealed(context, asked('Create'));
    expect((await client.post(body, headers)).status).toBe(200);
  });

  test('bodies may be sealed there too, and are answered as they come', async () => {
    const client = door.client((await door.open()).url, TLS);
    const context = door.initiate();
    await client.signIn(context);
    const open = await client.post(asked('Receive'));
    expect(open.body.toString()).toContain('InvalidSelectors');
    const { body, headers } = sealed(context, asked('Receive'));
    expect(unsealed(context, await client.post(body, headers)).toString()).toContain('InvalidSelectors');
  });

  test('a ticket may come with the first body', async () => {
    const client = door.client((await door.open()).url, TLS);
    const context = door.initiate();
    const token = (await context.token())?.toString('base64') ?? '';
    const answer = await client.post(asked('Create'), { Authorization: `Kerberos ${token}` });
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([
      200,
      expect.stringMatching(/^Kerberos \S+$/),
    ]);
  });
});
