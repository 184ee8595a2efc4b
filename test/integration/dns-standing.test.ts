import { CLASSES, TYPES } from '../../dns/codes';
import { type WireRecord, wireRecord } from '../../dns/message';
import type { RecordData } from '../../dns/record';
import type { ExchangeSiteProps } from '../../exchange/site';
import { describeEachServer } from '../dns/servers';
import { describeWithTerraform } from '../terraform/available';
import { FIRST, firstServer, NAMES, ZONE } from './declared-site';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';

const SETUP_MS = 120_000;
const [WEBMAIL, AUTODISCOVER] = NAMES;
const OURS = FIRST.address as string;
const SECOND_ADDRESS = '10.60.99.226';
const STRANGER = '10.1.1.1';

const record = (name: string, data: RecordData): WireRecord =>
  wireRecord({ name: `${name}.`, ttl: 300, data });
const address = (name: string, value: string) => record(name, { type: 'A', address: value });
const alias = (name: string) => record(name, { type: 'CNAME', target: 'mail.fabrikam.com.' });
const nothingAt = (name: string): WireRecord => ({
  name: `${name}.`,
  type: TYPES.ANY,
  class: CLASSES.ANY,
  ttl: 0,
  data: undefined,
});

const adopting: ExchangeSiteProps = {
  ...firstServer,
  dns: { ...firstServer.dns, existingRecords: [WEBMAIL] },
};
const withAddresses = (...addresses: readonly string[]): ExchangeSiteProps => ({
  ...firstServer,
  servers: [{ ...FIRST, address: addresses }],
});

const IS_ALIAS = `${WEBMAIL} is an alias in DNS`;
const CNAME = `${WEBMAIL}. 300 IN CNAME mail.fabrikam.com.`;
const NOBODYS = `${WEBMAIL} has addresses in DNS that nobody declared`;
const WILDCARD = `A wildcard answers for ${AUTODISCOVER}`;

