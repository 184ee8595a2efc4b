import { SimulatedOrganization } from '../exchange/organization';
import { endpointCertificate } from './certificate';
import { startEndpoint } from './endpoint';
import { kerberosAcceptor } from './kerberos';

/**
 * The PowerShell endpoint of the lab: `main <state folder> <server> [port [service]]`. Users are those of the lab's SSH
 * server; with a service as `HTTP@localhost`, whose key is in the keytab that `KRB5_KTNAME` names, Kerberos' as well.
 * Prints its URL and the file of its certification authority, and ends with its standard input.
 */
async function main([folder, server, port, service]: readonly string[]): Promise<void> {
  if (folder === undefined || server === undefined)
    throw new Error('usage: main <state folder> <server> [port [service]]');
  const organization = SimulatedOrganization.open(folder);
  const certificate = endpointCertificate(folder, ['localhost']);
  const running = await startEndpoint({
    host: (client) => organization.host(server, client),
    authentication: {
      basic: (user, password) => organization.ssh.allowsPassword(user, password),
      ...(service === undefined ? {} : { negotiate: kerberosAcceptor(service) }),
    },
    tls: { cert: certificate.cert, key: certificate.key },
    ...(port === undefined ? {} : { port: Number(port) }),
  });
  process.stdout.write(`https://localhost:${running.port}/PowerShell/ ${certificate.caFile}\n`);
  process.stdin.resume();
  process.stdin.on('end', () => void running.close());
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
  process.stdin.destroy();
});
