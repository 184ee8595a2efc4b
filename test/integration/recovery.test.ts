import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExchangeSiteProps } from '../../exchange/site';
import { startLab } from '../dns/lab';
import { settled, withoutOrigin } from '../lab/exchange/aftermath';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, FIRST, firstServer, NAMES, SECOND } from './declared-site';
import { conditionalCmdlets, executedCmdlets, plannedCmdlets } from './executed-cmdlets';
import { gone, processesOf } from './processes';
import { SiteRig, type Plan } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 300_000;
/** How long a call hangs, so that it can be killed meanwhile. */
const HANG_MS = 2000;
/** From the moment in which a call has begun until it took effect. */
const EFFECT_MS = 200;

type Victim = 'provider' | 'terraform';
interface Kill {
  readonly cmdlet: string;
  readonly victim: Victim;
  /** Before the call took effect, or after. */
  readonly when: 'before' | 'after';
}

/** A deploy, and the writes of its first server in which it is killed. */
interface Deploy {
  readonly title: string;
  readonly start: 'joining' | 'running';
  readonly site: ExchangeSiteProps;
  readonly renews: boolean;
  readonly writes: readonly string[];
  readonly kills: readonly Kill[];
}

const URLS = ['Owa', 'Ecp', 'ActiveSync', 'WebServices', 'Oab', 'Mapi'].map(
  (kind) => `Set-${kind}VirtualDirectory`,
);
const DEPLOYS: readonly Deploy[] = [
  {
    title: 'a server that joins',
    start: 'joining',
    site: bothServers,
    renews: false,
    writes: [
      'Set-ClientAccessServer',
      'Import-ExchangeCertificate',
      'Enable-ExchangeCertificate',
      'Set-OutlookAnywhere',
      ...URLS,
      'Add-DatabaseAvailabilityGroupServer',
    ],
    kills: [
      { cmdlet: 'Import-ExchangeCertificate', victim: 'provider', when: 'after' },
      { cmdlet: 'Enable-ExchangeCertificate', victim: 'terraform', when: 'before' },
      { cmdlet: 'Add-DatabaseAvailabilityGroupServer', victim: 'provider', when: 'before' },
    ],
  },
  {
    title: 'a renewal',
    start: 'running',
    site: bothServers,
    renews: true,
    writes: ['Import-ExchangeCertificate', 'Enable-ExchangeCertificate', 'Remove-ExchangeCertificate'],
    kills: [
      { cmdlet: 'Enable-ExchangeCertificate', victim: 'provider', when: 'after' },
      { cmdlet: 'Remove-ExchangeCertificate', victim: 'terraform', when: 'after' },
    ],
  },
  {
    title: 'a server that leaves',
    start: 'running',
    site: firstServer,
    renews: false,
    writes: [
      'Remove-DatabaseAvailabilityGroupServer',
      'Enable-ExchangeCertificate',
      'Remove-ExchangeCertificate',
    ],
    kills: [{ cmdlet: 'Enable-ExchangeCertificate', victim: 'provider', when: 'before' }],
  },
];

/** KILL_AT_EVERY_WRITE=1: all of them, which takes some ten minutes. */
function killsOf({ writes, kills }: Deploy): readonly Kill[] {
  if (process.env['KILL_AT_EVERY_WRITE'] !== '1') return kills;
  return writes.flatMap((cmdlet) =>
    (['provider', 'terraform'] as const).flatMap((victim) =>
      (['before', 'after'] as const).map((when) => ({ cmdlet, victim, when })),
    ),
  );
}

