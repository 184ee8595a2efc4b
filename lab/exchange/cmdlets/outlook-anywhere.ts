import { ExchangeVersion } from '../../../exchange/versions';
import type { PowerShellObject } from '../../../powershell/outcome';
import type { Call } from '../call';
import { changes, reads, type CmdletBehaviour } from '../cmdlet';
import { directoryObject, serverId } from '../objects/directory';
import { shown } from '../objects/property';
import { serverVersion } from '../objects/value';
import { newObject } from '../new-object';
import { takeOver } from '../settings';
import type { Settings } from '../state';
import { OUTLOOK_ANYWHERE_CLASS } from '../virtual-directory-kinds';
import {
  distinguishedName,
  hosting,
  identityOf,
  locate,
  target,
  unreachable,
  versionOf,
  type Located,
} from './virtual-directories';

/**
 * https://learn.microsoft.com/powershell/module/exchangepowershell/set-outlookanywhere. From CU14 on, Setup of 2019
 * turns Extended Protection on, which requires SSLOffloading to be off. Whether a new server shows it off is
 * (unverified): the lab has it on for every version from 2013.
 */
function defaults(version: ExchangeVersion): Settings {
  const common: Settings = {
    SSLOffloading: version.isAtLeast(ExchangeVersion.V2013),
    ExternalHostname: null,
    XropUrl: null,
    ExtendedProtectionTokenChecking: 'None',
    ExtendedProtectionFlags: [],
    ExtendedProtectionSPNList: [],
  };
  if (!version.isAtLeast(ExchangeVersion.V2013)) {
    return { ...common, ClientAuthenticationMethod: 'Ntlm', IISAuthenticationMethods: ['Basic', 'Ntlm'] };
  }
  return {
    ...common,
    ExternalClientAuthenticationMethod: 'Negotiate',
    InternalClientAuthenticationMethod: 'Ntlm',
    IISAuthenticationMethods: ['Basic', 'Ntlm', 'Negotiate'],
    ExternalClientsRequireSsl: false,
    InternalClientsRequireSsl: false,
  };
}

/** Properties that a read of only Active Directory does not show. */
const IIS_ONLY = ['IISAuthenticationMethods', 'SSLOffloading'];

function show(call: Call, found: Located): PowerShellObject {
  const { server, directory } = found;
  const settings: Settings = {
    ...defaults(versionOf(server)),
    ...directory.settings,
    ...hosting(call, found),
  };
  if (call.isSet('ADPropertiesOnly')) {
    for (const name of IIS_ONLY) settings[name] = name === 'SSLOffloading' ? false : [];
  }
  return directoryObject(
    call.organization,
    OUTLOOK_ANYWHERE_CLASS,
    directory,
    identityOf(found),
    distinguishedName(call, found),
    {
      ServerName: server.name,
      ...shown(call.catalog.cmdlet('Set-OutlookAnywhere'), settings),
      AdminDisplayVersion: serverVersion(server.build),
      Server: serverId(call.organization, server.name),
    },
  );
}

function get(call: Call): void {
  const identity = call.text('Identity');
  const found = locate(call, 'OutlookAnywhere', identity);
  if (found.length === 0 && identity !== undefined && !identity.includes('*')) throw call.notFound(identity);
  for (const one of found) {
    if (one.server.running || call.isSet('ADPropertiesOnly')) call.write(show(call, one));
    else call.report(unreachable(call, one));
  }
}

const SPECIFIC_METHODS = [
  'ExternalClientAuthenticationMethod',
  'InternalClientAuthenticationMethod',
  'IISAuthenticationMethods',
];

function set(call: Call): void {
  refuseContradictions(call);
  const found = target(call, 'OutlookAnywhere');
  const { directory, server } = found;
  const method = call.text('DefaultAuthenticationMethod');
  const before: Settings = { ...defaults(versionOf(server)), ...directory.settings };
  takeOver(call, directory, before, identityOf(found));
  if (method !== undefined) {
    delete directory.settings['DefaultAuthenticationMethod'];
    Object.assign(directory.settings, {
      ExternalClientAuthenticationMethod: method,
      InternalClientAuthenticationMethod: method,
      IISAuthenticationMethods: [method],
    });
  }
}

