import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { connectToFrom, type ConnectTo } from '../provider/connect-to';
import { drill, UnknownServer } from './drill/drill';
import { plannedNames, type PlannedNames } from './drill/planned-names';
import { renderJson, renderText } from './drill/report';
import { NotAPlan } from './plan-record';

const USAGE = `usage: npm run drill -- exchange-plan.json --without SERVER[=ADDRESS,...] [--dns ADDRESS[:PORT]] [--json]

Shows which names of a site would still answer without one of its servers. It asks DNS for the addresses of each name,
leaves out those of the server, and connects to the others over TLS, where it reads the health pages of Exchange. It
changes nothing, and the server can stay in service. Exit code 0: every name answers, as far as can be seen from this
machine; 1: a name does not; 2: wrong arguments.
`;

interface Arguments {
  readonly plan: PlannedNames;
  readonly without: string;
  readonly gone?: readonly string[];
  readonly dns?: string;
  readonly json: boolean;
}

/**
 * @returns null where only the usage is asked for
 * @throws TypeError where an argument is unknown, missing or malformed
 */
function argumentsFrom(args: readonly string[]): Arguments | null {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      without: { type: 'string' },
      dns: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw new TypeError('give one plan: cdktf.out/stacks/<site>/exchange-plan.json');
  const [, without, gone] = /^([^=]+)(?:=(.+))?$/.exec(values.without ?? '') ?? [];
  if (without === undefined) throw new TypeError('name the server to leave out: --without EX01');
  return {
    plan: planIn(file),
    without,
    json: values.json,
    ...(gone === undefined ? {} : { gone: gone.split(',') }),
    ...(values.dns === undefined ? {} : { dns: values.dns }),
  };
}

function planIn(file: string): PlannedNames {
  try {
    return plannedNames(readFileSync(file, 'utf8'));
  } catch (error) {
    const what = error instanceof NotAPlan ? `is ${error.message}` : `cannot be read: ${codeOf(error)}`;
    throw new TypeError(`${file} ${what}`, { cause: error });
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

/** The codes of an answer that the name does not exist, or has no addresses of this kind. */
const NO_ADDRESS: ReadonlySet<string | undefined> = new Set(['ENOTFOUND', 'ENODATA']);

function resolving(dns: string | undefined): (name: string) => Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: 3_000, tries: 2 });
  if (dns !== undefined) resolver.setServers([dns]);
  const none = (error: NodeJS.ErrnoException): string[] => {
    if (NO_ADDRESS.has(error.code)) return [];
    throw error;
  };
  return async (name) => {
    const found = await Promise.all([
      resolver.resolve4(name).catch(none),
      resolver.resolve6(name).catch(none),
    ]);
    return found.flat().sort();
  };
}

async function main(args: readonly string[]): Promise<number> {
  let given: Arguments | null;
  let connectTo: ConnectTo;
  try {
    given = argumentsFrom(args);
    connectTo = connectToFrom({}, process.env, (_setting, summary, detail) => {
      throw new TypeError(`${summary}. ${detail}`);
    });
  } catch (error) {
    return refused(error);
  }
  if (given === null) {
    process.stdout.write(USAGE);
    return 0;
  }
  const surroundings = { resolve: resolving(given.dns), connectTo };
  try {
    const report = await drill(given.plan, given.without, surroundings, given.gone);
    process.stdout.write(given.json ? renderJson(report) : renderText(report));
    return report.names.every(({ verdict }) => verdict !== 'silent') ? 0 : 1;
  } catch (error) {
    if (error instanceof UnknownServer) return refused(error);
    throw error;
  }
}

function refused(error: unknown): number {
  process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
  return 2;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
