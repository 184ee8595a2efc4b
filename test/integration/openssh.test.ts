import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLab } from '../dns/lab';
import {
  missingOpenSsh,
  newKey,
  openSsh,
  SSHD_USER,
  startAgent,
  startSshd,
  type Sshd,
} from '../remoting/peers/openssh';
import { describeNeeding } from '../requirement';
import { describeWithTerraform } from '../terraform/available';
import { FIRST, firstServer } from './declared-site';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';

const SETUP_MS = 180_000;

describeWithTerraform("a site over the SSH of OpenSSH's server", () => {
  describeNeeding(missingOpenSsh(), 'with the lab as its subsystem', () => {
    let tools: SiteTools;
    let rig: SiteRig;
    let sshd: Sshd;
    let privateKeyFile: string;
    let environment: { readonly [name: string]: string };
    const file = (name: string): string => join(rig.folder, name);
    beforeAll(async () => {
      tools = await siteTools();
      rig = await SiteRig.create({ tools, startDns: startLab });
      await rig.declare(firstServer);
      const hostKeys = (['rsa', 'ed25519'] as const).map((type) => newKey(file(`host-${type}`), type).file);
      const user = newKey(file('id_ecdsa'), 'ecdsa');
      privateKeyFile = user.file;
      sshd = await startSshd({
        folder: file('sshd'),
        hostKeys,
        authorizedKeys: [user.line],
        subsystem: `${process.execPath} ${tools.labProgram} ${rig.organizationFolder} ${FIRST.name}`,
      });
      const known = openSsh('ssh-keyscan', '-H', '-t', 'rsa', '-p', String(sshd.port), '127.0.0.1');
      writeFileSync(file('known_hosts'), known);
      environment = {
        EXCHANGE_ENDPOINT: `ssh://${SSHD_USER}@127.0.0.1:${sshd.port}`,
        EXCHANGE_SSH_KNOWN_HOSTS: file('known_hosts'),
      };
    }, SETUP_MS);
    afterAll(async () => {
      await sshd.stop();
      await rig.remove();
      tools.remove();
    });

    test(
      'deploys with a key file, and has nothing left to do with an agent',
      async () => {
        const byKey = { ...environment, EXCHANGE_SSH_PRIVATE_KEY_FILE: privateKeyFile };
        const applied = await rig.apply({ environment: byKey });
        expect(applied.said).toContain('Apply complete!');
        expect(rig.effects()).toMatchObject({ 'Import-ExchangeCertificate': 1 });
        const agent = await startAgent(file('agent'), [privateKeyFile]);
        const again = await rig.plan({ environment: { ...environment, SSH_AUTH_SOCK: agent.socket } });
        await agent.stop();
        expect(again).toMatchObject({ exit: 0 });
        expect(sshd.log()).toContain(`Accepted publickey for ${SSHD_USER}`);
      },
      SETUP_MS,
    );

    test(
      'names the remedy where the server has no such subsystem',
      async () => {
        const refused = await rig.plan({
          environment: {
            ...environment,
            EXCHANGE_SSH_PRIVATE_KEY_FILE: privateKeyFile,
            EXCHANGE_SSH_SUBSYSTEM: 'pwsh7',
          },
        });
        expect(refused.exit).toBe(1);
        expect(refused.said).toContain('127.0.0.1 refused the subsystem pwsh7');
        expect(refused.said).toContain('"Subsystem pwsh7 …"');
        expect(refused.said).toContain('EXCHANGE_SSH_SUBSYSTEM');
      },
      SETUP_MS,
    );
  });
});
