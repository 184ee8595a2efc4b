import { ExchangeVersion } from '../../../exchange/versions';
import type { Call } from '../call';
import { changes, reads, type CmdletBehaviour } from '../cmdlet';
import { directoryObject, organizationContainer, type DirectoryClass } from '../objects/directory';
import { shown } from '../objects/property';
import { takeOver } from '../settings';
import type { DirectoryObject, Settings } from '../state';

/**
 * Names, types and values are those of a new organization: a transcript of Exchange 2016
 * (https://pastebin.com/aATaBGqZ).
 */
const PROVIDER_CLASS: DirectoryClass = {
  typeNames: [
    'Microsoft.Exchange.Data.Directory.SystemConfiguration.OutlookProvider',
    'Microsoft.Exchange.Data.Directory.SystemConfiguration.ADConfigurationObject',
  ],
  category: 'ms-Exch-Auto-Discover-Config',
  objectClass: ['top', 'msExchAutoDiscoverConfig'],
  version: [1, '8.0.535.0'],
};

function defaults(version: ExchangeVersion): Settings {
  return {
    CertPrincipalName: null,
    Server: null,
    TTL: 1,
    ...(version.isAtLeast(ExchangeVersion.V2010) ? { OutlookProviderFlags: 'None' } : {}),
    ...(version.isAtLeast(ExchangeVersion.V2013) ? { RequiredClientVersions: null } : {}),
  };
}

function find(call: Call): DirectoryObject {
  const identity = call.text('Identity') ?? '';
  const wanted = identity.toLowerCase();
  const found = call.organization.outlookProviders.find(
    ({ name, guid }) => name.toLowerCase() === wanted || guid === wanted,
  );
  if (found === undefined) throw call.notFound(identity);
  return found;
}

function get(call: Call): void {
  const { organization } = call;
  const settings = defaults(call.catalog.version);
  for (const provider of call.has('Identity') ? [find(call)] : organization.outlookProviders) {
    call.write(
      directoryObject(
        organization,
        PROVIDER_CLASS,
        provider,
        provider.name,
        `CN=${provider.name},CN=Outlook,CN=AutoDiscover,CN=Client Access,${organizationContainer(organization)}`,
        shown(call.catalog.cmdlet('Set-OutlookProvider'), { ...settings, ...provider.settings }),
      ),
    );
  }
}

function set(call: Call): void {
  const provider = find(call);
  takeOver(call, provider, defaults(call.catalog.version), provider.name);
}

export const outlookProviders: readonly CmdletBehaviour[] = [
  reads('Get-OutlookProvider', get),
  changes('Set-OutlookProvider', set),
];
