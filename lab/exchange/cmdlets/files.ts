import type { CatalogCmdlet } from '../../../exchange/versions';
import type { Call } from '../call';
import { changes, type CmdletBehaviour } from '../cmdlet';
import { CmdletError } from '../cmdlet-error';
import { powerShellCommand } from '../powershell-command';

/**
 * Windows PowerShell's own cmdlets for files, which a session has that is not a restricted endpoint. Only what a file
 * of bytes needs is simulated.
 * https://learn.microsoft.com/powershell/module/microsoft.powershell.management/set-content (5.1)
 */
const SET_CONTENT = powerShellCommand('Set-Content', {
  Path: { type: 'String', required: true, position: 1 },
  Value: { type: 'Byte[]', required: true, position: 2 },
  Encoding: { type: 'FileSystemCmdletProviderEncoding', values: ['Byte'] },
  Force: { type: 'SwitchParameter' },
});
const REMOVE_ITEM = powerShellCommand('Remove-Item', {
  Path: { type: 'String', required: true, position: 1 },
  Force: { type: 'SwitchParameter' },
});

/** Finds a cmdlet by name, in any letter case. */
export function fileCmdlet(name: string): CatalogCmdlet | undefined {
  return [SET_CONTENT, REMOVE_ITEM].find((cmdlet) => cmdlet.name.toLowerCase() === name.toLowerCase());
}

/** The folders that exist. */
const FOLDERS = ['c:\\', 'c:\\windows\\', 'c:\\windows\\temp\\'];

/**
 * Overwrites an existing file. Ids, category and messages are those of PowerShell's FileSystem provider, as
 * administrators show them.
 */
function setContent(call: Call): void {
  const path = call.text('Path') ?? '';
  const folder = path.slice(0, path.lastIndexOf('\\') + 1);
  if (!FOLDERS.includes(folder.toLowerCase())) {
    throw missing(
      'GetContentWriterDirectoryNotFoundError,Microsoft.PowerShell.Commands.SetContentCommand',
      `Could not find a part of the path '${path}'.`,
      path,
    );
  }
  const bytes = call.bytes('Value') ?? new Uint8Array();
  call.session.files = {
    ...call.session.files,
    [path.toLowerCase()]: Buffer.from(bytes).toString('base64'),
  };
}

function removeItem(call: Call): void {
  const path = call.text('Path') ?? '';
  const { [path.toLowerCase()]: there, ...others } = call.session.files ?? {};
  if (there === undefined) {
    throw missing(
      'PathNotFound,Microsoft.PowerShell.Commands.RemoveItemCommand',
      `Cannot find path '${path}' because it does not exist.`,
      path,
    );
  }
  call.session.files = others;
}

function missing(fullyQualifiedErrorId: string, message: string, target: string): CmdletError {
  return new CmdletError({ fullyQualifiedErrorId, category: 'ObjectNotFound', message, target }, false);
}

/** The file at a path of the session's server; undefined where there is none. */
export function fileOf(call: Call, path: string): Uint8Array | undefined {
  const content = call.session.files?.[path.toLowerCase()];
  return content === undefined ? undefined : Buffer.from(content, 'base64');
}

export const files: readonly CmdletBehaviour[] = [
  changes('Set-Content', setContent),
  changes('Remove-Item', removeItem),
];
