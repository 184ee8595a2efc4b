import type { ProviderDefinition } from '../../plugin';
import { DnsClient } from '../../dns/client';
import { SettingsError } from '../../dns/update-settings';
import { dataSources } from './lookups';
import { RECORD_KINDS } from './record-kinds';
import { type DnsTarget, recordSet } from './record-set';
import { readSettings, settingsSchema } from './settings';

const NO_SERVER =
  'No DNS server to update is set, or it is only known at apply: give an update block with a server, or set DNS_UPDATE_SERVER.';

/** The stand-in for hashicorp/dns. */
export const dnsProvider: ProviderDefinition<DnsTarget> = {
  typeName: 'dns',
  schema: settingsSchema,
  resources: RECORD_KINDS.map(recordSet),
  dataSources: dataSources(),
  async configure(config) {
    try {
      const settings = readSettings(config, process.env);
      const target: DnsTarget =
        settings === undefined ? { reason: NO_SERVER } : { client: new DnsClient(settings) };
      return { target };
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      const summary = 'The provider dns is not configured right';
      const detail = `${error.message}.`;
      return { target: { reason: detail }, diagnostics: [{ severity: 'error', summary, detail }] };
    }
  },
};
