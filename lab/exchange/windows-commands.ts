import { snapInOf, type CatalogCmdlet, type ExchangeVersion } from '../../exchange/versions';
import type { CommandArgument } from '../../remoting/server/command-host';
import { bind, type Bound } from './binding';
import { CmdletError } from './cmdlet-error';
import { powerShellCommand } from './powershell-command';
import { withPreferences, type Given } from './preferences';

/** A Windows PowerShell on a server with Exchange. */
export interface WindowsSession {
  /** The computer name of the server. */
  readonly server: string;
  readonly version: ExchangeVersion;
  /** Whether Exchange's snap-in is loaded. */
  hasSnapIn: boolean;
}

/**
 * The commands of Windows PowerShell that a client needs to begin, after the pages of PowerShell 5.1 at
 * learn.microsoft.com.
 */
const ADD_PSSNAPIN = powerShellCommand('Add-PSSnapin', {
  Name: { type: 'String[]', required: true, position: 1 },
  PassThru: { type: 'SwitchParameter' },
});
const GET_PSSNAPIN = powerShellCommand('Get-PSSnapin', {
  Name: { type: 'String[]', position: 1 },
  Registered: { type: 'SwitchParameter' },
});
const GET_ITEM = powerShellCommand('Get-Item', { Path: { type: 'String[]', required: true, position: 1 } });

type Work = (bound: Bound, session: WindowsSession) => Given;

const WORKS: readonly (readonly [CatalogCmdlet, Work])[] = [
  [ADD_PSSNAPIN, addSnapIns],
  [GET_PSSNAPIN, snapIns],
  [GET_ITEM, variables],
];

/** One of these commands, ready to run; undefined where the name is not one of them. */
export function windowsCommand(
  name: string,
  args: readonly CommandArgument[],
  session: WindowsSession,
): (() => Promise<Given>) | undefined {
  const found = WORKS.find(([cmdlet]) => cmdlet.name.toLowerCase() === name.toLowerCase());
  if (found === undefined) return undefined;
  const [cmdlet, work] = found;
  const bound = bind(cmdlet, args);
  return async () => withPreferences(cmdlet.name, bound, work(bound, session));
}

/**
 * Adding a snap-in that is already loaded is an error too. Error, id and category are those of Windows PowerShell:
 * `AddPSSnapInRead,Microsoft.PowerShell.Commands.AddPSSnapinCommand`, InvalidArgument (singleshell.cs of PowerShell's
 * source before version 7, and administrators' output).
 */
function addSnapIns(bound: Bound, session: WindowsSession): Given {
  const errors = names(bound, 'Name').flatMap((name) => {
    const isThere = isSnapIn(name, session);
    if (isThere && !session.hasSnapIn) {
      session.hasSnapIn = true;
      return [];
    }
    const why = isThere
      ? `Cannot add Windows PowerShell snap-in ${name} because it is already added.`
      : `The Windows PowerShell snap-in '${name}' is not installed on this computer.`;
    return [failure('AddPSSnapInRead', 'AddPSSnapinCommand', 'InvalidArgument', why, name)];
  });
  return { output: [], warnings: [], errors };
}

/** Error id and category are from the same source. */
function snapIns(bound: Bound, session: WindowsSession): Given {
  const own = snapInOf(session.version);
  const there = session.hasSnapIn || bound.get('Registered') === true ? [own] : [];
  const wanted = names(bound, 'Name');
  const shown = wanted.length === 0 ? there : there.filter((name) => wanted.some((each) => same(each, name)));
  const errors = wanted
    .filter((name) => !shown.some((each) => same(each, name)))
    .map((name) =>
      failure(
        'GetPSSnapInRead',
        'GetPSSnapinCommand',
        'InvalidArgument',
        `No Windows PowerShell snap-ins matching the pattern '${name}' were found.`,
        name,
      ),
    );
  const output = shown.map((name) => ({
    typeNames: ['System.Management.Automation.PSSnapInInfo', 'System.Object'],
    text: name,
    properties: { Name: name },
  }));
  return { output, warnings: [], errors };
}

/**
 * The variables of the environment; the lab has one. PowerShell's provider of the environment returns a
 * DictionaryEntry, whose property Name comes from its type data. The value is the computer's name in upper case.
 */
function variables(bound: Bound, { server }: WindowsSession): Given {
  const output = [];
  const errors = [];
  for (const path of names(bound, 'Path')) {
    if (/^env:\\?computername$/i.test(path)) {
      output.push({
        typeNames: ['System.Collections.DictionaryEntry', 'System.ValueType', 'System.Object'],
        text: 'System.Collections.DictionaryEntry',
        properties: { Name: 'COMPUTERNAME', Key: 'COMPUTERNAME', Value: server.toUpperCase() },
      });
    } else {
      const why = `Cannot find path '${path}' because it does not exist.`;
      errors.push(failure('PathNotFound', 'GetItemCommand', 'ObjectNotFound', why, path));
    }
  }
  return { output, warnings: [], errors };
}

function names(bound: Bound, parameter: string): readonly string[] {
  return (bound.get(parameter) ?? []) as readonly string[];
}

function isSnapIn(name: string, { version }: WindowsSession): boolean {
  return same(name, snapInOf(version));
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function failure(id: string, type: string, category: string, message: string, target: string) {
  const fullyQualifiedErrorId = `${id},Microsoft.PowerShell.Commands.${type}`;
  return new CmdletError({ fullyQualifiedErrorId, category, message, target }, false).record;
}
