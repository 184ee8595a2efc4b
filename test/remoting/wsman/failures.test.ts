import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import type { WsmanClient } from '../../../lab/wsman/service';
import { SecureText } from '../../../powershell/invocation';
import { RemotingError } from '../../../remoting/remoting-error';
import type { RemotingSession } from '../../../remoting/session';
import { redirectTarget } from '../../../remoting/transports/wsman/redirect';
import { sampleHost } from '../peers/sample-host';
import { PASSWORD, removeCertificate, startLab, USER, type Lab } from './lab';

let lab: Lab;
/** Labs of a single test, which end with it however it ends. */
const others: Lab[] = [];
async function startOther(options?: Parameters<typeof startLab>[0]): Promise<Lab> {
  const other = await startLab(options);
  others.push(other);
  return other;
}
beforeAll(async () => {
  lab = await startLab({ shellsPerUser: 2 });
});
beforeEach(() => {
  lab.disturbances.disarm();
  lab.operations();
});
afterEach(async () => {
  for (const other of others.splice(0)) await other.stop();
  expect(lab.service.shells).toBe(0);
});
afterAll(async () => {
  await lab.stop();
  removeCertificate();
});

const secrets = [PASSWORD, Buffer.from(`${USER}:${PASSWORD}`).toString('base64')];

/** Why no session came about; no secret may stand anywhere in it. */
async function refusal(opening: Promise<RemotingSession>): Promise<RemotingError> {
  const error: unknown = await opening.then(
    (session) => session.close(),
    (reason: unknown) => reason,
  );
  if (!(error instanceof RemotingError)) throw new Error(`no refusal: ${inspect(error)}`);
  const shown = inspect(error, { depth: 10, showHidden: true });
  for (const secret of secrets) expect(shown).not.toContain(secret);
  return error;
}

const echo = { cmdlet: 'Get-Echo', parameters: { A: 1 } };

describe('opening', () => {
  test('a wrong password is told with the methods that the server takes', async () => {
    const password = new SecureText('wrong', 'password');
    const error = await refusal(lab.connect({ authentication: { kind: 'basic', user: USER, password } }));
    expect(error).toMatchObject({ kind: 'authentication-refused', facts: { methods: ['Basic'] } });
    expect(lab.operations()).toEqual(['Create']);
  });

  test.each([
    ['another path', { path: '/elsewhere' }, 'not-wsman'],
    ['an unknown shell resource', {}, 'refused'],
  ])('%s', async (_what, { path }: { readonly path?: string }, kind) => {
    const wsman =
      path === undefined
        ? { shellResource: 'http://schemas.microsoft.com/powershell/Other' }
        : { url: lab.url.replace('/PowerShell/', path) };
    expect(await refusal(lab.connect(wsman))).toMatchObject({
      kind,
      // ERROR_WSMAN_INVALID_RESOURCE_URI, as Windows says of a shell that it has not in its catalog.
      facts: path === undefined ? { faultCode: 2150858811 } : {},
    });
  });

  test.each([
    [403, 'access-denied'],
    [500, 'closed'],
    [502, 'closed'],
    [400, 'refused'],
    [413, 'too-large'],
  ])('an answer of HTTP %i', async (status, kind) => {
    lab.disturbances.arm({ effect: { kind: 'status', status } });
    expect(await refusal(lab.connect())).toMatchObject({ kind, facts: { httpStatus: status } });
  });

  test('a web server that is no WS-Management service', async () => {
    const effect = { kind: 'text', contentType: 'text/html', body: '<html>hello</html>' } as const;
    lab.disturbances.arm({ effect });
    expect(await refusal(lab.connect())).toMatchObject({ kind: 'not-wsman' });
  });

  test.each([
    ['no XML', 'hello'],
    ['not well-formed', '<a><b></a>'],
    ['with a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['another envelope', '<a xmlns="urn:b"/>'],
    ['with a prefix that is not declared', '<s:Envelope/>'],
  ])('an answer that is %s', async (_what, body) => {
    lab.disturbances.arm({ effect: { kind: 'text', contentType: 'application/soap+xml', body } });
    expect(await refusal(lab.connect())).toMatchObject({ kind: 'protocol' });
  });

  test('an answer past every bound', async () => {
    const body = `<a>${'x'.repeat(2_000_000)}</a>`;
    lab.disturbances.arm({ effect: { kind: 'text', contentType: 'application/soap+xml', body } });
    expect(await refusal(lab.connect())).toMatchObject({ kind: 'too-large' });
  });

  test('access that Exchange denies', async () => {
    const effect = { kind: 'fault', subcode: 'AccessDenied', windowsCode: 5 } as const;
    lab.disturbances.arm({ effect });
    expect(await refusal(lab.connect())).toMatchObject({ kind: 'access-denied', facts: { faultCode: 5 } });
  });

  test('more sessions than the throttling policy allows', async () => {
    const sessions = [await lab.connect(), await lab.connect()];
    const error = await refusal(lab.connect({ retries: 1 }));
    expect(error).toMatchObject({ kind: 'throttled', facts: { faultSubcode: 'QuotaLimit' } });
    await Promise.all(sessions.map((session) => session.close()));
  });

  test('waits for a session of its own that is about to end', async () => {
    const sessions = [await lab.connect(), await lab.connect()];
    setTimeout(() => void sessions[0]?.close(), 200);
    await (await lab.connect()).close();
    await sessions[1]?.close();
  });

  test('nobody listens there', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const error = await refusal(lab.connect({ url: `https://localhost:${port}/PowerShell/` }));
    expect(error).toMatchObject({ kind: 'unreachable', facts: { port } });
  });

  test('plain HTTP is refused before anything is sent', async () => {
    const error = await refusal(lab.connect({ url: lab.url.replace('https', 'http') }));
    expect(error).toMatchObject({ kind: 'usage' });
    expect(lab.operations()).toEqual([]);
  });

  test('a server that stays silent is given up in time, and the shell is deleted', async () => {
    const effect = { kind: 'slow', delayMs: 900 } as const;
    lab.disturbances.arm({ operation: 'Receive', effect });
    expect(await refusal(lab.connect({}, { openTimeoutMs: 400 }))).toMatchObject({ kind: 'timeout' });
    expect(lab.operations()).toEqual(['Create', 'Receive', 'Delete']);
  });

  test('a connection that breaks while it opens leaves no shell behind', async () => {
    lab.disturbances.arm({ operation: 'Create', effect: { kind: 'reset' }, when: 'after' });
    expect(await refusal(lab.connect())).toMatchObject({ kind: 'closed' });
    expect(lab.operations()).toEqual(['Create', 'Delete']);
  });
});

