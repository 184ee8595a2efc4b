import { objectWith } from '../exchange/resources/object-with';
import { textOf } from '../exchange/resources/property';
import { ExchangeVersion } from '../exchange/versions';
import type { Invocation } from '../powershell/invocation';
import type { ObjectsOutcome } from '../powershell/outcome';
import type { Diagnostic } from '../schema';
import type { DeclaredVersions } from './declared-versions';
import type { Reading } from './readings';

const SERVERS: Invocation = {
  cmdlet: 'Get-ExchangeServer',
  parameters: {},
  properties: ['Name', 'AdminDisplayVersion'],
};

/**
 * The servers that the organization really has. No step changes them, so that they are read once in a run.
 * `ExchangeTarget` documents the methods that have no comment here.
 */
export class InstalledServers {
  #reading: Promise<Reading> | null = null;

  constructor(
    private readonly declared: DeclaredVersions,
    private readonly read: (invocation: Invocation) => Promise<Reading>,
  ) {}

  async versionProblems(server: string): Promise<readonly Diagnostic[]> {
    const declared = this.declared.versionFor(server);
    if (declared === undefined) {
      return [
        {
          severity: 'error',
          summary: `The version of ${server} is not declared`,
          detail: `Add ${server} with its Exchange version to servers in the provider block. The declaration of a site does this by itself.`,
        },
      ];
    }
    const reading = await this.#readServers();
    if (reading.kind === 'failed') return reading.diagnostics;
    const found = named(server, reading.outcome);
    if (found === undefined) {
      const names = reading.outcome.objects.map((object) => textOf(object, 'Name')).sort();
      return [
        {
          severity: 'error',
          summary: `There is no Exchange server ${server}`,
          detail: `The organization has ${names.join(', ')}. Correct the server's name in the declaration, or install the server first.`,
        },
      ];
    }
    const display = textOf(found, 'AdminDisplayVersion') ?? '';
    const real = ExchangeVersion.ofBuild(display);
    if (real === declared) return [];
    if (real !== undefined && real.goesWith(declared)) return [betweenVersions(server, declared, real)];
    return [
      {
        severity: 'error',
        summary: `${server} is not ${declared.toString()}`,
        detail: `It reports '${display}'${real === undefined ? '' : `, which is ${real.toString()}`}. Correct the server's version in the declaration.`,
      },
    ];
  }

  async isUninstalled(server: string): Promise<boolean> {
    const reading = await this.#readServers();
    if (reading.kind === 'failed' || named(server, reading.outcome) !== undefined) return false;
    // The session itself runs on a server: an answer that is empty, or lacks names, was filtered on its way.
    const names = reading.outcome.objects.map((object) => textOf(object, 'Name') || null);
    return names.length > 0 && !names.includes(null);
  }

  /** The servers of the list that the organization has; none where that cannot be read. */
  async among(servers: readonly string[]): Promise<readonly string[]> {
    const reading = await this.#readServers();
    if (reading.kind === 'failed') return [];
    return servers.filter((server) => named(server, reading.outcome) !== undefined);
  }

  #readServers(): Promise<Reading> {
    return (this.#reading ??= this.read(SERVERS));
  }
}

/**
 * Servers of a DAG are updated in place one after another, so that the real version may differ from the declared one for
 * a while. Before the update is done, the text must not ask for another declaration.
 */
function betweenVersions(server: string, declared: ExchangeVersion, real: ExchangeVersion): Diagnostic {
  return {
    severity: 'warning',
    summary: `${server} is ${real.toString()}, and declared as ${declared.toString()}`,
    detail: real.isUpdatedTo(declared)
      ? `This stops no plan and no deploy. Update the server in place, the members of a DAG one after another; no member has to leave the DAG for the update.`
      : `The server was updated in place: declare it as ${real.declaredAs}. The other members of its DAG may be updated later; no member has to leave the DAG for the update.`,
  };
}

function named(server: string, { objects }: ObjectsOutcome) {
  return objectWith(objects, { Name: server });
}
