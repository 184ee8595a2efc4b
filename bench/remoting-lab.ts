import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { SimulatedOrganization } from '../lab/exchange/organization';
import { startSshServer } from '../lab/exchange/ssh-server';
import { endpointCertificate } from '../lab/wsman/certificate';
import { startEndpoint } from '../lab/wsman/endpoint';
import { kerberosSignIn } from '../lab/wsman/kerberos';
import { withLargeAnswer } from './large-answer';
import { SERVICE_VARIABLE } from './realm';

/** The first line that the program prints: where its endpoints are. */
export interface LabAddress {
  readonly url: string;
  readonly caFile: string;
  /** The URL over HTTP with Kerberos of the same endpoint; left out where there is no realm. */
  readonly sealedUrl?: string;
  readonly sshPort: number;
  /** `SHA256:…`. */
  readonly sshFingerprint: string;
}

/** The answer to each line on its input: requests to the WSMan endpoint since the last answer, by operation. */
export type LabTraffic = { readonly [operation: string]: number };

/**
 * The lab's WSMan endpoint and SSH server as a program: `<state folder> <server> <user>`, with the password of the user in the
 * environment. It compares the password directly: the lab's own accounts hash it, which is slow on purpose and would hide what
 * is measured.
 */
async function main([folder = '', server = '', user = '']: readonly string[]): Promise<void> {
  const password = process.env['BENCH_PASSWORD'];
  const service = process.env[SERVICE_VARIABLE];
  const organization = SimulatedOrganization.open(folder);
  const { cert, key, caFile } = endpointCertificate(folder, ['localhost']);
  const endpoint = await startEndpoint({
    host: ({ query, drop }) => withLargeAnswer(organization.host(server, { query, drop })),
    authentication: {
      basic: (name, secret) => name === user && secret === password,
      ...(service === undefined ? {} : { kerberos: kerberosSignIn(service) }),
    },
    tls: { cert, key },
    ...(service === undefined ? {} : { http: {} }),
  });
  const ssh = await startSshServer(organization, { server });
  const address: LabAddress = {
    url: `https://localhost:${endpoint.port}/PowerShell/`,
    caFile,
    ...(service === undefined ? {} : { sealedUrl: `http://localhost:${endpoint.httpPort}/PowerShell/` }),
    sshPort: ssh.port,
    sshFingerprint: organization.ssh.hostFingerprint(),
  };
  process.stdout.write(`${JSON.stringify(address)}\n`);
  let seen = 0;
  const questions = createInterface(process.stdin);
  questions.on('line', () => {
    const traffic: { [operation: string]: number } = {};
    for (const { operation } of endpoint.traffic.slice(seen)) {
      traffic[operation] = (traffic[operation] ?? 0) + 1;
    }
    seen = endpoint.traffic.length;
    process.stdout.write(`${JSON.stringify(traffic)}\n`);
  });
  await once(questions, 'close');
  await Promise.all([endpoint.close(), ssh.close()]);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
  process.stdin.destroy();
});
