import { settingsFrom, type Settings } from '../../provider/configuration';
import type { Environment } from '../../provider/environment';
import { sameName } from '../../exchange/resources/equality';
import { whereOf } from '../../provider/connection-problem';
import type { ServerSession } from '../../provider/server-sessions';
import { hasErrors } from '../../schema';
import { skipped, type Verdict } from './check';
import { CHECKS } from './checks';
import { Checkup } from './checkup';
import { lookForDoors, type DoorsOptions } from './doors/doors';
import { keytabVerdict } from './keytab';
import { passwordsVerdict } from './passwords';
import { readPlan, type Plan } from './plan-file';
import type { EndpointReport, Finding, Report } from './report';
import { readStack } from './stack-file';

export interface DoctorOptions {
  /**
   * Path of a stack's `exchange-plan.json`. Left out: the session must offer every cmdlet that the provider can use.
   */
  readonly planFile?: string;
  /** The declared version of each server by its name, as in the provider block. Left out: any version. */
  readonly servers?: { readonly [name: string]: string };
  /** How to look for the doors of each endpoint's server. */
  readonly doors?: DoorsOptions;
}

/**
 * Checks the endpoints in the environment, and those of the servers in the plan. The checks of an endpoint end at its
 * first failure. Opens one session for each endpoint, and runs Get-ExchangeServer, Get-ExchangeCertificate and
 * Get-Command there. Meanwhile looks, without signing in, which other doors the server has. Where the plan is beside
 * its stack, also opens each PFX, and asks the DNS server of each zone whether it takes updates.
 */
export async function examine(options: DoctorOptions, environment: Environment): Promise<Report> {
  const read = options.planFile === undefined ? undefined : await readPlan(options.planFile);
  const plan = read !== undefined && 'plan' in read ? read.plan : undefined;
  const sessions = plan?.sessions ?? [];
  const versions = Object.fromEntries(sessions.map(({ server, version }) => [server, version]));
  const declared = {
    servers:
      options.servers === undefined && sessions.length === 0 ? null : { ...versions, ...options.servers },
    server_endpoints: Object.fromEntries(sessions.map(({ server, endpoint }) => [server, endpoint])),
    site_hosts: plan?.hosts ?? null,
    site_certificate_names: plan?.certificateNames ?? null,
  };
  const { settings, diagnostics } = settingsFrom(declared, environment);
  // The plan gives no version for servers without an endpoint of their own, so the settings do not contain them. They
  // need the session of the organization all the same.
  const unsaid =
    settings !== undefined && settings.organizationServer !== null && (plan?.servers.length ?? 0) > 0
      ? settingsFrom({}, environment).diagnostics
      : [];
  const problems = [
    ...diagnostics,
    ...unsaid,
    ...(read !== undefined && 'problem' in read ? [read.problem] : []),
  ];
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
  const beside = options.planFile === undefined ? [] : await besidePlan(options.planFile, plan, environment);
  const endpoints: EndpointReport[] = [];
  const ofAll = settings.organizationServer === null ? [settings.endpoint, ...settings.fallbacks] : [];
  for (const endpoint of ofAll) {
    const checkup = new Checkup(endpoint, ofOrganization(settings), environment, plan);
    endpoints.push(await examineEndpoint(checkup, options.doors));
  }
  for (const own of settings.serverSessions.values()) {
    const ownPlan = plan && planOf(plan, own);
    const checkup = new Checkup(own.endpoint, settingsFor(own, settings), environment, ownPlan, own);
    endpoints.push(await examineEndpoint(checkup, options.doors));
  }
  const said: readonly Finding[] = [
    { check: 'settings', state: 'ok', detail: 'the settings are complete' },
    ...(keytab === undefined ? [] : [{ check: 'settings' as const, ...keytab }]),
    ...beside,
  ];
  const all = [...said, ...endpoints.flatMap(({ checks }) => checks)];
  return { ok: all.every(({ state }) => state !== 'failed'), settings: said, endpoints };
}

/** Checks what a deploy needs of this machine and of DNS, according to the stack beside the plan. */
async function besidePlan(
  planFile: string,
  plan: Plan | undefined,
  environment: Environment,
): Promise<readonly Finding[]> {
  const stack = await readStack(planFile, environment);
  if (stack === undefined) {
    const passwords = plan && passwordsVerdict(plan, environment);
    const unknown = skipped(
      'the file cdk.tf.json of the stack, which names them, is not in the folder of the plan',
    );
    return [
      ...(passwords === undefined ? [] : [{ check: 'settings' as const, ...passwords }]),
      { check: 'pfx', ...unknown },
      { check: 'dns', ...unknown },
    ];
  }
  // Loaded only here: without a stack beside the plan there is no PFX and no zone to check.
  const [{ pfxVerdicts }, { dnsVerdicts }] = await Promise.all([import('./pfx'), import('./dns')]);
  const [pfx, dns] = await Promise.all([pfxVerdicts(stack), dnsVerdicts(stack, environment)]);
  return [
    ...pfx.map((verdict): Finding => ({ check: 'pfx', ...verdict })),
    ...dns.map((verdict): Finding => ({ check: 'dns', ...verdict })),
  ];
}

/** The settings for the session of the organization. Servers with an endpoint of their own are checked there. */
function ofOrganization(settings: Settings): Settings {
  const versions = [...settings.versions].filter(([server]) => !settings.serverSessions.has(server));
  return { ...settings, versions: new Map(versions) };
}

function settingsFor(own: ServerSession, settings: Settings): Settings {
  const versions = new Map([[own.server.toLowerCase(), own.version]]);
  return { ...settings, endpoint: own.endpoint, fallbacks: [], snapIn: own.snapIn, versions };
}

function planOf(plan: Plan, { server }: ServerSession): Plan | undefined {
  const session = plan.sessions.find((each) => sameName(each.server, server));
  return session && { ...plan, servers: [server], cmdlets: session.cmdlets, parameters: session.parameters };
}

async function examineEndpoint(checkup: Checkup, options: DoorsOptions | undefined): Promise<EndpointReport> {
  const { endpoint, environment, plan, own } = checkup;
  const looking = lookForDoors(endpoint, environment, {
    ...(plan === undefined ? {} : { names: [{ names: plan.certificateNames, hosts: plan.hosts }] }),
    ...options,
  });
  const checks: Finding[] = [];
  try {
    let failure: string | undefined;
    for (const check of CHECKS.filter(({ of }) => of.includes(endpoint.kind))) {
      const verdict: Verdict =
        failure === undefined ? await check.run(checkup) : skipped(`not checked, because ${failure} failed`);
      if (verdict.state === 'failed') failure = check.name;
      checks.push({ check: check.name, ...verdict });
    }
  } finally {
    await checkup.close();
  }
  const isNamed = checks.every(({ check, state }) => check !== 'name' || state === 'ok');
  const whose = own === undefined ? {} : { server: own.server };
  return { endpoint: whereOf(endpoint), ...whose, checks, doors: isNamed ? await looking : { found: [] } };
}
