import { CatalogCmdlet, snapInOf, type Catalog, type CatalogParameter } from '../../exchange/versions';
import type { ErrorRecord, PowerShellObject, PowerShellValue } from '../../powershell/outcome';
import type { CommandArgument } from '../../remoting/server/command-host';
import { bind, type Bound } from './binding';
import { bindingError } from './cmdlet-error';
import { COMMAND_TYPES } from './command-types';
import { enumeration } from './objects/value';
import { withPreferences, type Given } from './preferences';
import { GET_COMMAND, RESTRICTED_COMMANDS } from './restricted-commands';

/**
 * The most names that Get-Command of a restricted endpoint takes: CommandMetadata.GetRestrictedGetCommand in
 * PowerShell's source.
 */
const MOST_NAMES = 1000;

/** A command of a session, and its origin. */
interface Offered {
  readonly cmdlet: CatalogCmdlet;
  readonly kind: 'Cmdlet' | 'Function';
  /** The name of its snap-in; empty for a function of the endpoint itself. */
  readonly module: string;
}

/**
 * Implements `Get-Command`: which commands the session offers to this account, both those of Exchange and those with
 * which a session is imported and entered. How Exchange's own sessions show a cmdlet (as CmdletInfo, or as FunctionInfo
 * where a role allows only some parameters) is (unverified); clients should only rely on the name and the parameters.
 *
 * @param denied cmdlets and parameters that no role of the account holds, see `permitted`
 * @param isDeep whether the details of parameters are shown, and not only the name of their class: a Select-Object that
 * follows passes them on, while the commands themselves are serialized one level deep
 * @throws CmdletError where it does not take the arguments
 */
export function offeredCommands(
  args: readonly CommandArgument[],
  catalog: Catalog,
  denied: ReadonlySet<string>,
  isDeep: boolean,
): Given {
  const bound = bind(GET_COMMAND, args);
  const names = texts(bound, 'Name');
  if (names.length > MOST_NAMES) {
    throw bindingError.validation('Get-Command', 'Name', `More than ${MOST_NAMES} arguments were supplied.`);
  }
  const kinds = bound.get('CommandType');
  const modules = [...texts(bound, 'Module'), ...texts(bound, 'FullyQualifiedModule')].map(matcher);
  const among = commandsOf(catalog, denied).filter(
    ({ kind, module }) =>
      (typeof kinds !== 'number' || (kinds & COMMAND_TYPES[kind]) !== 0) &&
      (modules.length === 0 || modules.some((matches) => matches(module))),
  );
  const found: Offered[] = names.length === 0 ? [...among] : [];
  const errors: ErrorRecord[] = [];
  for (const name of names) {
    const matches = matcher(name);
    const more = among.filter(({ cmdlet }) => matches(cmdlet.name));
    if (more.length === 0 && !isPattern(name)) errors.push(notOffered(name));
    found.push(...more.filter((one) => !found.includes(one)));
  }
  const output = found.map((one) => commandInfo(one, isDeep));
  return withPreferences('Get-Command', bound, { output, warnings: [], errors });
}

function commandsOf(catalog: Catalog, denied: ReadonlySet<string>): readonly Offered[] {
  const module = snapInOf(catalog.version);
  return [
    ...RESTRICTED_COMMANDS.map((cmdlet): Offered => ({ cmdlet, kind: 'Function', module: '' })),
    ...catalog.cmdlets
      .flatMap((cmdlet) => permitted(cmdlet, denied) ?? [])
      .map((cmdlet): Offered => ({ cmdlet, kind: 'Cmdlet', module })),
  ];
}

/** The name of an offered command, as the session spells it. */
export function offeredName(name: string, catalog: Catalog, denied: ReadonlySet<string>): string | undefined {
  const wanted = name.toLowerCase();
  return commandsOf(catalog, denied).find(({ cmdlet }) => cmdlet.name.toLowerCase() === wanted)?.cmdlet.name;
}

/** An empty text stands for no name, which is what PowerShell's own server sends. */
function texts(bound: Bound, parameter: string): readonly string[] {
  const values = (bound.get(parameter) ?? []) as readonly string[];
  return values.filter((value) => value !== '');
}