describeWithTerraform('what DNS already has', () => {
  let tools: SiteTools;
  beforeAll(async () => {
    tools = await siteTools();
  }, SETUP_MS);
  afterAll(() => tools.remove());

  // The tests of a group build on each other: they are one administrator's day.
  describeEachServer('under the names of a site', (startDns) => {
    let rig: SiteRig;
    beforeAll(async () => {
      rig = await SiteRig.create({ tools, startDns });
      await rig.declare(firstServer);
    }, SETUP_MS);
    afterAll(() => rig.remove());

    test(
      'an alias stops the plan, and the deploy before it runs anything',
      async () => {
        await rig.changeZone([alias(WEBMAIL)]);
        rig.forget();
        for (const run of [await rig.plan(), await rig.apply()]) {
          expect(run).toMatchObject({ exit: 1 });
          expect(run.said).toContain(IS_ALIAS);
          expect(run.said).toContain(CNAME);
          expect(run.said).toContain(`Then add ${WEBMAIL} to dns.existingRecords`);
        }
        expect(rig.writes()).toEqual([]);
        expect(rig.updates).toEqual([]);
      },
      SETUP_MS,
    );

    test(
      'addresses that nobody declared stop it, and both ways on are named',
      async () => {
        // The way out that was named, without its last step.
        await rig.changeZone([nothingAt(WEBMAIL), address(WEBMAIL, STRANGER)]);
        const plan = await rig.plan();
        expect(plan).toMatchObject({ exit: 1 });
        expect(plan.said).toContain(NOBODYS);
        expect(plan.said).toContain(`${WEBMAIL}. 300 IN A ${STRANGER}`);
        expect(plan.said).toContain(`add ${WEBMAIL} to dns.existingRecords`);
        expect(plan.said).toContain(`Otherwise remove the addresses from the zone ${ZONE} yourself.`);
      },
      SETUP_MS,
    );

    test(
      'a record set is taken over, and a wildcard is said until the name has a record of its own',
      async () => {
        await rig.changeZone([address(`*.${ZONE}`, '10.2.2.2')]);
        await rig.declare(adopting);
        const plan = await rig.plan();
        expect(plan).toMatchObject({ exit: 2 });
        expect(plan.said).not.toContain(NOBODYS);
        expect(plan.said).toContain(`Warning: ${WILDCARD}`);
        expect(plan.said).toContain(`answers: ${AUTODISCOVER}. 300 IN A 10.2.2.2`);
        const webmail = plan.changes.find(({ address: at }) => at === `dns_a_record_set.${idOf(WEBMAIL)}`);
        expect(webmail?.change).toMatchObject({
          actions: ['update'],
          before: { addresses: [STRANGER] },
          after: { addresses: [OURS] },
        });
        expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
        for (const name of NAMES) expect(await rig.addresses(name)).toEqual([OURS]);
        const then = await rig.plan();
        expect(then).toMatchObject({ exit: 0 });
        expect(then.said).not.toContain('wildcard');
        // It is in the state now.
        await rig.declare(firstServer);
        expect((await rig.apply()).said).not.toContain(NOBODYS);
        expect(await rig.plan()).toMatchObject({ exit: 0 });
      },
      SETUP_MS,
    );

    test(
      'what this state published and now takes away is no finding, also where the deploy failed in between',
      async () => {
        await rig.deploy(withAddresses(OURS, SECOND_ADDRESS));
        await rig.declare(firstServer);
        rig.spoilsUpdates = true;
        const failed = await rig.apply();
        rig.spoilsUpdates = false;
        expect(failed).toMatchObject({ exit: 1 });
        expect(failed.said).not.toContain('in DNS that');
        expect(await rig.addresses(WEBMAIL)).toEqual([OURS, SECOND_ADDRESS]);
        const plan = await rig.plan();
        expect(plan).toMatchObject({ exit: 2 });
        expect(plan.said).not.toContain('in DNS that');
        expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
        expect(await rig.addresses(WEBMAIL)).toEqual([OURS]);
        expect(await rig.plan()).toMatchObject({ exit: 0 });
      },
      SETUP_MS,
    );

    test(
      'what somebody added to a record set of ours is named, and goes',
      async () => {
        await rig.changeZone([address(WEBMAIL, STRANGER)]);
        const plan = await rig.plan();
        expect(plan).toMatchObject({ exit: 2 });
        expect(plan.said).toContain(`Warning: ${WEBMAIL} has addresses in DNS that no deploy put there`);
        expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
        expect(await rig.addresses(WEBMAIL)).toEqual([OURS]);
      },
      SETUP_MS,
    );

    test(
      'an alias that comes after the plan stops the deploy before its first record',
      async () => {
        await rig.declare(withAddresses(OURS, SECOND_ADDRESS));
        expect(await rig.plan()).toMatchObject({ exit: 2 });
        await rig.changeZone([nothingAt(AUTODISCOVER), alias(AUTODISCOVER)]);
        rig.forget();
        const run = await rig.applyPlan();
        expect(run).toMatchObject({ exit: 1 });
        expect(run.said).toContain(`${AUTODISCOVER} is an alias in DNS`);
        expect(rig.updates).toEqual([]);
        expect(await rig.addresses(WEBMAIL)).toEqual([OURS]);
      },
      SETUP_MS,
    );

    test(
      'an alias does not keep the site from being taken down',
      async () => {
        const down = await rig.terraform([
          'destroy',
          '-input=false',
          '-no-color',
          '-auto-approve',
          '-refresh=false',
        ]);
        expect(down.said).not.toContain('is an alias in DNS');
        expect(down).toMatchObject({ exit: 0 });
        expect(await rig.addresses(WEBMAIL)).toEqual(['10.2.2.2']);
      },
      SETUP_MS,
    );
  });
});

function idOf(host: string): string {
  return `${host.replaceAll('.', '_')}-A`;
}
