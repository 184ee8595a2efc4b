import { ExchangeVersion } from '../../../exchange/versions';
import type { PowerShellObject } from '../../../powershell/outcome';
import type { Call } from '../call';
import { changes, reads, type CmdletBehaviour } from '../cmdlet';
import { directoryObject, serverDn, serverId } from '../objects/directory';
import { shown } from '../objects/property';
import { serverVersion } from '../objects/value';
import { takeOver } from '../settings';
import { installFolder } from '../setup';
import type { ServerState, Settings, VirtualDirectoryState } from '../state';
import { VIRTUAL_DIRECTORY_KINDS, type VirtualDirectoryKind } from '../virtual-directory-kinds';

/** A virtual directory: its server and its own state. */
export interface Located {
  readonly server: ServerState;
  readonly directory: VirtualDirectoryState;
}

/**
 * The directories of a kind that an identity names: `SERVER\name`, a name on the session's own server, a GUID or a
 * distinguished name; `*` stands for anything.
 */
export function locate(call: Call, kind: string, identity: string | undefined): readonly Located[] {
  const all = call
    .serversOf('Server')
    .flatMap((server) =>
      server.virtualDirectories
        .filter((directory) => directory.kind === kind)
        .map((directory) => ({ server, directory })),
    );
  if (identity === undefined) return all;
  const slash = identity.indexOf('\\');
  const server = slash < 0 ? call.session.name : identity.slice(0, slash);
  const host = call.findServer(server)?.name ?? server;
  const pattern = wildcard(`${host}\\${slash < 0 ? identity : identity.slice(slash + 1)}`);
  return all.filter(
    (found) =>
      pattern.test(`${found.server.name}\\${found.directory.name}`) ||
      found.directory.guid === identity.toLowerCase() ||
      distinguishedName(call, found).toLowerCase() === identity.toLowerCase(),
  );
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\?]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`, 'i');
}

export function distinguishedName(call: Call, { server, directory }: Located): string {
  return `CN=${directory.name},CN=HTTP,CN=Protocols,${serverDn(call.organization, server.name)}`;
}

export function versionOf(server: ServerState): ExchangeVersion {
  return ExchangeVersion.ofBuild(server.build)!;
}

/** The error of asking IIS on a server that is down; the exception is the one that administrators report. */
export function unreachable(call: Call, { server, directory }: Located) {
  return call.error(
    'IISGeneralCOMException',
    "An IIS directory entry couldn't be created. The error message is The RPC server is unavailable. " +
      `. HResult = -2147023174. There was a failure finding the virtual directory '${server.name}\\${directory.name}'.`,
    'NotInstalled',
    identityOf({ server, directory }),
  );
}

export function identityOf({ server, directory }: Located): string {
  return `${server.name}\\${directory.name}`;
}

/**
 * The folder of a directory on the server. Before 2013 there is only one front end: the folder is that of the client
 * access role (unverified).
 */
function folderOf(server: ServerState, path: string): string {
  if (versionOf(server).isAtLeast(ExchangeVersion.V2013)) {
    return `${installFolder(server)}\\FrontEnd\\HttpProxy\\${path}`;
  }
  if (path === 'Rpc') return 'C:\\Windows\\System32\\RpcProxy';
  return `${installFolder(server)}\\ClientAccess\\${FOLDERS[path] ?? path}`;
}

/** Folders whose name differs from the name in IIS. */
const FOLDERS: { readonly [path: string]: string } = {
  EWS: 'exchweb\\EWS',
  'Microsoft-Server-ActiveSync': 'Sync',
};

/** The properties of a directory that come from IIS and the server, for every kind. */
export function hosting(call: Call, { server, directory }: Located): Settings {
  const path = directory.name.replace(/ \(.*$/, '');
  return {
    MetabasePath: `IIS://${server.fqdn}/W3SVC/1/ROOT/${path}`,
    Path: call.isSet('ADPropertiesOnly') ? '' : folderOf(server, path),
  };
}

