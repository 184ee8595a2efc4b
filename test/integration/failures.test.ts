import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../../lab/exchange/faults';
import { startLab } from '../dns/lab';
import { settled, withoutOrigin } from '../lab/exchange/aftermath';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, FIRST, firstServer, NAMES, SECOND } from './declared-site';
import { SiteRig, type Finished, type Plan } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 300_000;
const BEFORE = 'before';

/** The writes of the second server's deploy; the test of the undisturbed deploy holds the list to what really runs. */
const WRITES = [
  'Set-ClientAccessServer',
  'Import-ExchangeCertificate',
  'Enable-ExchangeCertificate',
  'Set-OutlookAnywhere',
  'Set-OwaVirtualDirectory',
  'Set-EcpVirtualDirectory',
  'Set-ActiveSyncVirtualDirectory',
  'Set-WebServicesVirtualDirectory',
  'Set-OabVirtualDirectory',
  'Set-MapiVirtualDirectory',
  'Add-DatabaseAvailabilityGroupServer',
] as const;

const EFFECTS: readonly { readonly title: string; readonly fault: Pick<Fault, 'effect' | 'when'> }[] = [
  { title: 'has an error record', fault: { effect: 'fail' } },
  { title: 'has an error record although it took effect', fault: { effect: 'fail', when: 'after' } },
  { title: 'loses its connection before it took effect', fault: { effect: 'drop', when: 'before' } },
  { title: 'loses its connection after it took effect', fault: { effect: 'drop', when: 'after' } },
];

const ONCE_EACH = Object.fromEntries(WRITES.map((cmdlet) => [cmdlet, 1]));

/** First server deployed, second installed and declared. */
async function readyToJoin(tools: SiteTools): Promise<SiteRig> {
  const rig = await SiteRig.create({ tools, startDns: startLab });
  await rig.deploy(firstServer);
  rig.install(SECOND.name);
  rig.forget();
  await rig.declare(bothServers);
  rig.save(BEFORE);
  return rig;
}

async function backToBefore(rig: SiteRig): Promise<void> {
  rig.restore(BEFORE);
  for (const name of NAMES) await rig.setAddresses(name, [FIRST.address as string]);
  rig.forget();
}

/** One for each stage: what is set in a stage is seen in the next deploy. */
const MOST_LAGGING_DEPLOYS = 6;

interface Outcome {
  readonly plan: Plan;
  readonly organization: unknown;
  readonly state: unknown;
  readonly writes: readonly string[];
}

/** The deploy that nothing disturbs. */
async function outcomeOf(rig: SiteRig): Promise<Outcome> {
  const plan = await rig.plan();
  const { exit, said } = await rig.applyPlan();
  if (exit !== 0) throw new Error(said);
  return {
    plan,
    organization: settled(rig.organization),
    state: rig.stateValues(),
    writes: rig.writes().map(({ cmdlet }) => cmdlet),
  };
}

interface Course {
  readonly failed: Finished;
  readonly updatesThen: number;
  readonly stateThen: readonly string[];
  readonly completedThen: readonly string[];
  readonly finished: Finished;
  readonly effects: { readonly [cmdlet: string]: number };
  readonly organization: unknown;
  readonly state: unknown;
  readonly addresses: readonly string[];
  readonly plan: Plan;
}

/** A deploy that meets a fault, the next one, and the plan after it. */
async function disturbed(rig: SiteRig, fault: Fault): Promise<Course> {
  await backToBefore(rig);
  rig.organization.arm(fault);
  const failed = await rig.apply();
  const then = {
    failed,
    updatesThen: rig.updates.length,
    stateThen: rig.stateAddresses(),
    completedThen: rig
      .writes()
      .filter(({ outcome }) => outcome === 'completed')
      .map(({ cmdlet }) => cmdlet),
  };
  const finished = await rig.apply();
  return {
    ...then,
    finished,
    effects: rig.effects(),
    organization: settled(rig.organization),
    state: rig.stateValues(),
    addresses: await rig.addresses(NAMES[0]),
    plan: await rig.plan(),
  };
}