test('a session is deleted over a new connection where a kept one proves dead', async () => {
  const other = await startOther();
  const session = await other.connect({}, { runspaces: 3 });
  await Promise.all([1, 2, 3].map(() => session.invoke(echo)));
  const kept = new Set(other.traffic.map(({ connection }) => connection));
  expect(kept.size).toBeGreaterThan(1);
  other.disturbances.arm({ operation: 'Delete', effect: { kind: 'reset' } });
  await session.close();
  const deletes = other.traffic.filter(({ operation }) => operation === 'Delete');
  expect(deletes.map(({ connection }) => kept.has(connection))).toEqual([true, false]);
  expect(other.service.shells).toBe(0);
});

describe('redirects', () => {
  const headers = { Location: 'https://ex2.contoso.com/PowerShell/' };
  const effect = { kind: 'status', status: 302, headers } as const;

  const to = (Location: string) => ({ ...effect, headers: { Location } });

  test('to a host that was not allowed are refused', async () => {
    lab.disturbances.arm({ effect });
    const error = await refusal(lab.connect());
    expect(error).toMatchObject({
      kind: 'redirected',
      facts: { location: headers.Location, redirectTarget: 'ex2.contoso.com:443' },
    });
    expect(lab.operations()).toEqual(['Create']);
  });

  test.each([
    ['to plain HTTP', 'http://localhost/PowerShell/'],
    ['with a user', 'https://eve:x@localhost/PowerShell/'],
    ['to no address', 'https://[/'],
  ])('%s are refused even so', async (_what, location) => {
    lab.disturbances.arm({ effect: to(location) });
    const error = await refusal(lab.connect({ allowedRedirectHosts: ['localhost', 'localhost:80'] }));
    expect(error).toMatchObject({ kind: 'redirected', facts: { location } });
    expect(error).not.toHaveProperty('facts.redirectTarget');
  });

  test('to another port of an allowed host are refused, with what would have to be allowed', async () => {
    const other = await startOther();
    for (const allowed of ['localhost', `localhost:${lab.port}`, `localhost:${other.port + 1}`]) {
      lab.disturbances.arm({ effect: to(other.url) });
      const error = await refusal(lab.connect({ allowedRedirectHosts: [allowed] }));
      expect(error).toMatchObject({
        kind: 'redirected',
        facts: { redirectTarget: `localhost:${other.port}`, noEffect: true },
      });
    }
    expect(other.operations()).toEqual([]);
  });

  test('to another port of the same host are refused where nothing is allowed', async () => {
    const other = await startOther();
    lab.disturbances.arm({ effect: to(other.url) });
    expect(await refusal(lab.connect())).toMatchObject({ kind: 'redirected' });
  });

  test('to an allowed host and port are followed', async () => {
    const other = await startOther();
    lab.disturbances.arm({ effect: to(other.url) });
    const session = await lab.connect({ allowedRedirectHosts: [`LOCALHOST:${other.port}`] });
    expect(await session.invoke(echo)).toMatchObject({ kind: 'objects' });
    await session.close();
    expect(other.operations()).toEqual(['Create', 'Receive', 'Command', 'Receive', 'Delete']);
  });

  test.each([
    ['no query, with that of the session', '', 'PSVersion=5.1;serializationLevel=Full'],
    ['a query, with what that lacks', '?psversion=5.0', 'psversion=5.0;serializationLevel=Full'],
    [
      'all of a query, with that',
      '?a=1&serializationLevel=None&PSVersion=5',
      'a=1&serializationLevel=None&PSVersion=5',
    ],
  ])('are followed, where the location has %s', async (_what, query, expected) => {
    const queries: string[] = [];
    const host = (client: WsmanClient) => {
      queries.push(client.query);
      return sampleHost;
    };
    const other = await startOther({ host });
    lab.disturbances.arm({ effect: to(other.url + query) });
    const session = await lab.connect({
      url: `${lab.url}?PSVersion=5.1;serializationLevel=Full`,
      allowedRedirectHosts: [`localhost:${other.port}`],
    });
    await session.invoke(echo);
    await session.close();
    expect(queries).toEqual([expected]);
  });

  test.each([
    ['ex2', 'ex2:443'],
    ['EX2.contoso.com', 'ex2.contoso.com:443'],
    ['ex2:443', 'ex2:443'],
    ['ex2:8443', 'ex2:8443'],
    ['[2001:DB8::1]:5986', '[2001:db8::1]:5986'],
    ['https://ex2', undefined],
    ['ex2/PowerShell', undefined],
    ['user@ex2', undefined],
    ['ex2:', undefined],
    ['ex2:70000', undefined],
    ['*.contoso.com', undefined],
    ['', undefined],
  ])('are allowed by %j to %j', (text, target) => {
    expect(redirectTarget(text)).toBe(target);
  });

  test('that never end are given up', async () => {
    const around = { ...effect, headers: { Location: lab.url } };
    for (let at = 1; at <= 5; at += 1) lab.disturbances.arm({ effect: around, at });
    expect(await refusal(lab.connect())).toMatchObject({ kind: 'redirected' });
    expect(lab.operations()).toHaveLength(4);
  });
});

