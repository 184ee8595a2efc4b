import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExchangeSiteProps } from '../../exchange/site';
import { FrontEnd } from '../../lab/front-end/front-end';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { found, unzipped } from './canaries';
import { firstServer, FIRST, NAMES, ZONE } from './declared-site';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';

const SETUP_MS = 300_000;
const MAILBOX = `probe@${ZONE}`;
const ACCOUNT = 'APATRICIO\\probe';
const PASSWORD = 'canary-mailbox-77e1';
const [WEBMAIL, AUTODISCOVER] = NAMES;

const site: ExchangeSiteProps = {
  ...firstServer,
  health: {
    timeoutSeconds: 3,
    connectivity: { tests: ['Autodiscover'], mailbox: MAILBOX, account: ACCOUNT },
  },
};

describeWithTerraform('what Autodiscover hands out, asked by the runner', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  let front: FrontEnd;
  let environment: { readonly [name: string]: string };
  let logFile: string;
  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({ tools, startDns: startLab });
    rig.organization.edit(({ organization }) => {
      organization.mailboxes = [{ address: MAILBOX, account: ACCOUNT, password: PASSWORD }];
    });
    await rig.declare(site);
    front = await FrontEnd.start({ organization: () => rig.organization, server: FIRST.name });
    logFile = join(rig.folder, 'trace.log');
    environment = {
      TF_LOG: 'TRACE',
      TF_LOG_PATH: logFile,
      TF_VAR_mailbox_password: PASSWORD,
      EXCHANGE_CONNECT_TO: JSON.stringify({ [`${FIRST.fqdn}:443`]: `127.0.0.1:${front.port}` }),
    };
  }, SETUP_MS);
  afterAll(async () => {
    await front.close();
    await rig.remove();
    tools.remove();
  });

  const passwordsSent = () =>
    front.requests.filter(({ headers }) => headers.authorization !== undefined).length;

  test(
    'is not asked behind another certificate, nor again where nobody is let in, and then holds the declared URLs',
    async () => {
      const plan = await rig.plan({ environment });
      const check = plan.changes.find(({ type }) => type === 'exchange_connectivity_check');
      const certificate = plan.changes.find(({ type }) => type === 'exchange_certificate');
      expect(check?.change.after?.['cmdlets']).toEqual([
        `POST https://${FIRST.fqdn}/autodiscover/autodiscover.xml for ${AUTODISCOVER} about ${MAILBOX} # must hold the declared URLs, behind the certificate ${certificate?.change.after?.['thumbprint'] as string}`,
      ]);
      const saved = unzipped(readFileSync(join(rig.stackFolder, 'plan')));
      front.showFormer(1_000);
      const other = await rig.applyPlan({ environment });
      expect(other.exit).toBe(1);
      expect(other.said).toContain(`The check of ${FIRST.name} from this machine failed`);
      expect(passwordsSent()).toBe(0);
      expect(await rig.addresses(WEBMAIL)).toEqual([FIRST.address]);

      front.showFormer(0);
      const wrong = { ...environment, TF_VAR_mailbox_password: 'canary-mailbox-wrong' };
      const refused = await rig.apply({ environment: wrong });
      expect(refused.said).toContain(`answers 401 to ${ACCOUNT}`);
      expect(refused.said).not.toContain('canary-mailbox');
      expect(passwordsSent()).toBe(1);

      const again = await rig.apply({ environment });
      expect(again.said).toContain('Apply complete!');
      expect(front.names.at(-1)).toBe(AUTODISCOVER);
      expect((await rig.plan({ environment })).exit).toBe(0);

      const secrets = [
        ['the password', PASSWORD],
        ['what Basic authentication sends', `${ACCOUNT}:${PASSWORD}`],
      ] as const;
      const said = [other, refused, again].map((run) => run.said);
      expect(found(secrets, [...said, ...saved, ...rig.files().values(), readFileSync(logFile)])).toEqual([]);
    },
    SETUP_MS,
  );

  test(
    'is shown with what is declared where the server hands out something else',
    async () => {
      front.disturbance = {
        kind: 'answer',
        status: 200,
        body: `<?xml version="1.0"?><Autodiscover><Response><Account><Protocol><Type>EXCH</Type><EwsUrl>https://old.${ZONE}/EWS/Exchange.asmx</EwsUrl></Protocol></Account></Response></Autodiscover>`,
      };
      await rig.declare({
        ...site,
        health: {
          ...site.health,
          connectivity: { tests: ['Autodiscover'], mailbox: `Probe2@${ZONE}`, account: ACCOUNT },
        },
      });
      const differing = await rig.apply({ environment });
      expect(differing.said).toContain(
        `EXCH/EwsUrl is https://old.${ZONE}/EWS/Exchange.asmx, and ews is declared with https://${WEBMAIL}/EWS/Exchange.asmx`,
      );
      expect(differing.said).toContain('there is no URL of oab for clients inside');
      front.disturbance = null;
      const foreign = await rig.apply({ environment });
      expect(foreign.said).toContain('answers with the error 500');
    },
    SETUP_MS,
  );
});
