import type { ExchangeSiteProps } from '../../exchange/site';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, firstServer, FIRST, NAMES, SECOND, ZONE } from './declared-site';
import { plannedCmdlets } from './executed-cmdlets';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 300_000;
const TESTED = { timeoutSeconds: 1, connectivity: { tests: ['ActiveSync'] } } as const;
const first: ExchangeSiteProps = { ...firstServer, health: TESTED };
const both: ExchangeSiteProps = { ...bothServers, health: TESTED };

describeWithTerraform('what is tested after the records', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({ tools, startDns: startLab });
  }, SETUP_MS);
  afterAll(async () => {
    await rig.remove();
    tools.remove();
  });

  const tests = () => rig.organization.journal().filter(({ cmdlet }) => cmdlet.startsWith('Test-ActiveSync'));

  test(
    'fails behind the records with what to do, and is all that is left to run',
    async () => {
      await rig.declare(first);
      const stopped = await rig.apply();
      expect(stopped.exit).toBe(1);
      expect(await rig.addresses(NAMES[0])).toEqual([FIRST.address]);
      expect(stopped.said).toContain('New-TestCasConnectivityUser.ps1');
      expect(stopped.said).toContain('The DNS records are published already');
      expect(stopped.said).not.toContain('Later steps of the deploy');

      rig.organization.edit(({ organization }) => {
        organization.testMailbox = true;
      });
      rig.organization.editServer(FIRST.name, (server) => {
        server.connectivity = { 'Test-ActiveSyncConnectivity': 'Failure' };
      });
      const plan = await rig.plan();
      expect(plannedCmdlets(plan)).toEqual([
        `Test-ActiveSyncConnectivity -ClientAccessServer '${FIRST.name}'`.toLowerCase(),
      ]);
      const failed = await rig.apply();
      expect(failed.said).toContain(`Clients do not reach ${FIRST.name} as they should`);
      expect(failed.said).toContain('Options is Failure (Test-ActiveSyncConnectivity is disturbed.)');

      rig.organization.editServer(FIRST.name, (server) => {
        delete server.connectivity;
      });
      expect((await rig.apply()).exit).toBe(0);
      expect((await rig.plan()).changes).toEqual([]);
    },
    SETUP_MS,
  );

  test(
    'runs again on each server whose names another record changes, and a server still leaves DNS before it is undone',
    async () => {
      rig.install(SECOND.name);
      rig.forget();
      await rig.declare(both);
      const joined = await rig.apply();
      expect(joined.exit).toBe(0);
      const published = rig.updates.at(-1)?.time ?? Infinity;
      expect(tests().map(({ parameters }) => parameters['ClientAccessServer'])).toEqual(
        expect.arrayContaining([FIRST.name, SECOND.name]),
      );
      expect(tests().every(({ time }) => Date.parse(time) >= published)).toBe(true);

      rig.forget();
      await rig.declare(first);
      expect((await rig.apply()).exit).toBe(0);
      const left = rig.updates.at(-1)?.time ?? Infinity;
      const undone = rig.organization.journal().filter(({ cmdlet }) => cmdlet.startsWith('Remove-'));
      expect(undone.length).toBeGreaterThan(0);
      expect(undone.every(({ time }) => Date.parse(time) >= left)).toBe(true);
    },
    SETUP_MS,
  );

  test(
    'signs in as the declared account, whose password is asked for at plan and let in by the server only where it is right',
    async () => {
      const account = `probe@${ZONE}`;
      const connectivity = { tests: ['ActiveSync', 'POP'], account } as const;
      rig.organization.edit(({ organization }) => {
        organization.testMailbox = false;
        organization.mailboxes = [{ address: account, account, password: 'canary-mailbox-41aa' }];
      });
      rig.organization.editServer(FIRST.name, (server) => {
        server.mailServices = ['POP'];
      });
      rig.writePfx(validCertificate([...NAMES, `pop.${ZONE}`]));
      await rig.declare({
        ...first,
        certificate: { ...firstServer.certificate, names: [...NAMES, `pop.${ZONE}`] },
        mailProtocols: { pop: { host: `pop.${ZONE}` } },
        health: { timeoutSeconds: 1, connectivity },
      });
      const before = tests().length;
      expect((await rig.plan()).said).toContain(`The password of ${account} is not given`);
      const lacking = await rig.applyPlan();
      expect(lacking.exit).toBe(1);
      expect(lacking.said).toContain('So no test signed in as this account');
      expect(tests()).toHaveLength(before);

      const wrong = { TF_VAR_mailbox_password: 'canary-mailbox-wrong' };
      const plan = await rig.plan({ environment: wrong });
      expect(plannedCmdlets(plan)).toContain(
        `test-activesyncconnectivity -clientaccessserver '${FIRST.name.toLowerCase()}' -mailboxcredential <${account}, the mailbox password>`,
      );
      const refused = await rig.applyPlan({ environment: wrong });
      expect(refused.said).toContain('Options is Failure (The server answered 401 Unauthorized.)');
      expect(refused.said).toContain('TF_VAR_mailbox_password');
      expect(refused.said).not.toContain('canary-mailbox');

      const environment = { TF_VAR_mailbox_password: 'canary-mailbox-41aa' };
      expect((await rig.apply({ environment })).exit).toBe(0);
      expect(tests().at(-1)?.parameters['MailboxCredential']).toBe(`<${account}, secure>`);
    },
    SETUP_MS,
  );
});
