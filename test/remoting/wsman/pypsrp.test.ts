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

async function pypsrp(
  endpoint: EndpointProcess,
  authentication: 'basic' | 'kerberos',
  user: string,
  environment: { readonly [name: string]: string } = {},
): Promise<unknown> {
  const args = [
    join(__dirname, '../python/wsman_client.py'),
    new URL(endpoint.url).port,
    endpoint.caFile,
    authentication,
    user,
  ];
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
  }, 30_000);
  afterAll(() => endpoint.stop());

  test('with Basic', async () => {
    expectCalls(await pypsrp(endpoint, 'basic', 'admin'));
    const identities = organization
      .journal()
      .map(({ parameters }) => JSON.stringify(parameters['Identity'] ?? ''));
    expect(identities.some((identity) => identity.length > 1000)).toBe(true);
    expect(organization.journal().flatMap(({ answers = [] }) => answers.map(({ yes }) => yes))).toEqual([
      false,
    ]);
  }, 30_000);

  test('with a wrong user', async () => {
    await expect(pypsrp(endpoint, 'basic', 'eve')).rejects.toThrow('AuthenticationError');
  }, 30_000);
});

describeWithPypsrp('pypsrp with Kerberos', () => {
  describeWithKerberos('against the lab', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pypsrp-kerberos-'));
    let lab: KerberosEndpoint;
    beforeAll(async () => {
      lab = await startKerberosEndpoint(folder, 'admin', PASSWORD, twoServers().folder);
    }, 60_000);
    afterAll(async () => {
      await lab.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    test('with a ticket', async () => {
      const cache = lab.kdc.signIn(`admin@${REALM}`, PASSWORD);
      expectCalls(await pypsrp(lab.endpoint, 'kerberos', '', { ...lab.kdc.environment, KRB5CCNAME: cache }));
    }, 30_000);
  });
});
