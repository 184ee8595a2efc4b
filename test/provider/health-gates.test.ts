import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExchangeSiteProps } from '../../exchange/site';
import type { JournalEntry } from '../../lab/exchange/journal';
import { FrontEnd } from '../../lab/front-end/front-end';
import { hasErrors } from '../../schema';
import { bothServers, FIRST, NAMES, SECOND } from '../integration/declared-site';
import { overHttps, WsmanSite } from './wsman-site';

const SETUP_MS = 120_000;

/** The sample, whose servers the runner looks at. */
const looking: ExchangeSiteProps = {
  ...bothServers,
  health: {
    timeoutSeconds: 4,
    protocols: ['owa'],
    fromRunner: { certificates: ['IIS'], healthcheck: true },
  },
};

let folder: string;
let site: WsmanSite;
let fronts: readonly FrontEnd[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'from-runner-'));
  site = await WsmanSite.create(folder, overHttps);
}, SETUP_MS);
beforeEach(async () => {
  await site.reset();
  fronts = await Promise.all(
    [FIRST, SECOND].map(({ name }) =>
      FrontEnd.start({ organization: () => site.organization, server: name }),
    ),
  );
});
afterEach(async () => {
  for (const front of fronts) await front.close();
});
afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});

const deployment = () =>
  site.deployment({
    EXCHANGE_CONNECT_TO: JSON.stringify(
      Object.fromEntries(
        [FIRST, SECOND].map(({ fqdn }, index) => [`${fqdn}:443`, `127.0.0.1:${fronts[index]?.port}`]),
      ),
    ),
  });
const cmdletsOf = (state: ReturnType<typeof deployment>['state'], id: string) =>
  state.get(id)?.['cmdlets'] as readonly string[];

test('the gate of each server looks at it after its cmdlets, and a plan after that has nothing to do', async () => {
  const run = deployment();
  const said = await run.apply(site.resources(looking));
  expect(said.filter(({ severity }) => severity === 'error')).toEqual([]);
  const thumbprint = run.state.get(`${SECOND.name}-certificate`)?.['thumbprint'] as string;
  const at = `TLS ${SECOND.fqdn}:443 for`;
  const must = `# must show the certificate ${thumbprint}`;
  expect(cmdletsOf(run.state, `${SECOND.name}-health`)).toEqual(
    [
      `Test-ServiceHealth -Server '${SECOND.name}'`,
      `Get-HealthReport -Identity '${SECOND.name}'`,
      ...[...NAMES].sort().map((name) => `${at} ${name} ${must}`),
      `${at} ${SECOND.fqdn.toLowerCase()} ${must}`,
      `GET https://${SECOND.fqdn}/owa/HealthCheck.htm # must answer 200, behind the certificate ${thumbprint}`,
    ].sort((one, other) => order(one) - order(other)),
  );
  expect(fronts[1]?.names.sort()).toEqual([...NAMES, SECOND.fqdn.toLowerCase(), SECOND.fqdn].sort());
  expect(fronts[1]?.requests.map(({ line }) => line)).toEqual(['GET /owa/HealthCheck.htm']);
  expect((await run.plan(site.resources(looking))).changes).toEqual(new Set());
});

/** Cmdlets, then certificates, then pages. */
const order = (line: string) => [/^\w+-/, /^TLS/, /^GET/].findIndex((kind) => kind.test(line));

test('a server that goes on with its old certificate stops the deploy there, and names both', async () => {
  fronts[0]?.showFormer(1_000);
  fronts[1]?.showFormer(1_000);
  const run = deployment();
  const said = await run.apply(site.resources(looking));
  expect(hasErrors(said)).toBe(true);
  const [error] = said.filter(({ severity }) => severity === 'error');
  expect(error?.summary).toBe(`The check of ${SECOND.name} from this machine failed`);
  expect(error?.detail).toContain(`(CN=${SECOND.name.toUpperCase()}, until `);
  expect(error?.detail).toContain('Later steps of the deploy, including the DNS records, were not run');
  expect(run.state.has(`${SECOND.name}-health`)).toBe(false);
  // IIS has taken it by now: the next deploy passes, with the gate alone.
  fronts[1]?.showFormer(0);
  expect(await run.plan(site.resources(looking))).toMatchObject({
    changes: new Set([`${SECOND.name}-health`]),
  });
  expect(hasErrors(await run.apply(site.resources(looking)))).toBe(false);
});

test('what the runner sees is no matter where nobody asked for it', async () => {
  for (const front of fronts) front.disturbance = { kind: 'silence' };
  const said = await deployment().apply(site.resources());
  expect(hasErrors(said)).toBe(false);
  expect(fronts.map(({ names }) => names)).toEqual([[], []]);
});