/**
 * For each side, the host name, Require SSL and the authentication method must be given together. The exception is
 * (unverified).
 */
function refuseContradictions(call: Call): void {
  const refuse = (message: string) => call.error('ArgumentException', message, 'InvalidArgument');
  if (call.has('DefaultAuthenticationMethod') && SPECIFIC_METHODS.some((name) => call.has(name))) {
    throw refuse(`DefaultAuthenticationMethod cannot be combined with ${SPECIFIC_METHODS.join(', ')}.`);
  }
  if (!call.catalog.version.isAtLeast(ExchangeVersion.V2013)) return;
  const method = call.has('ExternalClientAuthenticationMethod') || call.has('DefaultAuthenticationMethod');
  if (call.text('ExternalHostname') !== undefined && !(call.has('ExternalClientsRequireSsl') && method)) {
    throw refuse(
      'ExternalHostname needs ExternalClientsRequireSsl and ExternalClientAuthenticationMethod beside it.',
    );
  }
  if (call.text('InternalHostname') !== undefined && !call.has('InternalClientsRequireSsl')) {
    throw refuse('InternalHostname needs InternalClientsRequireSsl beside it.');
  }
  if (
    call.text('ExternalClientAuthenticationMethod') === 'Basic' &&
    call.bound.get('ExternalClientsRequireSsl') === false &&
    call.bound.get('SSLOffloading') !== true
  ) {
    throw refuse('Basic authentication without SSL would send passwords in the clear.');
  }
}

/**
 * On Exchange 2007 and 2010 Outlook Anywhere exists only after it is enabled. ClientAuthenticationMethod without other
 * parameters leaves both methods in IIS:
 * https://learn.microsoft.com/powershell/module/exchangepowershell/enable-outlookanywhere, for 2010; for 2007
 * (unverified).
 */
function enable(call: Call): void {
  const named = call.text('Server');
  const server = named === undefined ? call.session : call.server(named);
  if (server.virtualDirectories.some(({ kind }) => kind === 'OutlookAnywhere')) {
    throw call.error(
      'ADObjectAlreadyExistsException',
      `Outlook Anywhere is enabled on ${server.name} already.`,
    );
  }
  const needed = ['ExternalHostname', 'SSLOffloading'].filter((name) => !call.has(name));
  if (needed.length > 0) throw call.error('ArgumentException', `${needed.join(', ')} must be given.`);
  const both = call.text('DefaultAuthenticationMethod');
  const method = both ?? call.text('ClientAuthenticationMethod');
  if (method === undefined) throw call.error('ArgumentException', 'An authentication method must be given.');
  const directory = {
    ...newObject('Rpc (Default Web Site)', call.now, {
      ExternalHostname: call.text('ExternalHostname') ?? null,
      SSLOffloading: call.bound.get('SSLOffloading') === true,
      ClientAuthenticationMethod: method,
      IISAuthenticationMethods:
        call.list('IISAuthenticationMethods') ?? (both === undefined ? ['Basic', 'Ntlm'] : [both]),
    }),
    kind: 'OutlookAnywhere',
  };
  server.virtualDirectories.push(directory);
  call.write(show(call, { server, directory }));
}

/**
 * Named by identity or by server; without either, that of the session's server. That disabling it where it is off is an
 * error is (unverified).
 */
function disable(call: Call): void {
  const named = call.text('Server');
  const { server } = call.has('Identity')
    ? target(call, 'OutlookAnywhere')
    : { server: named === undefined ? call.session : call.server(named) };
  if (!server.virtualDirectories.some(({ kind }) => kind === 'OutlookAnywhere')) {
    throw call.notFound(`${server.name}\\Rpc (Default Web Site)`);
  }
  call.confirm(`Disable Outlook Anywhere on ${server.name}?`);
  server.virtualDirectories = server.virtualDirectories.filter(({ kind }) => kind !== 'OutlookAnywhere');
}

export const outlookAnywhere: readonly CmdletBehaviour[] = [
  reads('Get-OutlookAnywhere', get),
  changes('Set-OutlookAnywhere', set),
  changes('Enable-OutlookAnywhere', enable),
  changes('Disable-OutlookAnywhere', disable),
];