describeWithTerraform('a deploy is disturbed', () => {
  let tools: SiteTools;
  const rigs: SiteRig[] = [];
  /** Address of the object that each cmdlet is for. */
  const addressOf = new Map<string, string>();
  /** What the deploy brings each rig to when nothing goes wrong. */
  let undisturbed: readonly Outcome[] = [];
  let courses: readonly ReadonlyMap<string, Promise<Course>>[] = [];

  beforeAll(async () => {
    tools = await siteTools();
    rigs.push(...(await Promise.all(EFFECTS.map(() => readyToJoin(tools)))));
    undisturbed = await Promise.all(rigs.map(outcomeOf));
    for (const { address, change } of undisturbed[0]?.plan.changes ?? []) {
      for (const text of (change.after?.['cmdlets'] ?? []) as readonly string[]) {
        addressOf.set(text.split(' ')[0] ?? '', address);
      }
    }
    // Each effect has a rig of its own, so that they go on side by side.
    courses = EFFECTS.map(({ fault }, index) => {
      const own = rigs[index] as SiteRig;
      let previous: Promise<unknown> = Promise.resolve();
      return new Map(
        WRITES.map((cmdlet) => {
          const course = previous.then(() => disturbed(own, { ...fault, at: 1, cmdlet }));
          previous = course.catch(() => undefined);
          return [cmdlet, course];
        }),
      );
    });
  }, SETUP_MS);
  afterAll(async () => {
    await Promise.allSettled(courses.flatMap((course) => [...course.values()]));
    for (const rig of rigs) await rig.remove();
    tools.remove();
  }, SETUP_MS);

  test('the writes that are disturbed below are all that a deploy makes', () => {
    for (const { writes } of undisturbed) expect([...writes].sort()).toEqual([...WRITES].sort());
  });

  describe.each(EFFECTS.map(({ title }, index) => [title, index] as const))('a write %s', (title, index) => {
    test.each(WRITES)(
      `%s ${title}: the next deploy finishes, and nothing is done twice`,
      async (cmdlet) => {
        const course = await (courses[index]?.get(cmdlet) as Promise<Course>);
        expect(course.failed.exit).toBe(1);
        expect(course.failed.said).toContain(cmdlet);
        expect(course.failed.said).toContain(SECOND.name);
        expect(course.failed.said).toContain('The object was read back after the error: ');
        expect(course.updatesThen).toBe(0);
        // Of an object whose creation did not come to its end the state holds nothing.
        const whole = course.completedThen
          .map((done) => addressOf.get(done))
          .filter((address) => address !== addressOf.get(cmdlet));
        expect(course.stateThen).toEqual(expect.arrayContaining(whole));
        expect(course.finished).toMatchObject({ exit: 0 });
        expect(course.effects).toEqual(ONCE_EACH);
        expect(course.organization).toEqual(undisturbed[index]?.organization);
        expect(withoutOrigin(course.state)).toEqual(withoutOrigin(undisturbed[index]?.state));
        expect(course.addresses).toEqual([FIRST.address, SECOND.address]);
        expect(course.plan).toMatchObject({ exit: 0, changes: [] });
      },
      SETUP_MS,
    );
  });

  describe('and the deploy that goes on is disturbed too, so that Terraform keeps what it replaced', () => {
    test.each([
      ['Import-ExchangeCertificate', 'Enable-ExchangeCertificate'],
      ['Enable-ExchangeCertificate', 'Set-OwaVirtualDirectory'],
      ['Add-DatabaseAvailabilityGroupServer', 'Test-ServiceHealth'],
    ])(
      '%s, then %s: the third deploy finishes, and takes nothing away',
      async (first, second) => {
        await Promise.allSettled([...(courses[0]?.values() ?? [])]);
        const rig = rigs[0] as SiteRig;
        await backToBefore(rig);
        rig.organization.arm({ at: 1, cmdlet: first, effect: 'drop', when: 'after' });
        rig.organization.arm({ at: 1, cmdlet: second, effect: 'fail', terminating: true });
        expect((await rig.apply()).said).toContain(first);
        expect((await rig.apply()).said).toContain(second);
        expect(await rig.apply()).toMatchObject({ exit: 0 });
        expect(rig.effects()).toEqual(ONCE_EACH);
        expect(settled(rig.organization)).toEqual(undisturbed[0]?.organization);
        expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });
      },
      SETUP_MS,
    );
  });

  test(
    'a server that is half-way in is taken out of the declaration again: what the state holds goes, the rest is named',
    async () => {
      await Promise.allSettled([...(courses[0]?.values() ?? [])]);
      const rig = rigs[0] as SiteRig;
      await backToBefore(rig);
      const cmdlet = 'Add-DatabaseAvailabilityGroupServer';
      rig.organization.arm({ at: 1, cmdlet, effect: 'drop', when: 'after' });
      const { said } = await rig.apply();
      expect(said).toContain('exchange_database_availability_group_member is only partly created');
      expect(said).toContain(`Remove-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer`);
      await rig.declare(firstServer);
      try {
        expect(await rig.apply()).toMatchObject({ exit: 0 });
        expect(rig.effects()).toMatchObject({ 'Remove-ExchangeCertificate': 1 });
        expect(Object.keys(rig.effects())).not.toContain('Remove-DatabaseAvailabilityGroupServer');
        expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });
      } finally {
        await rig.declare(bothServers);
      }
    },
    SETUP_MS,
  );

  test(
    'an object that Terraform was told to replace (taint) is looked at, and nothing is taken away',
    async () => {
      await Promise.allSettled([...(courses[0]?.values() ?? [])]);
      const rig = rigs[0] as SiteRig;
      await backToBefore(rig);
      expect(await rig.apply()).toMatchObject({ exit: 0 });
      rig.forget();
      const member = `exchange_database_availability_group_member.${SECOND.name}-dag-member`;
      expect(await rig.terraform(['taint', member])).toMatchObject({ exit: 0 });
      expect(await rig.apply()).toMatchObject({ exit: 0 });
      expect(rig.writes()).toEqual([]);
      expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });
    },
    SETUP_MS,
  );

  test(
    'an object that was tainted, in a deploy that failed elsewhere, is not undone by the next one',
    async () => {
      await Promise.allSettled([...(courses[0]?.values() ?? [])]);
      const rig = rigs[0] as SiteRig;
      await backToBefore(rig);
      expect(await rig.apply()).toMatchObject({ exit: 0 });
      const type = 'exchange_certificate';
      const address = `${type}.${SECOND.name}-certificate`;
      for (const tainted of [address, `exchange_health_gate.${SECOND.name}-health`])
        expect(await rig.terraform(['taint', tainted])).toMatchObject({ exit: 0 });
      rig.forget();
      rig.organization.arm({ at: 1, cmdlet: 'Test-ServiceHealth', effect: 'fail' });
      expect((await rig.apply()).said).toContain('Test-ServiceHealth');
      const { exit, said } = await rig.apply();
      expect(exit).toBe(1);
      expect(said).toMatch(new RegExp(`${type} ${SECOND.name}/[0-9A-F]{40} is in the state twice`));
      expect(await rig.terraform(['state', 'rm', address])).toMatchObject({ exit: 0 });
      expect(await rig.apply()).toMatchObject({ exit: 0 });
      expect(rig.writes()).toEqual([]);
      expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });
    },
    SETUP_MS,
  );

  test.each([
    { cmdlet: 'Import-ExchangeCertificate', effect: 'drop', when: 'after' },
    { cmdlet: 'Enable-ExchangeCertificate', effect: 'fail', terminating: true },
  ] as const)(
    'a certificate whose renewal stopped ($cmdlet, $effect) comes back with its old PFX',
    async (fault) => {
      await Promise.allSettled([...(courses[0]?.values() ?? [])]);
      const rig = rigs[0] as SiteRig;
      await backToBefore(rig);
      const pfx = readFileSync(rig.pfxFile);
      const services = () => Object.values(rig.stateValues()).filter((values) => 'services' in values);
      await rig.declare(firstServer);
      const before = services();
      try {
        rig.writePfx(validCertificate());
        rig.organization.arm({ ...fault, at: 1 });
        expect((await rig.apply()).said).toContain(fault.cmdlet);
        writeFileSync(rig.pfxFile, pfx);
        expect(await rig.apply()).toMatchObject({ exit: 0 });
        expect(services()).toEqual(before);
        expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });
      } finally {
        writeFileSync(rig.pfxFile, pfx);
        await rig.declare(bothServers);
      }
    },
    SETUP_MS,
  );

  test(
    'an object that got another address is not undone: the plan says that it is one and the same',
    async () => {
      await Promise.allSettled([...(courses[0]?.values() ?? [])]);
      const rig = rigs[0] as SiteRig;
      await backToBefore(rig);
      const stack = join(rig.stackFolder, 'cdk.tf.json');
      const declared = readFileSync(stack, 'utf8');
      writeFileSync(stack, declared.replaceAll(`${FIRST.name}-dag-member`, 'renamed'));
      try {
        const { exit, said } = await rig.apply();
        expect(exit).toBe(1);
        expect(said).toContain(
          `exchange_database_availability_group_member ${FIRST.name} would be removed under one address`,
        );
        expect(said).toContain('terraform state mv');
        expect(rig.writes()).toEqual([]);
        expect(rig.updates).toEqual([]);
      } finally {
        writeFileSync(stack, declared);
      }
    },
    SETUP_MS,
  );

  describe('with the time that a server takes', () => {
    let rig: SiteRig;
    beforeEach(async () => {
      await Promise.allSettled([...(courses[0]?.values() ?? [])]);
      rig = rigs[0] as SiteRig;
      await backToBefore(rig);
    }, SETUP_MS);

    test(
      'a slow cmdlet is waited for',
      async () => {
        rig.organization.arm({
          at: 1,
          cmdlet: 'Add-DatabaseAvailabilityGroupServer',
          effect: 'delay',
          delayMs: 3000,
        });
        expect(await rig.apply()).toMatchObject({ exit: 0 });
        expect(rig.effects()).toEqual(ONCE_EACH);
      },
      SETUP_MS,
    );

    test(
      'a cmdlet that takes longer than allowed is an error, and the next deploy finishes',
      async () => {
        const cmdlet = 'Import-ExchangeCertificate';
        rig.organization.arm({ at: 1, cmdlet, effect: 'delay', when: 'after', delayMs: 5000 });
        const failed = await rig.apply({ environment: { EXCHANGE_CALL_TIMEOUT_SECONDS: '2' } });
        expect(failed.exit).toBe(1);
        expect(failed.said).toContain(`${cmdlet} for ${SECOND.name}`);
        expect(await rig.apply()).toMatchObject({ exit: 0 });
        expect(settled(rig.organization)).toEqual(undisturbed[0]?.organization);
        expect(await rig.plan()).toMatchObject({ exit: 0 });
      },
      SETUP_MS,
    );

    test(
      'reads that lag behind a write do not make it happen twice',
      async () => {
        rig.organization.lagReads(1);
        let deploys = 1;
        for (let last = await rig.apply(); last.exit !== 0 && deploys < MOST_LAGGING_DEPLOYS; deploys += 1)
          last = await rig.apply();
        rig.organization.lagReads(0);
        expect(deploys).toBeLessThanOrEqual(MOST_LAGGING_DEPLOYS);
        expect(settled(rig.organization)).toEqual(undisturbed[0]?.organization);
        // The others set what is set already.
        expect(rig.effects()).toMatchObject({
          'Import-ExchangeCertificate': 1,
          'Add-DatabaseAvailabilityGroupServer': 1,
        });
        expect(await rig.plan()).toMatchObject({ exit: 0 });
      },
      SETUP_MS,
    );
  });
});
