import { settingsFrom, type Environment, type Settings } from '../../provider/configuration';
import { whereOf } from '../../provider/problem';
import { hasErrors } from '../../schema';
import { skipped, type Verdict } from './check';
import { CHECKS } from './checks';
import { Checkup } from './checkup';
import { lookForDoors, type DoorsOptions } from './doors/doors';
import { keytabVerdict } from './keytab';
import { passwordsVerdict } from './passwords';
import { readPlan, type Plan } from './plan-file';
import type { EndpointReport, Finding, Report } from './report';

export interface DoctorOptions {
  /** Path of a stack's `exchange-plan.json`. Left out: every cmdlet that the provider can use is looked for. */
  readonly planFile?: string;
  /** Declared version of servers by name, as in the provider block. Left out: whatever the servers are. */
  readonly servers?: { readonly [name: string]: string };
  /** How the doors of each endpoint's server are looked for. */
  readonly doors?: DoorsOptions;
}

/**
 * Checks the endpoints that the environment names, step by step, up to the first failure of each. It opens one session
 * for each endpoint, and runs Get-ExchangeServer, Get-ExchangeCertificate and Get-Command there. Meanwhile it looks, without
 * signing in, which other doors the server has.
 */
export async function examine(options: DoctorOptions, environment: Environment): Promise<Report> {
  const read = options.planFile === undefined ? undefined : await readPlan(options.planFile);
  const plan = read !== undefined && 'plan' in read ? read.plan : undefined;
  const declared = {
    servers: options.servers ?? null,
    site_hosts: plan?.hosts ?? null,
    site_certificate_names: plan?.certificateNames ?? null,
  };
  const { settings, diagnostics } = settingsFrom(declared, environment);
  const problems = [...diagnostics, ...(read !== undefined && 'problem' in read ? [read.problem] : [])];
  if (settings === undefined || hasErrors(problems)) {
    const findings = problems.map(({ summary, detail }): Finding => ({
      check: 'settings',
      state: 'failed',
      detail: summary,
      remedy: detail,
    }));
    return { ok: false, settings: findings, endpoints: [] };
  }
  const keytab = keytabVerdict(settings, environment);
  if (keytab?.state === 'failed') {
    return { ok: false, settings: [{ check: 'settings', ...keytab }], endpoints: [] };
  }
  const passwords = plan === undefined ? undefined : passwordsVerdict(plan, environment);
  const endpoints: EndpointReport[] = [];
  for (const endpoint of [settings.endpoint, ...settings.fallbacks]) {
    endpoints.push(await examineEndpoint(endpoint, settings, environment, plan, options.doors));
  }
  const ok = endpoints.every(({ checks }) => checks.every(({ state }) => state !== 'failed'));
  return {
    ok,
    settings: [
      { check: 'settings', state: 'ok', detail: 'the settings are complete' },
      ...[keytab, passwords].flatMap((verdict) =>
        verdict === undefined ? [] : [{ check: 'settings' as const, ...verdict }],
      ),
    ],
    endpoints,
  };
}

async function examineEndpoint(
  endpoint: Settings['endpoint'],
  settings: Settings,
  environment: Environment,
  plan: Plan | undefined,
  options: DoorsOptions | undefined,
): Promise<EndpointReport> {
  const looking = lookForDoors(endpoint, environment, {
    ...(plan === undefined ? {} : { names: [{ names: plan.certificateNames, hosts: plan.hosts }] }),
    ...options,
  });
  const checkup = new Checkup(endpoint, settings, environment, plan);
  const checks: Finding[] = [];
  try {
    let failure: string | undefined;
    for (const check of CHECKS.filter(({ of }) => of.includes(endpoint.kind))) {
      const verdict: Verdict =
        failure === undefined ? await check.run(checkup) : skipped(`not reached: ${failure} failed`);
      if (verdict.state === 'failed') failure = check.name;
      checks.push({ check: check.name, ...verdict });
    }
  } finally {
    await checkup.close();
  }
  const isNamed = checks.every(({ check, state }) => check !== 'name' || state === 'ok');
  return { endpoint: whereOf(endpoint), checks, doors: isNamed ? await looking : { found: [] } };
}
