import type { ExchangeSiteProps } from '../../exchange/site';
import { FrontEnd } from '../../lab/front-end/front-end';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { firstServer, FIRST, NAMES } from './declared-site';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';

const SETUP_MS = 240_000;

const site: ExchangeSiteProps = {
  ...firstServer,
  health: {
    timeoutSeconds: 3,
    protocols: ['owa'],
    fromRunner: { certificates: ['IIS', 'SMTP'], healthcheck: true },
  },
};

describeWithTerraform('what the runner sees of a server', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  let front: FrontEnd;
  let environment: { readonly [name: string]: string };
  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({ tools, startDns: startLab });
    await rig.declare(site);
    front = await FrontEnd.start({ organization: () => rig.organization, server: FIRST.name });
    const ports: (readonly [number, number])[] = [[443, front.port]];
    for (const port of [25, 587]) ports.push([port, await front.startSmtp(port)]);
    environment = {
      EXCHANGE_CONNECT_TO: JSON.stringify(
        Object.fromEntries(ports.map(([port, place]) => [`${FIRST.fqdn}:${port}`, `127.0.0.1:${place}`])),
      ),
    };
  }, SETUP_MS);
  afterAll(async () => {
    await front.close();
    await rig.remove();
    tools.remove();
  });

  test(
    'stands in the plan with the certificate that must be shown, and keeps DNS as it is until it is',
    async () => {
      const plan = await rig.plan({ environment });
      const gate = plan.changes.find(({ type }) => type === 'exchange_health_gate');
      const certificate = plan.changes.find(({ type }) => type === 'exchange_certificate');
      const thumbprint = certificate?.change.after?.['thumbprint'] as string;
      expect(gate?.change.after?.['cmdlets']).toEqual([
        `Test-ServiceHealth -Server '${FIRST.name}'`,
        `Get-HealthReport -Identity '${FIRST.name}'`,
        ...[...NAMES, FIRST.fqdn.toLowerCase()]
          .sort()
          .map((name) => `TLS ${FIRST.fqdn}:443 for ${name} # must show the certificate ${thumbprint}`),
        ...[25, 587].map(
          (port) =>
            `STARTTLS ${FIRST.fqdn}:${port} # must show the certificate that its Receive connector selects`,
        ),
        `GET https://${FIRST.fqdn}/owa/HealthCheck.htm # must answer 200, behind the certificate ${thumbprint}`,
      ]);
      front.showFormer(1_000);
      const stopped = await rig.applyPlan({ environment });
      expect(stopped.exit).toBe(1);
      expect(stopped.said).toContain(`The check of ${FIRST.name} from this machine failed`);
      expect(rig.updates).toEqual([]);
      front.showFormer(0);
      const again = await rig.apply({ environment });
      expect(again.said).toContain('Apply complete!');
      expect(await rig.addresses(NAMES[0])).toEqual([FIRST.address]);
      expect((await rig.plan({ environment })).exit).toBe(0);
    },
    SETUP_MS,
  );
});
