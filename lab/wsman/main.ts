import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SimulatedOrganization } from '../exchange/organization';
import { endpointCertificate } from './certificate';
import { defaultDoor } from './default-door';
import type { EndpointOptions } from './endpoint';
import { shownCertificate, startExchangeEndpoint } from './exchange-endpoint';
import { kerberosSignIn } from './kerberos';

const USAGE = `usage: main <state folder> <server> [port [service]] [--name <host>] [--windows 2019|2022|2025]
  [--commands-per-shell <count>]
  [--default [--http-port <port>] [--scheme Kerberos|Negotiate] [--extended-protection None|Allow|Require]]`;

const OPTIONS = {
  name: { type: 'string' },
  default: { type: 'boolean', default: false },
  'http-port': { type: 'string', default: '0' },
  scheme: { type: 'string', default: 'Kerberos' },
  windows: { type: 'string', default: '2022' },
  'commands-per-shell': { type: 'string', default: '1000' },
  'extended-protection': { type: 'string', default: 'None' },
} as const;

const SCHEMES = ['Kerberos', 'Negotiate'] as const;
const WINDOWS = [2019, 2022, 2025] as const;
const PROTECTIONS = ['None', 'Allow', 'Require'] as const;

/**
 * The PowerShell endpoint of the lab. Its users are those of the lab's SSH server. With a service such as
 * `HTTP@localhost`, whose key is in the keytab that `KRB5_KTNAME` names, it also takes Kerberos tickets. It shows the
 * certificate that IIS has on the server; with `--name`, it shows, instead of the one that Setup made, one for that
 * host by a certification authority of its own. With `--default` it is as Exchange's Setup leaves it: only Kerberos,
 * also over HTTP with encrypted bodies. It prints its URL, a PEM file with what a client must trust at first, and the
 * HTTP URL where there is one. It ends with its standard input.
 */
async function main(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  const [folder, server, port, service] = positionals;
  if (folder === undefined || server === undefined) throw new Error(USAGE);
  const organization = SimulatedOrganization.open(folder);
  const boundByHand = values.name === undefined ? undefined : endpointCertificate(folder, [values.name]);
  const running = await startExchangeEndpoint({
    organization: () => organization,
    server,
    ...(values.default ? asSetupLeavesIt(service, values) : withBasic(organization, service)),
    windows: oneOf(WINDOWS, values.windows),
    commandsPerShell: Number(values['commands-per-shell']),
    ...(boundByHand === undefined ? {} : { boundByHand }),
    ...(port === undefined ? {} : { port: Number(port) }),
  });
  const trusted = boundByHand?.caFile ?? writeShown(organization, server);
  const http = running.httpPort === 0 ? [] : [`http://localhost:${running.httpPort}/PowerShell/`];
  process.stdout.write(`${[`https://localhost:${running.port}/PowerShell/`, trusted, ...http].join(' ')}\n`);
  process.stdin.resume();
  process.stdin.on('end', () => void running.close());
}

type Door = Pick<EndpointOptions, 'authentication' | 'http'>;

function asSetupLeavesIt(
  service: string | undefined,
  values: { readonly [name in 'http-port' | 'scheme' | 'extended-protection']: string },
): Door {
  if (service === undefined) throw new Error(`--default needs a service.\n${USAGE}`);
  return defaultDoor({
    service,
    httpPort: Number(values['http-port']),
    schemes: [oneOf(SCHEMES, values.scheme)],
    extendedProtection: oneOf(PROTECTIONS, values['extended-protection']),
  });
}

/** The sign-in that an administrator sets up for clients outside of the domain. */
function withBasic({ ssh }: SimulatedOrganization, service: string | undefined): Door {
  const kerberos =
    service === undefined ? {} : { kerberos: kerberosSignIn(service, { schemes: ['Negotiate'] }) };
  return { authentication: { basic: (user, password) => ssh.allowsPassword(user, password), ...kerberos } };
}

function oneOf<T extends string | number>(known: readonly T[], text: string): T {
  const found = known.find((value) => String(value) === text);
  if (found === undefined) throw new Error(`${text} is none of ${known.join(', ')}.\n${USAGE}`);
  return found;
}

/** Writes the certificate that the server shows, which is its own issuer. */
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
