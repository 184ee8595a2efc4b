import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ExchangeSiteProps } from '../../exchange/site';
import { startBind } from '../dns/bind';
import { missingBind } from '../dns/servers';
import { PASSWORD, Realm, USER } from '../kerberos/realm';
import { missingKdc, REALM } from '../remoting/peers/kdc';
import { describeNeeding } from '../requirement';
import { missingTerraform } from '../terraform/available';
import { firstServer, ZONE } from './declared-site';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';

const SETUP_MS = 240_000;
const missing = missingBind() ?? missingKdc() ?? missingTerraform();
/** In place of the key that the environment of a rig names. */
const NO_KEY = { DNS_UPDATE_KEYNAME: '', DNS_UPDATE_KEYALGORITHM: '', DNS_UPDATE_KEYSECRET: '' };

describeNeeding(missing, 'a zone with secure updates', () => {
  let tools: SiteTools;
  let realm: Realm;
  let rig: SiteRig;
  beforeAll(async () => {
    tools = await siteTools();
    realm = new Realm();
    await realm.start();
    const keytab = join(realm.folder, 'dns.keytab');
    realm.kdc.administer('addprinc -randkey DNS/localhost');
    realm.kdc.administer(`ktadd -k ${keytab} DNS/localhost`);
    const kerberos = { keytab, principal: USER, environment: realm.kdc.environment };
    rig = await SiteRig.create({
      tools,
      startDns: (options) => startBind({ ...options, keys: [], kerberos }),
    });
  }, SETUP_MS);
  afterAll(async () => {
    await rig.remove();
    await realm.stop();
    tools.remove();
  });

  const site = (kerberos: object, ttlSeconds = 300): ExchangeSiteProps => ({
    ...firstServer,
    dns: {
      ...firstServer.dns,
      ttlSeconds,
      zones: [{ name: ZONE, server: 'LOCALHOST', kerberos: { realm: REALM, ...kerberos } }],
    },
  });
  const environment = (more: { readonly [name: string]: string } = {}) => ({
    ...realm.kdc.environment,
    ...NO_KEY,
    // Where the providers lie in a project, they find koffi beside themselves.
    NODE_PATH: resolve(__dirname, '../../node_modules'),
    ...more,
  });

  test(
    'stops a plan where the password is wrong, before anything runs',
    async () => {
      await rig.declare(site({ user: 'admin' }));
      const { exit, said } = await rig.plan({
        environment: environment({ TF_VAR_dns_password: 'canary-no' }),
      });
      expect(exit).toBe(1);
      expect(said).toContain(`DNS does not take updates of the zone ${ZONE}.`);
      expect(said).toContain(`Kerberos and DNS/localhost@${REALM}`);
      expect(said).not.toContain('canary-no');
      expect(rig.writes()).toEqual([]);
    },
    SETUP_MS,
  );

  test(
    'gets its records from an account with a password, which stays nowhere',
    async () => {
      await rig.declare(site({ user: 'admin' }));
      const given = { environment: environment({ TF_VAR_dns_password: PASSWORD }) };
      expect(await rig.plan(given)).toMatchObject({ exit: 2 });
      expect(await rig.applyPlan(given)).toMatchObject({ exit: 0 });
      expect(await rig.addresses(`webmail.${ZONE}`)).toHaveLength(1);
      expect(await rig.plan(given)).toMatchObject({ exit: 0 });
      const kept = [rig.stateFile, join(rig.stackFolder, 'cdk.tf.json'), join(rig.stackFolder, 'plan')];
      for (const file of kept) expect(readFileSync(file, 'latin1')).not.toContain(PASSWORD);
    },
    SETUP_MS,
  );

  test(
    'gets them from a keytab, and from the ticket of whoever runs Terraform',
    async () => {
      const ways = [
        [site({ user: 'admin', keytabFile: realm.kdc.userKeytab }, 600), environment()],
        [site({}, 900), environment({ KRB5CCNAME: realm.signIn() })],
      ] as const;
      for (const [declared, own] of ways) {
        await rig.declare(declared);
        rig.forget();
        expect(await rig.plan({ environment: own })).toMatchObject({ exit: 2 });
        expect(await rig.applyPlan({ environment: own })).toMatchObject({ exit: 0 });
        expect(rig.updates.length).toBeGreaterThan(0);
        expect(await rig.addresses(`webmail.${ZONE}`)).toHaveLength(1);
      }
    },
    SETUP_MS,
  );
});
