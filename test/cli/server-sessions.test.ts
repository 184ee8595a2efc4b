import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { examine as examineIt } from '../../cli/doctor/doctor';
import { renderText } from '../../cli/doctor/report';
import { exchangePlan } from '../../exchange/plan/exchange-plan';
import { resolveSite } from '../../exchange/resolve-site';
import type { Server } from '../../exchange/site';
import { ExchangeVersion } from '../../exchange/versions';
import { startWindowsEndpoint } from '../../lab/wsman/windows-endpoint';
import type { RunningEndpoint } from '../../lab/wsman/endpoint';
import { endpointCertificate } from '../../lab/wsman/certificate';
import { dag, server, site } from '../exchange/sites';
import { CANARY, closedPort, useRig, USER } from './rig';

const rig = useRig();
let windows: RunningEndpoint;
let port: number;
beforeAll(async () => {
  const { organization, folder } = rig();
  for (const name of ['OLD1', 'OLD2']) {
    organization.addServer({
      name,
      fqdn: `${name}.apatricio.local`,
      version: ExchangeVersion.V2007,
    });
  }
  const { cert, key } = endpointCertificate(folder, ['localhost']);
  windows = await startWindowsEndpoint({
    organization: () => organization,
    server: 'OLD1',
    authentication: { basic: (user, password) => user === USER && password === CANARY },
    tls: { cert, key },
  });
  port = await closedPort();
});
afterAll(() => windows.close());

/** The plan of a site of one server of 2013 and one of 2007. */
function planFile(endpoint: string, name = 'OLD1'): string {
  const old: Server = {
    ...server(2, { version: ExchangeVersion.V2007, endpoint }),
    name,
    fqdn: `${name}.apatricio.local`,
  };
  const declared = site({
    dag: { ...dag, members: ['BSAEX01'] },
    servers: [{ ...server(1), name: 'BSAEX01', fqdn: 'BSAEX01.apatricio.local' }, old],
  });
  const file = join(rig().folder, 'exchange-plan.json');
  writeFileSync(file, JSON.stringify(exchangePlan('mixed', declared, resolveSite(declared))));
  return file;
}

async function examine(file: string, environment = {}) {
  const doors = {
    ports: { http: port, https: port, ssh: port, 'windows-https': port, 'windows-http': port },
  };
  const report = await examineIt({ planFile: file, doors }, { ...rig().https, ...environment });
  expect(renderText(report)).not.toContain(CANARY);
  return report;
}

test('each session is checked by what runs in it', async () => {
  const report = await examine(planFile(`https://localhost:${windows.port}/wsman`));
  expect(report.endpoints.map((each) => each.server)).toEqual([undefined, 'OLD1']);
  const [organization, old] = report.endpoints.map(({ checks }) =>
    Object.fromEntries(checks.map(({ check, state, detail }) => [check, `${state} ${detail}`])),
  );
  expect(report.ok).toBe(true);
  expect(organization?.['certificates']).toContain('certificates of BSAEX01');
  expect(old?.['certificates']).toMatch(/certificates of OLD1$/);
  expect(old?.['cmdlets']).toMatch(/^ok /);
  expect(renderText(report)).toContain(`https://localhost:${windows.port}/wsman for OLD1\n`);
});

test('a session on another server than its own is said', async () => {
  const report = await examine(planFile(`https://localhost:${windows.port}/wsman`, 'OLD2'));
  const failed = report.endpoints[1]?.checks.find(({ state }) => state === 'failed');
  expect(failed?.detail).toContain('the session runs on OLD1, and not on OLD2');
  expect(report.ok).toBe(false);
});

test('an endpoint that is left to the environment must be there', async () => {
  const file = planFile('environment');
  const report = await examine(file);
  expect(report.settings[0]).toMatchObject({
    state: 'failed',
    detail: 'No endpoint is given for the session on OLD1',
  });
  const EXCHANGE_SERVER_ENDPOINTS = JSON.stringify({ OLD1: `https://localhost:${windows.port}/` });
  expect((await examine(file, { EXCHANGE_SERVER_ENDPOINTS })).ok).toBe(true);
});

test('the session of a server is none of the organization where others need one', async () => {
  const file = planFile(`https://localhost:${windows.port}/wsman`);
  const report = await examine(file, { EXCHANGE_ENDPOINT: undefined });
  expect(report.settings[0]).toMatchObject({ detail: 'No endpoint of Exchange is given' });
});
