import { readFileSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { startLab } from '../dns/lab';
import { PASSWORD, Realm } from '../kerberos/realm';
import { describeWithKerberos } from '../remoting/peers/kdc';
import { startTcpRecorder, type TcpRecorder } from '../remoting/peers/tcp-recorder';
import { describeWithTerraform } from '../terraform/available';
import { found, type Secrets } from './canaries';
import { bothServers, FIRST, SECOND } from './declared-site';
import { executedCmdlets, plannedCmdlets } from './executed-cmdlets';
import { startSealedSiteEndpoint, type SiteEndpoint } from './site-endpoint';
import { SiteRig, type Plan } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 180_000;

/** A request or an answer, as HTTP has it. */
interface Message {
  readonly head: string;
  readonly body: Buffer;
}

/** What one end of a connection sent; the last one may be cut off. */
function messagesIn(bytes: Buffer): readonly Message[] {
  const messages: Message[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf('\r\n\r\n', at);
    const start = end < 0 ? bytes.length : end + 4;
    const head = bytes.subarray(at, start).toString('latin1');
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    messages.push({ head, body: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return messages;
}

/** As much as nothing else has. */
function middleOf(bytes: Buffer): Buffer {
  return bytes.subarray(bytes.length / 2, bytes.length / 2 + 48);
}

/**
 * The door that a default Exchange server has, and its administrators use: plain HTTP, in which Kerberos seals what goes
 * both ways. Nothing of it needs a compiler: `.ci/run` installs from npm without scripts, and runs this before it installs
 * one, which shows it on a machine that has none.
 */
describeWithTerraform('a site over sealed HTTP', () => {
  describeWithKerberos('with a ticket', () => {
    const realm = new Realm();
    const certificate = validCertificate();
    let tools: SiteTools;
    let rig: SiteRig;
    let endpoint: SiteEndpoint;
    let wire: TcpRecorder;
    let environment: { readonly [name: string]: string | undefined };
    beforeAll(async () => {
      tools = await siteTools();
      await realm.start();
    }, SETUP_MS);
    afterAll(async () => {
      await realm.stop();
      tools.remove();
    });
    beforeEach(async () => {
      rig = await SiteRig.create({ tools, startDns: startLab, certificate });
      rig.install(SECOND.name);
      await rig.declare(bothServers);
      endpoint = await startSealedSiteEndpoint({ organization: () => rig.organization });
      wire = await startTcpRecorder(endpoint.httpPort);
      environment = {
        EXCHANGE_ENDPOINT: `http://localhost:${wire.port}/PowerShell/`,
        EXCHANGE_PROCESS_COMMAND: undefined,
        KRB5_CONFIG: realm.kdc.environment['KRB5_CONFIG'],
        KRB5CCNAME: realm.signIn(),
        // The rig's project has no packages of its own.
        NODE_PATH: [resolve(__dirname, '../../node_modules'), process.env['NODE_PATH'] ?? ''].join(delimiter),
      };
    }, SETUP_MS);
    afterEach(async () => {
      await wire.close();
      await endpoint.close();
      await rig.remove();
    });

    const bytesOnWire = (): readonly Buffer[] =>
      wire.conversations.flatMap(({ sent, answered }) => [sent, answered]);

    /** What nobody on the way may read: secrets, and what is said at all. */
    function canaries(): Secrets {
      const cmdlets = new Set(rig.organization.journal().map(({ cmdlet }) => cmdlet));
      expect(cmdlets).toContain('Import-ExchangeCertificate');
      const words = [...cmdlets, 'Envelope', 'schemas.xmlsoap.org', 'schemas.microsoft.com', FIRST.fqdn];
      return [
        ['the password of the account', PASSWORD],
        ['the password of the PFX', rig.pfxPassword],
        ['the PFX', middleOf(readFileSync(rig.pfxFile))],
        ['its key', middleOf(certificate.privateKey.export({ type: 'pkcs8', format: 'der' }))],
        ...words.map((word) => [word, word] as const),
      ];
    }

    function expectAllSealed(): void {
      expect(found(canaries(), bytesOnWire())).toEqual([]);
      // One that was given up before anything was sent, as when the session is lost meanwhile, tells nothing.
      const spoken = wire.conversations.filter(({ sent }) => sent.length > 0);
      expect(spoken).not.toEqual([]);
      for (const { sent, answered } of spoken) {
        const [signIn, ...bodies] = messagesIn(sent);
        expect(signIn?.head).toMatch(/^POST \/PowerShell\/\S* HTTP\/1\.1\r\n/);
        expect(signIn?.head).toMatch(/^authorization: Kerberos [\w+/=]+\r$/im);
        expect(signIn?.body).toHaveLength(0);
        const [, ...answers] = messagesIn(answered);
        for (const { head } of [...bodies, ...answers]) {
          expect(head).toMatch(/^content-type: multipart\/encrypted;/im);
          expect(head).not.toMatch(/^(authorization|www-authenticate):/im);
        }
      }
    }

    const writesOf = (plan: Plan): readonly string[] =>
      plannedCmdlets(plan).filter((text) => !/^(get|test)-/.test(text));
    const appliedWrites = (): readonly string[] =>
      executedCmdlets(
        rig.writes().filter(({ applied }) => applied),
        [],
      );

    test(
      'is deployed as it was planned, then unchanged, and nothing of it can be read on the wire',
      async () => {
        const plan = await rig.plan({ environment });
        expect(plan).toMatchObject({ exit: 2 });
        expect(rig.writes()).toEqual([]);
        rig.forget();
        expect(await rig.applyPlan({ environment })).toMatchObject({ exit: 0 });
        const planned = plannedCmdlets(plan);
        expect(planned.length).toBeGreaterThan(20);
        expect(executedCmdlets(rig.organization.journal(), planned)).toEqual(planned);
        expectAllSealed();
        expect(await rig.plan({ environment })).toMatchObject({ exit: 0 });
        expect(endpoint.service.shells).toBe(0);
      },
      SETUP_MS,
    );

    test.each([
      ['before Import-ExchangeCertificate was taken', 'Import-ExchangeCertificate', 'Command', 'before', 0],
      ['while Set-OwaVirtualDirectory was answered', 'Set-OwaVirtualDirectory', 'Receive', 'during', 1],
      ['after Import-ExchangeCertificate took effect', 'Import-ExchangeCertificate', 'Receive', 'after', 1],
    ] as const)(
      'goes on where the connection broke %s',
      async (_what, cmdlet, operation, when, effects) => {
        const first = await rig.plan({ environment });
        rig.forget();
        endpoint.disturbances.arm({ operation, cmdlet, effect: { kind: 'reset' }, when });
        const broken = await rig.applyPlan({ environment });
        expect(endpoint.disturbances.waiting).toEqual([]);
        expect(broken.exit).toBe(1);
        expect(broken.said).toContain(`The connection was lost during ${cmdlet} for ${FIRST.name}`);
        const done = appliedWrites();
        expect(done.filter((text) => text.startsWith(cmdlet.toLowerCase()))).toHaveLength(effects);
        const rest = await rig.plan({ environment });
        expect([...done, ...writesOf(rest)].sort()).toEqual(writesOf(first));
        expect(await rig.applyPlan({ environment })).toMatchObject({ exit: 0 });
        expect(appliedWrites()).toEqual(writesOf(first));
        expectAllSealed();
        expect(endpoint.service.shells).toBe(0);
      },
      SETUP_MS,
    );
  });
});
