import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import { removeFolders, twoServers } from '../../lab/exchange/session';
import { describeWithKerberos, REALM } from '../peers/kdc';
import { describeWithPypsrp, python, pythonEnvironment } from '../peers/python';
import {
  startEndpointProcess,
  startKerberosEndpoint,
  type EndpointProcess,
  type KerberosEndpoint,
} from '../peers/wsman-endpoint';

const PASSWORD = 'canary-91cc';

afterAll(removeFolders);

interface How {
  readonly url?: string;
  readonly authentication: 'basic' | 'kerberos';
  /** Left out: whoever has the ticket. */
  readonly user?: string;
  /** Of bodies, beneath what TLS encrypts. @default 'never' */
  readonly encryption?: 'auto' | 'always' | 'never';
  /** A ticket, to the certificate. @default 'bound' */
  readonly binding?: 'bound' | 'unbound';
  readonly environment?: { readonly [name: string]: string };
}

async function pypsrp(endpoint: EndpointProcess, how: How): Promise<unknown> {
  const { url = endpoint.url, authentication, user = '', encryption = 'never', environment = {} } = how;
  const { binding = 'bound' } = how;
  const client = join(__dirname, '../python/wsman_client.py');
  const args = [client, url, endpoint.caFile, authentication, user, encryption, binding];
  const child = spawn(python, args, { env: { ...pythonEnvironment, ...environment } });
  child.stdin.end(`${PASSWORD}\n`);
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (child.exitCode !== 0) throw new Error(errors);
  return JSON.parse(output);
}

function expectCalls(results: unknown): void {
  expect(results).toEqual([
    { command: 'Get-ExchangeServer', output: ['BSAEX01', 'BSAEX02'], errors: [] },
    { command: 'Get-ExchangeServer', output: ['BSAEX02'], errors: [] },
    expect.objectContaining({ command: 'Get-ExchangeServer' }),
    { command: 'Get-NoSuchThing', output: [], errors: ['CommandNotFoundException'] },
    {
      command: 'New-ExchangeCertificate',
      output: [],
      errors: [expect.stringMatching(/^HostFunctionNotImplemented,.*NewExchangeCertificate$/)],
    },
    {
      asked: [
        'Confirm',
        'Overwrite the existing default SMTP certificate?',
        ['&Yes', 'Yes to &All', '&No', 'No to A&ll'],
        0,
      ],
    },
    expect.objectContaining({ command: 'New-ExchangeCertificate', errors: [] }),
  ]);
}

describeWithPypsrp('pypsrp as the client of the lab', () => {
  let organization: SimulatedOrganization;
  let endpoint: EndpointProcess;
  beforeAll(async () => {
    organization = twoServers();
    organization.ssh.add('admin', { password: PASSWORD });
    const environment = { ...process.env } as Record<string, string>;
    endpoint = await startEndpointProcess(organization.folder, 'BSAEX01', undefined, environment);
  });
  afterAll(() => endpoint.stop());

  test('with Basic', async () => {
    expectCalls(await pypsrp(endpoint, { authentication: 'basic', user: 'admin' }));
    const identities = organization
      .journal()
      .map(({ parameters }) => JSON.stringify(parameters['Identity'] ?? ''));
    expect(identities.some((identity) => identity.length > 1000)).toBe(true);
    expect(organization.journal().flatMap(({ answers = [] }) => answers.map(({ yes }) => yes))).toEqual([
      false,
    ]);
  });

  test('with a wrong user', async () => {
    await expect(pypsrp(endpoint, { authentication: 'basic', user: 'eve' })).rejects.toThrow(
      'AuthenticationError',
    );
  });
});

describeWithPypsrp('pypsrp with Kerberos', () => {
  describeWithKerberos('against the lab', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pypsrp-kerberos-'));
    let lab: KerberosEndpoint;
    beforeAll(async () => {
      lab = await startKerberosEndpoint(folder, 'admin', PASSWORD, twoServers().folder);
    });
    afterAll(async () => {
      await lab.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    test('with a ticket, within SPNEGO', async () => {
      const environment = {
        ...lab.kdc.environment,
        KRB5CCNAME: lab.kdc.signIn(`admin@${REALM}`, PASSWORD),
      };
      expectCalls(await pypsrp(lab.endpoint, { authentication: 'kerberos', environment }));
    });
  });

  describeWithKerberos('against the lab as Exchange’s default', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pypsrp-default-'));
    let lab: KerberosEndpoint;
    let environment: { readonly [name: string]: string };
    beforeAll(async () => {
      // Fewer than the client runs in one session: it must let go of each.
      const options = ['--default', '--commands-per-shell', '3'];
      lab = await startKerberosEndpoint(folder, 'admin', PASSWORD, twoServers().folder, { options });
      environment = { ...lab.kdc.environment, KRB5CCNAME: lab.kdc.signIn(`admin@${REALM}`, PASSWORD) };
    });
    afterAll(async () => {
      await lab.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    test.each(['auto', 'always'] as const)(
      'over HTTP, with sealed bodies: encryption %s',
      async (encryption) => {
        const url = lab.endpoint.httpUrl;
        expect(url).toMatch(/^http:/);
        expectCalls(await pypsrp(lab.endpoint, { url, authentication: 'kerberos', encryption, environment }));
      },
    );

    test.each(['auto', 'always'] as const)('over HTTPS: encryption %s', async (encryption) => {
      expectCalls(await pypsrp(lab.endpoint, { authentication: 'kerberos', encryption, environment }));
    });

    test('over HTTP with open bodies it is refused', async () => {
      const url = lab.endpoint.httpUrl;
      const open = pypsrp(lab.endpoint, { url, authentication: 'kerberos', environment });
      await expect(open).rejects.toThrow('WinRMTransportError');
    });
  });

  describeWithKerberos('against the lab with Extended Protection', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pypsrp-bound-'));
    let lab: KerberosEndpoint;
    let environment: { readonly [name: string]: string };
    beforeAll(async () => {
      const options = ['--default', '--extended-protection', 'Require', '--scheme', 'Negotiate'];
      lab = await startKerberosEndpoint(folder, 'admin', PASSWORD, twoServers().folder, { options });
      environment = { ...lab.kdc.environment, KRB5CCNAME: lab.kdc.signIn(`admin@${REALM}`, PASSWORD) };
    });
    afterAll(async () => {
      await lab.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    test('over HTTPS with a ticket that is bound', async () => {
      expectCalls(await pypsrp(lab.endpoint, { authentication: 'kerberos', environment }));
    });

    test('over HTTPS with one that is not, it is refused', async () => {
      const unbound = pypsrp(lab.endpoint, { authentication: 'kerberos', binding: 'unbound', environment });
      await expect(unbound).rejects.toThrow('AuthenticationError');
    });

    test('over HTTP, sealed under Negotiate', async () => {
      const url = lab.endpoint.httpUrl;
      expectCalls(
        await pypsrp(lab.endpoint, { url, authentication: 'kerberos', encryption: 'auto', environment }),
      );
    });
  });
});
