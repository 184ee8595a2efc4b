import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SimulatedOrganization } from '../exchange/organization';
import { endpointCertificate } from './certificate';
import { shownCertificate, startExchangeEndpoint } from './exchange-endpoint';
import { kerberosSignIn } from './kerberos';

const USAGE =
  'usage: main <state folder> <server> [port [service]] [--name <host>] [--default [--http-port <port>]]';

/**
 * The PowerShell endpoint of the lab. Users are those of the lab's SSH server; with a service as `HTTP@localhost`, whose
 * key is in the keytab that `KRB5_KTNAME` names, Kerberos' as well. It shows the certificate that IIS has on the server;
 * with `--name`, in place of the one that Setup made, one for that host by an authority of its own. With `--default` it is
 * as Exchange's Setup leaves it: HTTP with sealed bodies besides, and Kerberos only. Prints its URL, a PEM file of what a
 * client is to trust at first, and the URL of HTTP where there is one, and ends with its standard input.
 */
async function main(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      default: { type: 'boolean', default: false },
      'http-port': { type: 'string', default: '0' },
    },
  });
  const [folder, server, port, service] = positionals;
  if (folder === undefined || server === undefined) throw new Error(USAGE);
  if (values.default && service === undefined) throw new Error(`--default needs a service. ${USAGE}`);
  const organization = SimulatedOrganization.open(folder);
  const boundByHand = values.name === undefined ? undefined : endpointCertificate(folder, [values.name]);
  const schemes = values.default ? (['Kerberos'] as const) : (['Negotiate'] as const);
  const running = await startExchangeEndpoint({
    organization: () => organization,
    server,
    authentication: {
      ...(values.default
        ? {}
        : { basic: (user: string, password: string) => organization.ssh.allowsPassword(user, password) }),
      ...(service === undefined ? {} : { kerberos: kerberosSignIn(service, { schemes }) }),
    },
    ...(values.default ? { http: { port: Number(values['http-port']) } } : {}),
    ...(boundByHand === undefined ? {} : { boundByHand }),
    ...(port === undefined ? {} : { port: Number(port) }),
  });
  const trusted = boundByHand?.caFile ?? writeShown(organization, server);
  const http = values.default ? ` http://localhost:${running.httpPort}/PowerShell/` : '';
  process.stdout.write(`https://localhost:${running.port}/PowerShell/ ${trusted}${http}\n`);
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