function show(call: Call, kind: VirtualDirectoryKind, found: Located): PowerShellObject {
  const { server, directory } = found;
  const version = versionOf(server);
  const adOnly = call.isSet('ADPropertiesOnly');
  const defaults = kind.defaults(version);
  const iis = kind.iis(version);
  const settings: Settings = {
    ...defaults,
    ...iis,
    ...directory.settings,
    // With ADPropertiesOnly IIS is not read: its properties show defaults, whatever was set.
    ...(adOnly ? Object.fromEntries(Object.keys(iis).map((name) => [name, defaults[name] ?? null])) : {}),
    ...hosting(call, found),
  };
  return directoryObject(
    call.organization,
    kind.directoryClass,
    directory,
    identityOf(found),
    distinguishedName(call, found),
    {
      ...shown(call.catalog.cmdlet(`Set-${kind.kind}VirtualDirectory`), settings, call.shows),
      ...(isWebApplication(kind) ? { ServerName: server.name } : {}),
      AdminDisplayVersion: serverVersion(server.build),
      Server: serverId(call.organization, server.name),
    },
    call.shows,
  );
}

/** Whether it is OWA or ECP. */
function isWebApplication(kind: VirtualDirectoryKind): boolean {
  return kind.directoryClass.typeNames.some((name) => name.endsWith('.ExchangeWebAppVirtualDirectory'));
}

function get(kind: VirtualDirectoryKind) {
  return (call: Call) => {
    const identity = call.text('Identity');
    const found = locate(call, kind.kind, identity);
    if (found.length === 0 && identity !== undefined && !identity.includes('*')) {
      throw call.notFound(identity);
    }
    for (const one of found) {
      if (one.server.running || call.isSet('ADPropertiesOnly')) call.write(show(call, kind, one));
      else call.report(unreachable(call, one));
    }
  };
}

/** The directory that a Set cmdlet names. It must exist, and its server must answer. */
export function target(call: Call, kind: string): Located {
  const identity = call.text('Identity') ?? '';
  const [found, ...others] = locate(call, kind, identity);
  if (found === undefined) throw call.notFound(identity);
  if (others.length > 0) {
    throw call.error(
      'ManagementObjectAmbiguousException',
      `The operation couldn't be performed because '${identity}' matches multiple entries.`,
    );
  }
  if (!found.server.running) throw unreachable(call, found);
  return found;
}

const WITH_FORMS_AUTHENTICATION = {
  BasicAuthentication: true,
  WindowsAuthentication: false,
  DigestAuthentication: false,
};

/** Settings that take effect only after IIS restarts. */
const NEEDS_RECYCLE = /Authentication|GzipLevel|DefaultDomain|LogonFormat/;

function set(kind: VirtualDirectoryKind) {
  return (call: Call) => {
    const found = target(call, kind.kind);
    const version = versionOf(found.server);
    const defaults = { ...kind.defaults(version), ...kind.iis(version) };
    for (const name of ['InternalUrl', 'ExternalUrl', 'FailbackUrl', 'InternalNLBBypassUrl']) {
      const url = call.text(name);
      if (url !== undefined && !/^https?:\/\//i.test(url)) {
        throw call.error('DataValidationException', `The address '${url}' of ${name} isn't an absolute one.`);
      }
    }
    const changed = takeOver(call, found.directory, defaults, identityOf(found));
    if (isWebApplication(kind) && call.isSet('FormsAuthentication')) {
      // Overrides what else is given (Microsoft's page of Set-OwaVirtualDirectory).
      Object.assign(found.directory.settings, WITH_FORMS_AUTHENTICATION);
    }
    if (Object.keys(changed).some((name) => NEEDS_RECYCLE.test(name))) warnOfRecycle(call, kind, found);
  };
}

function warnOfRecycle(call: Call, kind: VirtualDirectoryKind, found: Located): void {
  if (!isWebApplication(kind)) return;
  const sibling = kind.kind === 'Owa' ? 'Ecp' : 'Owa';
  const site = identityOf(found);
  if (AUTHENTICATION_FLAGS.some((name) => call.has(name))) {
    call.warn(
      `You've changed the ${kind.kind}VirtualDirectory object '${site}'. Please make the same change to the ` +
        `${sibling}VirtualDirectory under the same website.`,
    );
  }
  call.warn(
    `The changes to the virtual directory '${site}' take effect after Internet Information Services (IIS) has ` +
      "been restarted with 'iisreset /noforce'.",
  );
}

const AUTHENTICATION_FLAGS = [
  'BasicAuthentication',
  'WindowsAuthentication',
  'DigestAuthentication',
  'FormsAuthentication',
  'AdfsAuthentication',
];

export const virtualDirectories: readonly CmdletBehaviour[] = VIRTUAL_DIRECTORY_KINDS.flatMap((kind) => [
  reads(`Get-${kind.kind}VirtualDirectory`, get(kind)),
  changes(`Set-${kind.kind}VirtualDirectory`, set(kind)),
]);
