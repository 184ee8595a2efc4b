import { parseArgs } from 'node:util';
import { examine, type DoctorOptions } from './doctor/doctor';
import { renderJson, renderText } from './doctor/report';

const USAGE = `usage: npm run doctor -- [exchange-plan.json] [--server NAME=VERSION]... [--json]

Checks the endpoint that the provider's environment variables name, step by step, and says what to do
about warnings and the first failure. It also shows which other ways into the server are open. With the plan of a stack
(cdktf.out/stacks/<site>/exchange-plan.json) it also opens each PFX, asks the DNS server of each zone whether
it takes updates, and checks the cmdlets and parameters of that plan. It changes nothing.
Exit code 0: no check failed; 1: one did; 2: wrong arguments.
`;

type Arguments = DoctorOptions & { readonly json: boolean; readonly help: boolean };

/** @throws TypeError where an argument is unknown or malformed */
function argumentsFrom(args: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      server: { type: 'string', multiple: true, default: [] },
    },
  });
  const [planFile, ...more] = positionals;
  if (more.length > 0) throw new TypeError(`give one plan at most, without ${more.join(', ')}`);
  const servers = values.server.map((text): readonly [string, string] => {
    const [, name, version] = /^([^=]+)=([^=]+)$/.exec(text) ?? [];
    if (name === undefined || version === undefined) {
      throw new TypeError(`--server ${text} is not NAME=VERSION, for example ex1=2019`);
    }
    return [name, version];
  });
  return {
    json: values.json,
    help: values.help,
    ...(planFile === undefined ? {} : { planFile }),
    ...(servers.length === 0 ? {} : { servers: Object.fromEntries(servers) }),
  };
}

async function main(args: readonly string[]): Promise<number> {
  let options: Arguments;
  try {
    options = argumentsFrom(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const report = await examine(options, process.env);
  process.stdout.write(options.json ? renderJson(report) : renderText(report));
  return report.ok ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => {
    // Ends the process once everything is written, even where Kerberos still waits for a key distribution center.
    process.stdout.write('', () => process.exit(code));
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