describe('what Receive connectors select', () => {
  const mailing: ExchangeSiteProps = {
    ...bothServers,
    health: { timeoutSeconds: 4, fromRunner: { certificates: ['SMTP'] } },
  };
  const run = async () => {
    const ports = await Promise.all(
      fronts.flatMap((front, index) =>
        [25, 587].map(
          async (port) =>
            [`${[FIRST, SECOND][index]?.fqdn}:${port}`, `127.0.0.1:${await front.startSmtp(port)}`] as const,
        ),
      ),
    );
    return site.deployment({ EXCHANGE_CONNECT_TO: JSON.stringify(Object.fromEntries(ports)) });
  };

  test('is seen after STARTTLS on both ports, by what Exchange says of them', async () => {
    const deploy = await run();
    const said = await deploy.apply(site.resources(mailing));
    expect(said.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(cmdletsOf(deploy.state, `${SECOND.name}-health`).slice(-2)).toEqual(
      [25, 587].map(
        (port) =>
          `STARTTLS ${SECOND.fqdn}:${port} # must show the certificate that its Receive connector selects`,
      ),
    );
    const read = site.organization.journal().filter(({ cmdlet }) => cmdlet === 'Get-ReceiveConnector');
    expect(read.length).toBeGreaterThan(0);
  });

  test('that selects nothing stops the deploy, and names the connector', async () => {
    site.organization.editServer(SECOND.name, ({ receiveConnectors }) => {
      for (const { settings } of receiveConnectors) settings['Fqdn'] = 'smtp.contoso.com';
    });
    const deploy = await run();
    const said = await deploy.apply(site.resources(mailing));
    const [error] = said.filter(({ severity }) => severity === 'error');
    expect(error?.summary).toBe(`The check of ${SECOND.name} from this machine failed`);
    expect(error?.detail).toContain("that has its FQDN 'smtp.contoso.com', so that it offers no TLS");
    expect(error?.detail).toContain('Set-ReceiveConnector -Identity');
  });

  test('is read anew for each look: the deploy goes on once somebody has corrected the connector', async () => {
    const named = (fqdn: string | null) =>
      site.organization.editServer(SECOND.name, ({ receiveConnectors }) => {
        for (const { settings } of receiveConnectors) settings['Fqdn'] = fqdn;
      });
    named('smtp.contoso.com');
    const deploy = await run();
    const correct = setInterval(() => {
      const isOwn = ({ cmdlet, parameters }: JournalEntry) =>
        cmdlet === 'Get-ReceiveConnector' && parameters['Server'] === SECOND.name;
      if (!site.organization.journal().some(isOwn)) return;
      clearInterval(correct);
      setTimeout(() => named(null), 300); // The answer is on its way by then.
    }, 20);
    const said = await deploy.apply(site.resources(mailing));
    clearInterval(correct);
    expect(said.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(cmdletsOf(deploy.state, `${SECOND.name}-health`)).not.toEqual([]);
  });
});

describe('the replication of members', () => {
  const replicating: ExchangeSiteProps = {
    ...bothServers,
    health: { timeoutSeconds: 1, replication: true },
  };
  const [first, second] = [FIRST, SECOND].map(({ name }) => `${name}-replication`) as [string, string];

  test('is checked of each, and passes beside what fails of every new server', async () => {
    const run = deployment();
    const said = await run.apply(site.resources(replicating));
    expect(said.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(cmdletsOf(run.state, first)).toEqual([`Test-ReplicationHealth -Identity '${FIRST.name}'`]);
    expect(cmdletsOf(run.state, second)).toEqual([`Test-ReplicationHealth -Identity '${SECOND.name}'`]);
    expect((await run.plan(site.resources(replicating))).changes).toEqual(new Set());
  });

  test('that fails stops the deploy before the gate of the server, with what Exchange says', async () => {
    site.organization.editServer(SECOND.name, ({ unhealthy }) => {
      unhealthy['Clustering'] = 'Unhealthy';
    });
    const run = deployment();
    const said = await run.apply(site.resources(replicating));
    const errors = said.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ summary }) => summary)).toEqual([`${SECOND.name} is not healthy`]);
    expect(errors[0]?.detail).toContain(
      `on ${SECOND.name} ClusterNetwork is *FAILED* (${SECOND.name.toUpperCase()} does not take part in the cluster.)`,
    );
    expect(errors[0]?.detail).toContain('(Test-ReplicationHealth)');
    expect(run.state.has(`${SECOND.name}-health`)).toBe(false);
    expect(run.state.has(first)).toBe(true);
  });
});
