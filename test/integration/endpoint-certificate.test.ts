import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateState } from '../../lab/exchange/setup';
import type { RunningEndpoint } from '../../lab/wsman/endpoint';
import { startExchangeEndpoint } from '../../lab/wsman/exchange-endpoint';
import { makeAuthority, makeKey, parseCertificate, toPem, type KeyedCertificate } from '../../pki';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, FIRST, firstServer, NAMES, SECOND, ZONE } from './declared-site';
import { startNameProxy, type NameProxy } from './name-proxy';
import { SiteRig, type RunOptions } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';

const LIFE_MS = 300_000;
const USER = 'contoso\\deploy';
const PASSWORD = 'canary-71c0';
const DAY_MS = 86_400_000;
const VALIDITY = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + 365 * DAY_MS) };
const OTHER_HOST = 'mgmt01.apatricio.local';

const key = makeKey();
const authority = makeAuthority({ commonName: 'Certificates of contoso', ...VALIDITY, privateKey: key });

function issued(names: readonly string[] = NAMES, by = authority): KeyedCertificate {
  return by.issue({
    commonName: names[0] ?? '',
    subjectAlternativeNames: names,
    ...VALIDITY,
    privateKey: key,
  });
}

/** The endpoint of the first server, reached by the server's own name. */
describeWithTerraform(
  'a site over the endpoint of a server, which shows the certificate that IIS has',
  () => {
    let tools: SiteTools;
    let rig: SiteRig;
    let endpoint: RunningEndpoint;
    let proxy: NameProxy;
    beforeAll(async () => {
      tools = await siteTools();
    }, LIFE_MS);
    afterAll(() => tools.remove());
    beforeEach(async () => {
      rig = await SiteRig.create({ tools, startDns: startLab, certificate: issued() });
      rig.install(SECOND.name);
      endpoint = await startExchangeEndpoint({
        organization: () => rig.organization,
        server: FIRST.name,
        authentication: { basic: (user, password) => user === USER && password === PASSWORD },
      });
      proxy = await startNameProxy(() =>
        Object.fromEntries(
          [FIRST.fqdn, FIRST.name, OTHER_HOST].map((host) => [`${host.toLowerCase()}:443`, endpoint.port]),
        ),
      );
      trust(authority.certificate);
    }, LIFE_MS);
    afterEach(async () => {
      await proxy.close();
      await endpoint.close();
      await rig.remove();
    });

    const caFile = () => join(rig.folder, 'ca.pem');
    /** Beside what Setup made, which an administrator of a new server has to trust. */
    function trust(...certificates: readonly KeyedCertificate['certificate'][]): void {
      writeFileSync(caFile(), [setups(), ...certificates.map(toPem)].join(''));
    }
    function setups(): string {
      const found = certificates(FIRST.name).find(({ internalTransport }) => internalTransport);
      return toPem(parseCertificate(Buffer.from(found?.der ?? '', 'base64')));
    }
    const certificates = (server: string) =>
      rig.organization.read().servers.get(server.toUpperCase())?.certificates ?? [];
    const onTheWeb = (server: string) =>
      certificates(server).flatMap(({ services, thumbprint }) =>
        services.includes('IIS') ? [thumbprint] : [],
      );

    const options = (environment: RunOptions['environment'] = {}): RunOptions => ({
      environment: {
        EXCHANGE_ENDPOINT: `https://${FIRST.fqdn}/PowerShell/`,
        EXCHANGE_PROCESS_COMMAND: undefined,
        EXCHANGE_CA_FILE: caFile(),
        EXCHANGE_USER: USER,
        EXCHANGE_PASSWORD: PASSWORD,
        HTTPS_PROXY: proxy.url,
        NO_PROXY: '127.0.0.1',
        ...environment,
      },
    });

    /** Of the first reading after the first Enable-ExchangeCertificate: what follows needs another connection. */
    const lostAfterEnable = {
      operation: 'Command',
      cmdlet: 'Get-ExchangeCertificate',
      effect: { kind: 'reset' },
    } as const;

    /** What waits for no certificate, as the DAG, would be lost with the session. */
    const applyOneByOne = (run: ReturnType<typeof options>) =>
      rig.terraform(['apply', '-input=false', '-no-color', '-parallelism=1', 'plan'], run);

    /** Plans, and applies with a connection that is lost after Exchange has given IIS the certificate. */
    async function deploy(run = options()): Promise<void> {
      const { exit, said } = await rig.plan(run);
      if (exit !== 2) throw new Error(said);
      endpoint.disturbances.arm(lostAfterEnable);
      expect(await applyOneByOne(run)).toMatchObject({ exit: 0 });
      expect(endpoint.disturbances.waiting).toEqual([]);
      expect(endpoint.service.shells).toBe(0);
    }

    test(
      'is deployed, planned and renewed by the name of the server, which the certificate does not have',
      async () => {
        await rig.declare(bothServers);
        await deploy();
        const [first] = onTheWeb(FIRST.name);
        expect(await rig.plan(options())).toMatchObject({ exit: 0 });
        rig.writePfx(issued());
        await deploy();
        expect(onTheWeb(FIRST.name)).not.toEqual([first]);
        const byShortName = options({ EXCHANGE_ENDPOINT: `https://${FIRST.name}/PowerShell/` });
        expect(await rig.plan(byShortName)).toMatchObject({ exit: 0 });
        const wildcard = `*.${ZONE}`;
        await rig.declare({ ...bothServers, certificate: { ...bothServers.certificate, names: [wildcard] } });
        rig.writePfx(issued([wildcard]));
        await deploy();
        expect(await rig.plan(options())).toMatchObject({ exit: 0 });
      },
      LIFE_MS,
    );

    test(
      'is deployed by the next run where the answer to Enable-ExchangeCertificate is lost',
      async () => {
        await rig.declare(firstServer);
        const cmdlet = 'Enable-ExchangeCertificate';
        // The first one brings the question about the default SMTP certificate.
        endpoint.disturbances.arm({
          operation: 'Receive',
          cmdlet,
          at: 2,
          effect: { kind: 'reset' },
          when: 'after',
        });
        const broken = await rig.apply(options());
        expect(broken.exit).toBe(1);
        expect(broken.said).toContain(`The connection was lost during ${cmdlet} for ${FIRST.name}`);
        expect(broken.said).toContain(
          'The object was read back after the error: everything that can be read is as declared.',
        );
        expect(await rig.apply(options())).toMatchObject({ exit: 0 });
        expect(await rig.plan(options())).toMatchObject({ exit: 0 });
        expect(new Set(Object.values(rig.effects()))).toEqual(new Set([1]));
      },
      LIFE_MS,
    );

    test.each([
      ['whose issuer is not trusted', () => ({}), /is not trusted: unable to/],
      [
        'beside the only one that is pinned',
        () => ({ EXCHANGE_CERTIFICATE_FINGERPRINT: fingerprint(setups()) }),
        /is not the pinned one/,
      ],
    ])(
      'is deployed and destroyed with a certificate %s: the run accepts what it gives to IIS, and no other run does',
      async (_what, more, problem) => {
        const own = makeAuthority({ commonName: 'Made by ourselves', ...VALIDITY, privateKey: key });
        const certificate = issued(NAMES, own);
        rig.writePfx(certificate);
        await rig.declare(firstServer);
        const before = setups();
        await deploy(options(more()));
        const from = endpoint.traffic.length;
        const { exit, said } = await rig.plan(options(more()));
        expect(exit).toBe(1);
        expect(said).toMatch(problem);
        expect(said).toContain(`Compare the fingerprint ${fingerprint(toPem(certificate.certificate))}`);
        expect(said).toContain('EXCHANGE_CA_FILE');
        expect(endpoint.traffic).toHaveLength(from);
        // What Setup made is trusted no more, and gets IIS back.
        writeFileSync(caFile(), toPem(own.certificate));
        expect(await rig.plan(options())).toMatchObject({ exit: 0 });
        const destroy = await rig.terraform(['plan', '-destroy', '-input=false', '-out=plan'], options());
        expect(destroy).toMatchObject({ exit: 0 });
        endpoint.disturbances.arm(lostAfterEnable);
        expect(await applyOneByOne(options())).toMatchObject({ exit: 0 });
        expect(endpoint.disturbances.waiting).toEqual([]);
        expect(onTheWeb(FIRST.name)).toEqual([parseCertificate(Buffer.from(before)).thumbprint]);
        expect((await rig.plan(options())).said).toContain('is not trusted: depth zero self signed cert');
      },
      LIFE_MS,
    );

    test(
      'is not planned where the certificate has other names, or the host is none of the site: the plan says what to set',
      async () => {
        await rig.declare(firstServer);
        const shown = (names: readonly string[]) => {
          rig.organization.editServer(FIRST.name, ({ certificates: all }) => {
            for (const own of all) own.services = own.services.filter((service) => service !== 'IIS');
            all.push(certificateState(issued(names), { services: ['IIS'] }));
          });
        };
        const refused = async (run: RunOptions, ...words: readonly string[]) => {
          const from = endpoint.traffic.length;
          const { exit, said } = await rig.plan(run);
          expect(exit).toBe(1);
          for (const word of [...words, 'EXCHANGE_CERTIFICATE_NAMES']) expect(said).toContain(word);
          expect(endpoint.traffic).toHaveLength(from);
        };
        shown([`www.${ZONE}`]);
        const accepted = `The provider also accepts a certificate of this server for ${[...NAMES].sort().join(', ')}.`;
        await refused(options(), FIRST.fqdn.toLowerCase(), `(www.${ZONE})`, accepted);
        const named = options({ EXCHANGE_CERTIFICATE_NAMES: `mail.${ZONE}, www.${ZONE}` });
        expect(await rig.plan(named)).toMatchObject({ exit: 2 });

        shown(NAMES);
        const elsewhere = { EXCHANGE_ENDPOINT: `https://${OTHER_HOST}/PowerShell/` };
        await refused(options(elsewhere), OTHER_HOST, `(${NAMES.join(', ')})`);
        const allowed = options({ ...elsewhere, EXCHANGE_CERTIFICATE_NAMES: NAMES[0] });
        expect(await rig.plan(allowed)).toMatchObject({ exit: 2 });
      },
      LIFE_MS,
    );
  },
);

/** SHA-256 in pairs. */
function fingerprint(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}