function isPattern(name: string): boolean {
  return /[*?[]/.test(name);
}

/** Matches a pattern with PowerShell's wildcards, without regard to letter case. */
function matcher(pattern: string): (name: string) => boolean {
  const source = pattern.replace(/\[[^\]]*\]|[^]/g, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    return part.length > 1
      ? `[${part.slice(1, -1).replace(/[\\^]/g, '\\$&')}]`
      : part.replace(/[\\^$.|+(){}[\]]/, '\\$&');
  });
  const expression = new RegExp(`^${source}$`, 'i');
  return (name) => expression.test(name);
}

/**
 * The cmdlet with the parameters that the roles of an account hold: a role holds cmdlets, each with some or all of its
 * parameters.
 *
 * @param denied in lower case: `set-owavirtualdirectory`, or `set-owavirtualdirectory -externalurl` for only one
 * parameter
 * @returns undefined where no role holds the cmdlet
 */
export function permitted(cmdlet: CatalogCmdlet, denied: ReadonlySet<string>): CatalogCmdlet | undefined {
  const name = cmdlet.name.toLowerCase();
  if (denied.has(name)) return undefined;
  const held = cmdlet.parameters.filter(
    (parameter) => !denied.has(`${name} -${parameter.name.toLowerCase()}`),
  );
  if (held.length === cmdlet.parameters.length) return cmdlet;
  const facts = held.filter(({ common }) => !common).map((fact) => [fact.name, fact] as const);
  return new CatalogCmdlet(cmdlet.name, cmdlet.asks, cmdlet.partial, new Map(facts));
}

const AUTOMATION = 'System.Management.Automation';
const PARAMETER_METADATA = `${AUTOMATION}.ParameterMetadata`;

/** A CommandInfo, with the properties that CommandMetadata (MS-PSRP 2.2.3.22) is made of. */
function commandInfo(
  { cmdlet: { name, parameters }, kind, module }: Offered,
  isDeep: boolean,
): PowerShellObject {
  const shown = parameters.map((parameter): [string, PowerShellValue] => [
    parameter.name,
    isDeep ? parameterMetadata(parameter) : PARAMETER_METADATA,
  ]);
  return {
    typeNames: [`${AUTOMATION}.${kind}Info`, `${AUTOMATION}.CommandInfo`, 'System.Object'],
    text: name,
    properties: {
      CommandType: enumeration(`${AUTOMATION}.CommandTypes`, kind, COMMAND_TYPES[kind]),
      Name: name,
      Verb: name.split('-')[0] ?? '',
      Noun: name.split('-')[1] ?? '',
      ModuleName: module,
      Namespace: module,
      HelpUri: '',
      ResolvedCommandName: null,
      OutputType: [],
      Parameters: { entries: Object.fromEntries(shown) },
    },
  };
}

/** The metadata of a parameter (MS-PSRP 2.2.3.23); PowerShell's own type data name just these properties. */
function parameterMetadata({ name, type, aliases }: CatalogParameter): PowerShellObject {
  return {
    typeNames: [PARAMETER_METADATA, 'System.Object'],
    text: PARAMETER_METADATA,
    properties: {
      Name: name,
      ParameterType: dotNetName(type),
      Aliases: aliases,
      IsDynamic: false,
      SwitchParameter: type === 'SwitchParameter',
    },
  };
}

/**
 * The .NET name of a type. Clients look only for switches; the pages of Exchange do not give the namespaces of its own
 * types.
 */
function dotNetName(type: string): string {
  if (type === 'SwitchParameter' || type === 'ActionPreference') return `${AUTOMATION}.${type}`;
  return /^(String|Boolean|Byte|U?Int\d+|Uri|Object)(\[\])?$/.test(type) ? `System.${type}` : type;
}

function notOffered(name: string): ErrorRecord {
  return {
    fullyQualifiedErrorId: 'CommandNotFoundException,Microsoft.PowerShell.Commands.GetCommandCommand',
    category: 'ObjectNotFound',
    message: bindingError.commandNotFound(name).message,
    target: name,
  };
}
