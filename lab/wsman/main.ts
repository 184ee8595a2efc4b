import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SimulatedOrganization } from '../exchange/organization';
import { endpointCertificate } from './certificate';
import { shownCertificate, startExchangeEndpoint } from './exchange-endpoint';
import { kerberosAcceptor } from './kerberos';

const USAGE = 'usage: main <state folder> <server> [port [service]] [--name <host>]';

/**
 * The PowerShell endpoint of the lab. Users are those of the lab's SSH server; with a service as `HTTP@localhost`, whose
 * key is in the keytab that `KRB5_KTNAME` names, Kerberos' as well. It shows the certificate that IIS has on the server;
 * with `--name`, in place of the one that Setup made, one for that host by an authority of its own. Prints its URL and a
 * PEM file of what a client is to trust at first, and ends with its standard input.
 */
async function main(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { name: { type: 'string' } },
  });
  const [folder, server, port, service] = positionals;
  if (folder === undefined || server === undefined) throw new Error(USAGE);
  const organization = SimulatedOrganization.open(folder);
  const boundByHand = values.name === undefined ? undefined : endpointCertificate(folder, [values.name]);
  const running = await startExchangeEndpoint({
    organization: () => organization,
    server,
    authentication: {
      basic: (user, password) => organization.ssh.allowsPassword(user, password),
      ...(service === undefined ? {} : { negotiate: kerberosAcceptor(service) }),
    },
    ...(boundByHand === undefined ? {} : { boundByHand }),
    ...(port === undefined ? {} : { port: Number(port) }),
  });
  const trusted = boundByHand?.caFile ?? writeShown(organization, server);
  process.stdout.write(`https://localhost:${running.port}/PowerShell/ ${trusted}\n`);
  process.stdin.resume();
  process.stdin.on('end', () => void running.close());
}

/** What a server shows for itself, its issuer being nobody else. */
function writeShown(organization: SimulatedOrganization, server: string): string {
  const file = join(organization.folder, 'wsman-shown.pem');
  writeFileSync(file, shownCertificate(organization, server) ?? '');
  return file;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
  process.stdin.destroy();
});
