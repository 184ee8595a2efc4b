import { RESOURCES } from '../exchange/resources';
import type { ProviderDefinition } from '../plugin';
import { isKnown } from '../schema';
import type { Environment, Settings } from './configuration';
import { CONFIGURATION_SCHEMA, ENVIRONMENT, settingsFrom } from './configuration';
import { connect } from './connection';
import { managed } from './resource';
import { ExchangeTarget } from './target';

/** The provider `exchange`. The environment is given, so that tests need not change their own. */
export function exchangeProvider(
  environment: Environment,
  open: (settings: Settings) => ReturnType<typeof connect> = (settings) => connect(settings, environment),
): ProviderDefinition<ExchangeTarget> {
  return {
    typeName: 'exchange',
    schema: CONFIGURATION_SCHEMA,
    resources: RESOURCES.map(managed),
    validate: (config) =>
      isKnown(config) && (config['endpoint'] ?? environment[ENVIRONMENT.endpoint] ?? '') !== ''
        ? settingsFrom(config, environment).diagnostics
        : [],
    configure: async (config) => {
      const { settings, diagnostics } = settingsFrom(config, environment);
      if (settings === undefined) return { diagnostics };
      const target = new ExchangeTarget(settings, open);
      target.connect();
      return { target, diagnostics };
    },
    close: (target) => target.close(),
  };
}
