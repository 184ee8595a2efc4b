import { differences } from '../../../plugin/engine/equality';
import { resourcesOf, type AnyResource, type Facts } from '../../../exchange/resources';
import { ExchangeVersion } from '../../../exchange/versions';
import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import type { Invocation } from '../../../powershell/invocation';
import type { KnownValues, StateOf, Values } from '../../../schema';
import { call, removeFolders, twoServers } from '../../lab/exchange/session';
import { factsOf, sampleIn, versionsOf } from './samples';

type State = StateOf<Record<string, never>>;

/** Those that need a file of the runner, or change nothing. */
const LEFT_OUT = (resource: AnyResource) =>
  resource.lifecycle === 'check' || resource.typeName === 'exchange_certificate';

/** The addresses of a DAG, which are DHCP in 2010, and in later versions none. */
const addresses = (version: ExchangeVersion) =>
  version === ExchangeVersion.V2010 ? '0.0.0.0' : '255.255.255.255';

/** The members of DAG01 that a type needs to be there before. */
const MEMBERS_BEFORE: { readonly [typeName: string]: readonly string[] } = {
  exchange_database_availability_group_member: [],
  exchange_datacenter_activation: ['BSAEX01', 'BSAEX02'],
  exchange_mailbox_database: ['BSAEX01', 'BSAEX02'],
};

async function labFor({ typeName }: AnyResource, version: ExchangeVersion): Promise<SimulatedOrganization> {
  const lab = twoServers(version);
  const members = MEMBERS_BEFORE[typeName];
  if (members === undefined) return lab;
  await call(lab, 'New-DatabaseAvailabilityGroup', {
    Name: 'DAG01',
    WitnessServer: 'FS01',
    WitnessDirectory: 'C:\\DAG01',
    DatabaseAvailabilityGroupIpAddresses: [addresses(version)],
  });
  for (const MailboxServer of members) {
    await call(lab, 'Add-DatabaseAvailabilityGroupServer', { Identity: 'DAG01', MailboxServer });
  }
  return lab;
}

/** The sample of a type, for the servers of the lab. */
function declaredIn(resource: AnyResource, version: ExchangeVersion): KnownValues {
  const text = JSON.stringify(sampleIn(resource, version))
    .replace('255.255.255.255', addresses(version))
    .replaceAll('Redmond', 'Default-First-Site-Name');
  return JSON.parse(text.replaceAll('EX1', 'BSAEX01').replaceAll('EX2', 'BSAEX02')) as KnownValues;
}

async function run(lab: SimulatedOrganization, { cmdlet, parameters }: Invocation) {
  const result = await call(lab, cmdlet, parameters as Parameters<typeof call>[2]);
  if (result.failed !== undefined) throw new Error(`${cmdlet}: ${result.failed} ${result.message ?? ''}`);
}

async function seenOf(lab: SimulatedOrganization, resource: AnyResource, state: KnownValues, facts: Facts) {
  const observed = resource.observe?.(state as State, facts);
  if (observed === undefined) throw new Error(`${resource.typeName} is not read`);
  const { objects, failed = '' } = await call(
    lab,
    observed.cmdlet,
    observed.parameters as Parameters<typeof call>[2],
  );
  return failed === '' ? (resource.view?.(objects, state as State, facts) ?? null) : null;
}

/** The names of what was declared and is seen otherwise. */
function unlike(resource: AnyResource, declared: KnownValues, seen: Values): readonly string[] {
  const { attributes } = resource.schema;
  return differences(resource.schema, declared, seen).filter(
    (name) => attributes[name]?.mode !== 'computed' && (declared[name] ?? null) !== null,
  );
}

// That the product and the lab agree proves nothing of a server: what the lab answers, and from which source, is in
// docs/lab.md. What these tests notice is a definition that reads another property, or in another form, than it sets.
afterAll(removeFolders);

describe.each(ExchangeVersion.ALL.map((version) => [version.label, version] as const))(
  'in %s',
  (_label, version) => {
    const resources = resourcesOf(version).filter(
      (resource) => versionsOf(resource).includes(version) && !LEFT_OUT(resource),
    );

    test.each(resources.map((resource) => [resource.typeName, resource] as const))(
      'what a deploy writes into %s is read as declared',
      async (_name, resource) => {
        const facts = factsOf(version);
        const lab = await labFor(resource, version);
        const declared = declaredIn(resource, version);
        const before = await seenOf(lab, resource, declared, facts);
        expect(before === null).toBe(resource.lifecycle === 'owned');
        for (const step of resource.steps({ prior: null, planned: declared as State }, facts)) {
          await run(lab, step.invocation);
        }
        const seen = await seenOf(lab, resource, declared, facts);
        expect(seen).not.toBeNull();
        expect(unlike(resource, declared, seen!)).toEqual([]);
        if (resource.lifecycle !== 'owned') return;
        for (const step of resource.steps({ prior: seen, planned: null }, facts)) {
          await run(lab, step.invocation);
        }
        expect(await seenOf(lab, resource, declared, facts)).toBeNull();
      },
    );
  },
);