describe('a call', () => {
  let session: RemotingSession;
  beforeEach(async () => {
    session = await lab.connect();
    lab.operations();
  });
  afterEach(() => session.close());

  test('is sent again where the server was too busy to take it', async () => {
    const effect = { kind: 'status', status: 503, headers: { 'Retry-After': '0' } } as const;
    lab.disturbances.arm({ operation: 'Command', effect });
    lab.disturbances.arm({ operation: 'Command', effect, at: 2 });
    expect(await session.invoke(echo)).toMatchObject({ kind: 'objects' });
    expect(lab.operations()).toEqual(['Command', 'Command', 'Command', 'Receive']);
  });

  test('is sent again where the server is throttling', async () => {
    const effect = { kind: 'fault', subcode: 'QuotaLimit', windowsCode: 2150859240 } as const;
    lab.disturbances.arm({ operation: 'Command', effect });
    expect(await session.invoke(echo)).toMatchObject({ kind: 'objects' });
  });

  test('that the server never takes is not sent, and the session stays of use', async () => {
    const effect = { kind: 'status', status: 503, headers: { 'Retry-After': '600' } } as const;
    lab.disturbances.arm({ operation: 'Command', effect });
    expect(await session.invoke(echo)).toMatchObject({ kind: 'failed', notSent: 'closed' });
    expect(session.failure).toBeUndefined();
    expect(await session.invoke(echo)).toMatchObject({ kind: 'objects' });
  });

  test('that waits for a busy server can be stopped and is then not sent', async () => {
    const effect = { kind: 'status', status: 503, headers: { 'Retry-After': '20' } } as const;
    lab.disturbances.arm({ operation: 'Command', effect });
    const stopping = new AbortController();
    setTimeout(() => stopping.abort(), 150);
    const outcome = await session.invoke(echo, { signal: stopping.signal });
    expect(outcome).toMatchObject({ kind: 'failed', notSent: 'stopped' });
    expect(lab.operations()).toEqual(['Command']);
  });

  test('with a password that has changed meanwhile is not sent', async () => {
    lab.disturbances.arm({ operation: 'Command', effect: { kind: 'status', status: 401 } });
    expect(await session.invoke(echo)).toMatchObject({ kind: 'failed', notSent: 'closed' });
  });

  test.each(['before', 'during', 'after'] as const)(
    'whose Command is dropped %s it took effect has an unknown outcome and is not repeated',
    async (when) => {
      lab.disturbances.arm({ operation: 'Command', effect: { kind: 'reset' }, when });
      expect(await session.invoke(echo)).toMatchObject({ kind: 'unknown', interruption: 'closed' });
      expect(session.failure).toMatchObject({ kind: 'closed' });
      expect(lab.operations()).toEqual(['Command']);
    },
  );

  test.each(['before', 'during', 'after'] as const)(
    'whose answer is dropped %s it was given has an unknown outcome',
    async (when) => {
      lab.disturbances.arm({ operation: 'Receive', effect: { kind: 'reset' }, when });
      expect(await session.invoke(echo)).toMatchObject({ kind: 'unknown', interruption: 'closed' });
      expect(lab.operations()).toEqual(['Command', 'Receive']);
    },
  );

  test.each(['before', 'during', 'after'] as const)(
    'of several requests that is dropped %s one of them took effect certainly did not run, but for the last',
    async (when) => {
      const call = { cmdlet: 'Get-Echo', parameters: { FileData: new Uint8Array(60_000).fill(9) } };
      const small = { maxEnvelopeBytes: 32_768 };
      const whole = await lab.connect(small);
      expect(await whole.invoke(call)).toMatchObject({ kind: 'objects' });
      await whole.close();
      const sends = lab.operations().filter((operation) => operation === 'Send').length;
      expect(sends).toBeGreaterThan(2);
      for (let at = 0; at <= sends; at += 1) {
        const broken = await lab.connect(small);
        const operation = at === 0 ? ('Command' as const) : ('Send' as const);
        lab.disturbances.arm({ operation, at: Math.max(at, 1), effect: { kind: 'reset' }, when });
        expect(await broken.invoke(call)).toMatchObject(
          at === sends ? { kind: 'unknown', interruption: 'closed' } : { kind: 'failed', notSent: 'closed' },
        );
        expect(lab.disturbances.waiting).toEqual([]);
        await broken.close();
      }
    },
  );

  test.each([500, 502, 504])('answered with HTTP %i has an unknown outcome', async (status) => {
    lab.disturbances.arm({ operation: 'Command', effect: { kind: 'status', status } });
    expect(await session.invoke(echo)).toMatchObject({ kind: 'unknown' });
    expect(lab.operations()).toEqual(['Command']);
  });

  test('whose server fails in its own way has an unknown outcome', async () => {
    lab.disturbances.arm({ operation: 'Command', effect: { kind: 'fault', subcode: 'InternalError' } });
    expect(await session.invoke(echo)).toMatchObject({ kind: 'unknown' });
  });

  test('that the server does not acknowledge in time has an unknown outcome', async () => {
    await session.close();
    session = await lab.connect({}, { ackTimeoutMs: 200 });
    lab.disturbances.arm({ operation: 'Command', effect: { kind: 'slow', delayMs: 600 }, when: 'after' });
    expect(await session.invoke(echo)).toMatchObject({ kind: 'unknown', interruption: 'timeout' });
  });

  test('into a shell that the server has ended is not sent', async () => {
    lab.disturbances.arm({ operation: 'Command', effect: { kind: 'end-shells' } });
    expect(await session.invoke(echo)).toMatchObject({ kind: 'failed', notSent: 'closed' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(session.failure).toMatchObject({ kind: 'closed', facts: { faultSubcode: 'InvalidSelectors' } });
  });

  test('during which the server ends the shell has an unknown outcome', async () => {
    lab.disturbances.arm({ operation: 'Receive', effect: { kind: 'end-shells' } });
    expect(await session.invoke(echo)).toMatchObject({ kind: 'unknown', interruption: 'closed' });
  });
});

test('a shell ends when nobody uses it', async () => {
  const short = await startOther({ idleTimeoutMs: 100 });
  const session = await short.connect();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await session.invoke(echo)).toMatchObject({ kind: 'failed', notSent: 'closed' });
  await session.close();
});

test('a shell is its owner’s alone', async () => {
  const two = await startOther({ authentication: { basic: () => true } });
  const session = await two.connect();
  const other = await two.connect({
    authentication: { kind: 'basic', user: 'eve', password: new SecureText('x', 'password') },
  });
  expect(two.service.shells).toBe(2);
  await session.close();
  await other.close();
});
