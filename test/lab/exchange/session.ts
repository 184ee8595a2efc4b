import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExchangeVersion } from '../../../exchange/versions';
import { SimulatedOrganization } from '../../../lab/exchange/organization';
import type { PowerShellObject, PowerShellValue } from '../../../powershell/outcome';
import type {
  ChoicePrompt,
  ClientHost,
  CommandArgument,
  CommandHost,
  Emission,
  HostValue,
} from '../../../remoting/server/command-host';
import { NO_HOST } from '../../../remoting/server/prompts';

const folders: string[] = [];

/** A new organization in a folder of its own, removed when the tests of the file are done. */
export function organization(domain = 'apatricio.local'): SimulatedOrganization {
  return SimulatedOrganization.create(newFolder(), { domain });
}

const templates = new Map<ExchangeVersion, SimulatedOrganization>();

/** Two Exchange 2013 servers, BSAEX01 and BSAEX02, unless another version is wanted. */
export function twoServers(version = ExchangeVersion.V2013): SimulatedOrganization {
  const template = templates.get(version) ?? organization();
  if (!templates.has(version)) {
    for (const name of ['BSAEX01', 'BSAEX02']) {
      template.addServer({ name, fqdn: `${name}.apatricio.local`, version });
    }
    templates.set(version, template);
  }
  // A copy takes a millisecond; keys and certificates would take half a second.
  const folder = newFolder();
  cpSync(template.folder, folder, { recursive: true });
  return SimulatedOrganization.open(folder);
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lab-exchange-'));
  folders.push(folder);
  return join(folder, 'organization');
}

/** The two servers as members of DAG01, with DB01 that is active on the first and has a copy on the second. */
export async function replicated(
  version: ExchangeVersion = ExchangeVersion.V2013,
): Promise<SimulatedOrganization> {
  const lab = twoServers(version);
  await call(lab, 'New-DatabaseAvailabilityGroup', {
    Name: 'DAG01',
    WitnessServer: 'FS01',
    WitnessDirectory: 'C:\\DAG01',
    DatabaseAvailabilityGroupIpAddresses: [version === ExchangeVersion.V2010 ? '0.0.0.0' : '255.255.255.255'],
  });
  for (const server of ['BSAEX01', 'BSAEX02']) {
    await call(lab, 'Add-DatabaseAvailabilityGroupServer', { Identity: 'DAG01', MailboxServer: server });
  }
  await call(lab, 'New-MailboxDatabase', { Name: 'DB01', Server: 'BSAEX01' });
  await call(lab, 'Mount-Database', { Identity: 'DB01' });
  await call(lab, 'Add-MailboxDatabaseCopy', { Identity: 'DB01', MailboxServer: 'BSAEX02' });
  return lab;
}

export function removeFolders(): void {
  templates.clear();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export interface Result {
  readonly objects: readonly PowerShellObject[];
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
  /** FullyQualifiedErrorId of the error that ended the call, or of the first where nothing but errors came. */
  readonly failed?: string;
  /** That error ended the pipeline. */
  readonly terminated: boolean;
  readonly message?: string;
}

type Parameters = { readonly [name: string]: HostValue };

/** Runs one cmdlet on a server's session as our own client sends it, at Exchange's endpoint with the Full level. */
export async function call(
  lab: SimulatedOrganization,
  cmdlet: string,
  parameters: Parameters = {},
  server = 'BSAEX01',
  client?: ClientHost,
): Promise<Result> {
  return callWith(lab, cmdlet, argumentsOf(parameters), server, client);
}

export function argumentsOf(parameters: Parameters): readonly CommandArgument[] {
  return Object.entries(parameters).map(([name, value]) => ({ name, value }));
}

/** Somebody who answers each question with a choice; what is asked is kept. */
export function answering(choice: number, asked: ChoicePrompt[] = []): ClientHost {
  return {
    ...NO_HOST,
    promptForChoice: async (prompt) => {
      asked.push(prompt);
      return choice;
    },
  };
}

export function callWith(
  lab: SimulatedOrganization,
  cmdlet: string,
  args: readonly CommandArgument[],
  server = 'BSAEX01',
  client?: ClientHost,
): Promise<Result> {
  return callIn(lab.host(server, { query: 'serializationLevel=Full' }), cmdlet, args, client);
}

/** Runs one cmdlet in a session that is there. */
export async function callIn(
  session: CommandHost,
  cmdlet: string,
  args: readonly CommandArgument[],
  client: ClientHost = NO_HOST,
): Promise<Result> {
  const emissions: Emission[] = [];
  const pipeline = { statements: [[{ name: cmdlet, isScript: false, args }]] };
  for await (const emission of session.run(pipeline, new AbortController().signal, client)) {
    emissions.push(emission);
  }
  const end = emissions.find((emission) => emission.kind === 'failed');
  const objects = emissions.flatMap((emission) =>
    emission.kind === 'output' ? [emission.value as PowerShellObject] : [],
  );
  const failed = end ?? (objects.length > 0 ? undefined : emissions.find(({ kind }) => kind === 'error'));
  return {
    objects,
    warnings: emissions.flatMap((emission) => (emission.kind === 'warning' ? [emission.message] : [])),
    errors: emissions.flatMap((emission) =>
      emission.kind === 'error' ? [emission.error.fullyQualifiedErrorId] : [],
    ),
    terminated: end !== undefined,
    ...(failed?.kind === 'error' || failed?.kind === 'failed'
      ? { failed: failed.error.fullyQualifiedErrorId, message: failed.error.message }
      : {}),
  };
}

/** A property of the only object of a result, enums and identities by their text. */
export function only(result: Result, property: string): PowerShellValue {
  if (result.failed !== undefined) throw new Error(result.failed);
  expect(result.objects).toHaveLength(1);
  return plain(result.objects[0]!.properties[property]!);
}

export function plain(value: PowerShellValue): PowerShellValue {
  if (Array.isArray(value)) return (value as readonly PowerShellValue[]).map(plain);
  if (typeof value === 'object' && value !== null && 'typeNames' in value) return value.text ?? null;
  return value;
}
