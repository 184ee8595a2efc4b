import type { ExchangeSiteProps } from '../../exchange/site';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, FIRST, NAMES, SECOND } from './declared-site';
import { plannedCmdlets } from './executed-cmdlets';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 180_000;

describeWithTerraform('servers that are drained, in waves', () => {
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

  const drained: ExchangeSiteProps = {
    ...bothServers,
    maintenance: true,
    rollout: [[SECOND.name], [FIRST.name]],
  };
  const entries = () => rig.organization.journal();
  const states = () =>
    [...rig.organization.read().servers.values()].map(({ components }) => Object.keys(components));

  test(
    'a deploy drains one after another, leaves nobody out of service, and plans clean',
    async () => {
      rig.install(SECOND.name);
      await rig.deploy(drained);
      const redirected = entries()
        .filter(({ cmdlet }) => cmdlet === 'Redirect-Message')
        .map(({ parameters }) => [parameters['Server'], parameters['Target']]);
      // For the certificate and for Outlook Anywhere, of the second wave last.
      expect(redirected).toEqual([
        ...[1, 2].map(() => [SECOND.name, [FIRST.fqdn]]),
        ...[1, 2].map(() => [FIRST.name, [SECOND.fqdn]]),
      ]);
      expect(states()).toEqual([[], []]);
      rig.forget();
      expect((await rig.plan()).changes).toEqual([]);
      expect(entries().filter(({ cmdlet }) => cmdlet.startsWith('Set-'))).toEqual([]);
    },
    SETUP_MS,
  );

  test(
    'a renewal drains each server once, around the assignment',
    async () => {
      rig.writePfx(validCertificate(NAMES, -1, 700));
      rig.forget();
      const plan = await rig.plan();
      const planned = plannedCmdlets(plan).filter((line) => line.startsWith('redirect-message'));
      expect(planned).toHaveLength(2);
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      for (const { name } of [FIRST, SECOND]) {
        const calls = entries()
          .filter(({ parameters }) => [parameters['Server'], parameters['Identity']].includes(name))
          .map(({ cmdlet }) => cmdlet)
          .filter((cmdlet) => /^(Set|Redirect|Enable)-/.test(cmdlet));
        expect(calls).toEqual([
          'Set-ServerComponentState',
          'Redirect-Message',
          'Set-MailboxServer',
          'Set-MailboxServer',
          'Set-ServerComponentState',
          'Enable-ExchangeCertificate',
          'Set-ServerComponentState',
          'Set-MailboxServer',
          'Set-MailboxServer',
          'Set-ServerComponentState',
        ]);
      }
      expect(states()).toEqual([[], []]);
    },
    SETUP_MS,
  );
});
