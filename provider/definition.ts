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
   * Receives a sentence on every remote call, for troubleshooting. It never holds a secret.
   *
   * @default the sentences are dropped
   */
  readonly note?: (message: string) => void;
}

/** The provider `exchange`. The environment is a parameter, so that tests need not change that of their process. */
export function exchangeProvider(
  environment: Environment,
  {
    open = (settings, installed) => connectOnDemand(settings, environment, installed),
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
    // Calls in flight end as if the connection was lost; the next call opens a new session.
    breakOff: (target) => void target.close(),
    close: (target) => target.close(),
  };
}

/**
 * The code for DNS is imported only where a zone is declared: two of the three starts of the provider for a plan need
 * none.
 */
async function zonesOf(config: Values, environment: Environment): Promise<DnsZones | undefined> {
  const updates = blocksOf(config, 'dns_update');
  if (updates.length === 0) return undefined;
  const { DnsZones } = await import('./dns-zones');
  return new DnsZones(updates, environment);
}

/** The code for certificates, too, is imported only where a block declares one. */
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

/**
 * The code for remoting is imported when a session is first needed: two of the three starts of the provider for a plan
 * open none.
 */
async function connectOnDemand(
  settings: Settings,
  environment: Environment,
  installed: Installed,
): Promise<Session> {
  const { connect } = await import('./connection');
  return connect(settings, environment, installed);
}
