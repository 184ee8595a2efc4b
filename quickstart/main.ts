import { Resolver } from 'node:dns/promises';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { PROVIDER_SOURCE, PROVIDER_VERSION } from '../exchange/provider-address';
import { layProvider } from '../install/mirror';
import { cdktf } from './cdktf';
import { startDns, ZONE } from './dns';
import { layDnsProvider } from './dns-provider';
import type { OpenedDoor } from './door';
import { startExchange } from './exchange';
import { missingForKerberos } from './kerberos-door';
import { ENVIRONMENT_NAME, exportLines, Sandbox } from './sandbox';
import { findTerraform } from './tools';
import { USAGE, wayFrom, type Way } from './way';

function say(text: string): void {
  process.stdout.write(`\n=== ${text}\n`);
}

async function main(way: Way): Promise<void> {
  const missing = way === 'kerberos' ? missingForKerberos() : undefined;
  if (missing !== undefined) throw new Error(missing);
  const started = Date.now();
  const terraform = findTerraform();
  const sandbox = new Sandbox();
  say(
    `Making a sandbox in ${relative(process.cwd(), sandbox.folder)}: a simulated Exchange organization with one server, a certificate, a DNS server`,
  );
  await sandbox.create();
  if (terraform.kind === 'missing') return withoutTerraform(sandbox, terraform.remedy);

  await layProvider(sandbox.mirror, 'provider/main.ts', {
    source: PROVIDER_SOURCE,
    version: PROVIDER_VERSION,
  });
  say(await layDnsProvider(sandbox.mirror));

  const dns = await startDns(sandbox.dns, sandbox.dnsKey);
  let endpoint: OpenedDoor | undefined;
  try {
    if (way !== 'process') {
      endpoint = await startExchange(sandbox.exchange, way);
      say(`Exchange's own endpoint answers at ${endpoint.url}: ${endpoint.what}`);
    }
    const variables = sandbox.variables(dns.port, endpoint?.variables ?? sandbox.processVariables);
    const run = (...args: string[]) => cdktf(args, sandbox.project, variables);

    say('The site with one server: the plan');
    await run('plan');
    say('The site with one server: the deploy');
    await run('deploy', '--auto-approve');

    say('Exchange is installed on a second server; its line is added to the declaration');
    sandbox.installSecondServer();
    sandbox.declare('both servers');
    await run('plan');
    say('The second server joins: its service connection point first, the DNS records last');
    await run('deploy', '--auto-approve');

    say('After a deploy the plan is empty');
    await run('plan');

    say('What DNS answers now');
    await showAnswers(dns.port);
    say(`The remote-execution plan, for people and for tools:`);
    for (const file of ['exchange-plan.ps1', 'exchange-plan.json']) {
      process.stdout.write(
        `${relative(process.cwd(), join(sandbox.project, 'cdktf.out', 'stacks', ENVIRONMENT_NAME, file))}\n`,
      );
    }
    say(`Done in ${Math.round((Date.now() - started) / 1000)} seconds. To type cdktf yourself:`);
    showHowToGoOn(sandbox, sandbox.writeEnvironment(variables), endpoint);
  } finally {
    await endpoint?.close();
    await dns.close();
  }
}

function showHowToGoOn(sandbox: Sandbox, environment: string, endpoint?: OpenedDoor): void {
  const again = (script: string, what: string) =>
    process.stdout.write(`${script.padEnd(28)}(in a second terminal: starts ${what} again)\n`);
  again('npm run quickstart:dns', 'the DNS server');
  if (endpoint !== undefined) again('npm run quickstart:exchange', 'the Exchange endpoint');
  process.stdout.write(
    `. ${relative(process.cwd(), environment)} && cd ${relative(process.cwd(), sandbox.project)} && npx cdktf plan\n`,
  );
  if (endpoint === undefined) return;
  say('To reach only the Exchange endpoint, for example with npm run doctor:');
  process.stdout.write(exportLines(endpoint.variables));
}

async function showAnswers(port: number): Promise<void> {
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${port}`]);
  for (const name of ['webmail', 'autodiscover']) {
    const host = `${name}.${ZONE.slice(0, -1)}`;
    const addresses = await resolver.resolve4(host);
    process.stdout.write(`${host} has the addresses ${addresses.sort().join(' and ')}\n`);
  }
}

/** Shows the plan script, which needs no Terraform, and then what to install for the rest. */
async function withoutTerraform(sandbox: Sandbox, remedy: string): Promise<void> {
  sandbox.declare('both servers');
  await cdktf(['synth'], sandbox.project, {});
  const plan = join(sandbox.project, 'cdktf.out', 'stacks', ENVIRONMENT_NAME, 'exchange-plan.ps1');
  if (!existsSync(plan)) throw new Error(`synth did not write ${plan}`);
  say('The remote-execution plan of the site:');
  process.stdout.write(readFileSync(plan, 'utf8'));
  process.stdout.write(`\nThe site was neither planned nor deployed. ${remedy}\n`);
  process.exitCode = 1;
}

function fail(error: unknown, more = ''): void {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n${more}`);
  process.exitCode = 1;
}

try {
  main(wayFrom(process.argv.slice(2))).catch(fail);
} catch (error) {
  fail(error, `\n${USAGE}`);
}
