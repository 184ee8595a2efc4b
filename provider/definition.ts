import { RESOURCES } from '../exchange/resources';
import type { ProviderDefinition } from '../plugin';
import type { Session } from '../powershell/session';
import { type Diagnostic, isKnown, isList, isRecord, type Values } from '../schema';
import type { Settings } from './configuration';
import type { Environment } from './environment';
import type { DnsZones } from './dns-zones';
import { CONFIGURATION_SCHEMA, ENVIRONMENT, settingsFrom } from './configuration';
import type { Installed } from './connection';
import type { PublicCertificates } from './public-certificates';
import { publishedNames } from './published-names';
import { managed } from './resource';
import { SiteCertificates } from './site-certificates';
import { Targets } from './targets';

export interface ProviderOptions {
  /** @default a session with the endpoint of the settings */
  readonly open?: (settings: Settings, installed: Installed) => Promise<Session>;
  /**
   * Takes a sentence on every remote call, for whoever looks for a fault. No secret is in it.
   *
   * @default nobody listens
   */
  readonly note?: (message: string) => void;
}

/** The provider `exchange`. The environment is given, so that tests need not change their own. */
export function exchangeProvider(
  environment: Environment,
  {
    open = (settings, installed) => connectLate(settings, environment, installed),
    note = () => undefined,
  }: ProviderOptions = {},
): ProviderDefinition<Targets> {
  return {
    typeName: 'exchange',
    schema: CONFIGURATION_SCHEMA,
    resources: [...RESOURCES.map(managed), publishedNames],
    validate: (config) =>
      isKnown(config) && (config['endpoint'] ?? environment[ENVIRONMENT.endpoint] ?? '') !== ''
        ? settingsFrom(config, environment).diagnostics
        : [],
    configure: async (config) => {
      const { settings, diagnostics } = settingsFrom(config, environment);
      if (settings === undefined) return { diagnostics };
      const site = new SiteCertificates(blocksOf(config, 'site_certificate'));
      const { certificates, diagnostics: unfit } = await certificatesIn(config, site);
      if (unfit.length > 0) return { diagnostics: [...diagnostics, ...unfit] };
      const zones = await zonesOf(config, environment);
      const target = new Targets(settings, open, { note, certificates, site, zones });
      target.connect();
      const refusals = (await zones?.problems(settings.lackingRights)) ?? [];
      return { target, diagnostics: [...diagnostics, ...refusals] };
    },
    // Calls in flight end as those of a lost connection do, and the next one opens a session of its own.
    breakOff: (target) => void target.close(),
    close: (target) => target.close(),
  };
}

/** DNS is loaded where a zone is to be asked for: two of the three starts of the provider for a plan ask for none. */
async function zonesOf(config: Values, environment: Environment): Promise<DnsZones | undefined> {
  const updates = blocksOf(config, 'dns_update');
  if (updates.length === 0) return undefined;
  const { DnsZones } = await import('./dns-zones');
  return new DnsZones(updates, environment);
}

/** Loaded where a block gives one, as DNS is. */
async function certificatesIn(
  config: Values,
  site: SiteCertificates,
): Promise<{ readonly certificates: PublicCertificates; readonly diagnostics: readonly Diagnostic[] }> {
  const blocks = blocksOf(config, 'public_certificate');
  if (blocks.length === 0) return { certificates: new Map(), diagnostics: [] };
  const { publicCertificates } = await import('./public-certificates');
  return publicCertificates(blocks, site);
}

function blocksOf(config: Values, name: string): readonly Values[] {
  const blocks = config[name] ?? null;
  return isList(blocks) ? blocks.filter(isRecord) : [];
}

/** Remoting is loaded when it is first needed: two of the three starts of the provider for a plan open no session. */
async function connectLate(
  settings: Settings,
  environment: Environment,
  installed: Installed,
): Promise<Session> {
  const { connect } = await import('./connection');
  return connect(settings, environment, installed);
}