describeWithTerraform('a deploy goes on from where it was left', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  let [oldPfx, newPfx]: Buffer[] = [];
  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({ tools, startDns: startLab });
    oldPfx = readFileSync(rig.pfxFile);
    rig.writePfx(validCertificate());
    newPfx = readFileSync(rig.pfxFile);
    writeFileSync(rig.pfxFile, oldPfx);
    await rig.deploy(firstServer);
    rig.install(SECOND.name);
    rig.save('joining');
    await rig.deploy(bothServers);
    rig.save('running');
  }, SETUP_MS);
  afterAll(async () => {
    await rig.remove();
    tools.remove();
  });

  async function backTo(start: Deploy['start']): Promise<void> {
    rig.restore(start);
    writeFileSync(rig.pfxFile, oldPfx ?? '');
    const servers = start === 'joining' ? [FIRST] : [FIRST, SECOND];
    for (const name of NAMES)
      await rig.setAddresses(
        name,
        servers.map(({ address }) => address as string),
      );
    rig.forget();
  }

  /** What a plan shows that changes something. */
  const plannedWrites = (plan: Plan) => plannedCmdlets(plan).filter((text) => !/^(get|test)-/.test(text));
  const applied = () =>
    executedCmdlets(
      rig.writes().filter((entry) => entry.applied),
      [],
    );

  describe.each(DEPLOYS.map((deploy) => [deploy.title, deploy] as const))('of %s, and', (_title, deploy) => {
    let undisturbed: {
      readonly writes: readonly string[];
      readonly organization: unknown;
      readonly state: unknown;
    };

    async function begin(): Promise<void> {
      await backTo(deploy.start);
      if (deploy.renews) writeFileSync(rig.pfxFile, newPfx ?? '');
      await rig.declare(deploy.site);
    }

    beforeAll(async () => {
      await begin();
      const plan = await rig.plan();
      if ((await rig.applyPlan()).exit !== 0) throw new Error('the undisturbed deploy failed');
      undisturbed = {
        writes: plannedWrites(plan),
        organization: settled(rig.organization),
        state: withoutOrigin(rig.stateValues()),
      };
    }, SETUP_MS);

    test('the writes in which it is killed are all that it makes', () => {
      const names = new Set(undisturbed.writes.map((text) => text.split(' ')[0]));
      expect(names).toEqual(new Set(deploy.writes.map((name) => name.toLowerCase())));
    });

    test.each(killsOf(deploy))(
      'the $victim is killed $when $cmdlet took effect: the plan shows exactly the rest, and nothing is done twice',
      async ({ cmdlet, victim, when }) => {
        await begin();
        rig.organization.arm({ at: 1, cmdlet, effect: 'delay', when, delayMs: HANG_MS });
        let group = 0;
        let isKilled = false;
        const killed = await rig.apply({
          during: (leader) => {
            group = leader;
            if (isKilled || rig.organization.isArmed) return;
            isKilled = true;
            setTimeout(() => kill(victim, leader), EFFECT_MS);
          },
        });
        expect(killed.exit).toBe(victim === 'terraform' ? null : 1);
        await gone(group);
        const plan = await rig.plan();
        const done = applied();
        // Of what left the declaration Terraform 1.11 shows the state that it had before the plan: there the cmdlets have
        // their conditions. From 1.12.0 on it refreshes first. What the provider says of the removal is of now.
        const rest = plannedWrites(plan).filter(
          (text) => !(done.includes(text) && conditionalCmdlets(plan).includes(text)),
        );
        expect([...done, ...rest].sort()).toEqual(undisturbed.writes);
        const warnings = plan.said.slice(plan.said.indexOf('Plan: ')).toLowerCase();
        for (const text of done) expect(warnings).not.toContain(text);
        // What the killed call did is done: a provider that lives on carries it to its end.
        const isDone = when === 'after' || victim === 'terraform';
        expect(rig.effects()[cmdlet] ?? 0).toBe(isDone ? 1 : 0);
        expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
        expect(applied()).toEqual(undisturbed.writes);
        expect(settled(rig.organization)).toEqual(undisturbed.organization);
        expect(withoutOrigin(rig.stateValues())).toEqual(undisturbed.state);
        expect(await rig.plan()).toMatchObject({ exit: 0 });
      },
      SETUP_MS,
    );
  });

  describe('where Terraform was told otherwise, and', () => {
    const certificate = `exchange_certificate.${FIRST.name}-certificate`;
    const member = `exchange_database_availability_group_member.${FIRST.name}-dag-member`;
    beforeEach(async () => {
      await backTo('running');
      await rig.declare(bothServers);
    }, SETUP_MS);

    test(
      'a third PFX takes over where the second one stopped half-way: both old ones go',
      async () => {
        const thumbprints = () =>
          [...rig.organization.read().servers.values()].map(({ certificates }) =>
            certificates.map((one) => one.thumbprint),
          );
        const before = thumbprints();
        writeFileSync(rig.pfxFile, newPfx ?? '');
        rig.organization.arm({
          at: 1,
          cmdlet: 'Enable-ExchangeCertificate',
          effect: 'fail',
          terminating: true,
        });
        expect((await rig.apply()).said).toContain('Enable-ExchangeCertificate');
        const third = validCertificate();
        rig.writePfx(third);
        rig.forget();
        const plan = await rig.plan();
        expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
        expect(applied()).toEqual(plannedWrites(plan));
        expect(rig.effects()).toEqual({
          'Import-ExchangeCertificate': 2,
          'Enable-ExchangeCertificate': 2,
          'Remove-ExchangeCertificate': 3,
        });
        expect(thumbprints().map(({ length }) => length)).toEqual(before.map(({ length }) => length));
        for (const own of thumbprints()) expect(own).toContain(third.certificate.thumbprint);
        expect(await rig.plan()).toMatchObject({ exit: 0 });
      },
      SETUP_MS,
    );

    test.each([certificate, member, `exchange_owa_virtual_directory.${FIRST.name}-owa`])(
      '-replace of %s is refused',
      async (address) => {
        const { exit, said } = await rig.plan({ args: [`-replace=${address}`] });
        expect(exit).toBe(1);
        expect(said).toContain(`${address.replace(/\..*/, '')} is not replaced`);
        expect(rig.writes()).toEqual([]);
      },
      SETUP_MS,
    );

    test(
      'what it forgot (state rm) is found again, and nothing runs',
      async () => {
        expect(await rig.terraform(['state', 'rm', certificate, member])).toMatchObject({ exit: 0 });
        const plan = await rig.plan();
        expect(
          plan.changes.map(({ address, change }) => [address, change.actions, change.after?.['cmdlets']]),
        ).toEqual([
          [certificate, ['create'], []],
          [member, ['create'], []],
        ]);
        expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
        expect(rig.writes()).toEqual([]);
        expect(await rig.plan()).toMatchObject({ exit: 0 });
      },
      SETUP_MS,
    );

    test(
      'what it moved to another address (state mv) stays as it is',
      async () => {
        const stack = join(rig.stackFolder, 'cdk.tf.json');
        writeFileSync(stack, readFileSync(stack, 'utf8').replaceAll(`${FIRST.name}-dag-member`, 'renamed'));
        const renamed = member.replace(/\..*/, '.renamed');
        expect(await rig.terraform(['state', 'mv', member, renamed])).toMatchObject({ exit: 0 });
        const plan = await rig.plan();
        expect(plan.changes.filter(({ type }) => type !== 'exchange_health_gate')).toEqual([]);
        expect(rig.writes()).toEqual([]);
      },
      SETUP_MS,
    );
  });
});

function kill(victim: Victim, group: number): void {
  const provider = processesOf(group).find(({ command }) => command.includes('terraform-provider-exchange'));
  const pid = victim === 'terraform' ? group : provider?.pid;
  if (pid === undefined) throw new Error('there is no provider to kill');
  process.kill(pid, 'SIGKILL');
}
