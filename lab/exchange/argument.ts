import { isIP } from 'node:net';
import type { CatalogParameter } from '../../exchange/versions';
import { SecureText } from '../../powershell/invocation';
import type { PowerShellTable } from '../../powershell/outcome';
import type { HostObject, HostValue } from '../../remoting/server/command-host';
import { bindingError } from './cmdlet-error';
import { commandTypes } from './command-types';
import type { Json } from './state';

/** A change of a multi-valued property: `@{ Add = …; Remove = … }`. */
export interface ListChange {
  readonly add: readonly Json[];
  readonly remove: readonly Json[];
}

/** An argument after conversion to the type of the parameter. */
export type BoundValue = Json | Uint8Array | SecureText | BoundCredential | ListChange;

/** The content of a `PSCredential`. */
export class BoundCredential {
  constructor(
    readonly user: string,
    readonly password: SecureText,
  ) {}
}

export function isListChange(value: BoundValue | undefined): value is ListChange {
  return typeof value === 'object' && value !== null && 'add' in value && 'remove' in value;
}

/** Enums that take several values, as a list or as a text with commas. */
const FLAGS = new Set(['AllowedServices', 'AuthMechanisms', 'PermissionGroups']);

/** Converts a value from the wire to the type of the parameter. Throws the error of PowerShell where it cannot. */
export function convert(cmdlet: string, parameter: CatalogParameter, value: HostValue): BoundValue {
  const refuse = (reason: string): never => {
    throw bindingError.transformation(cmdlet, parameter.name, reason);
  };
  const cannot = (type: string): never =>
    refuse(`Cannot convert value "${describe(value)}" to type "${type}".`);
  const { type } = parameter;

  switch (type) {
    case 'SwitchParameter':
      if (value === null) return true;
      return switchOf(value) ?? cannot('System.Management.Automation.SwitchParameter');
    case 'Boolean':
      if (typeof value === 'number') return value !== 0;
      return typeof value === 'boolean' ? value : cannot('System.Boolean');
    case 'Int16':
    case 'Int32':
    case 'Int64':
    case 'UInt16':
    case 'UInt32': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      return typeof number === 'number' && Number.isInteger(number) ? number : cannot(`System.${type}`);
    }
    case 'CommandTypes':
      return commandTypes(value) ?? cannot('System.Management.Automation.CommandTypes');
    case 'SecureString':
      return value instanceof SecureText ? value : cannot('System.Security.SecureString');
    case 'PSCredential':
      return credentialOf(value) ?? cannot('System.Management.Automation.PSCredential');
    case 'Byte[]':
      return bytesOf(value) ?? cannot('System.Byte[]');
    case 'Uri':
      return value === null ? null : (uriOf(textOf(value)) ?? cannot('System.Uri'));
    case 'Fqdn':
      return (
        hostName(textOf(value)) ?? refuse(`"${describe(value)}" isn't a valid fully qualified domain name.`)
      );
    case 'Hostname':
      return value === null
        ? null
        : (hostName(textOf(value)) ?? refuse(`"${describe(value)}" isn't a valid host name.`));
    case 'IPAddress[]':
      return value === null
        ? []
        : listOf(value).map((item) => {
            const text = textOf(item);
            return text !== undefined && isIP(text) !== 0 ? text : cannot('System.Net.IPAddress[]');
          });
    case 'MultiValuedProperty':
      return multiValued(parameter, value, cannot);
    // Passed on unread.
    case 'Object[]':
      return null;
    case 'String[]':
      return value === null ? [] : listOf(value).map((item) => textOf(item) ?? cannot('System.String[]'));
    default:
      break;
  }
  if (parameter.values !== undefined) return enumValue(parameter, value, cannot);
  if (value === null) return type === 'String' ? '' : null;
  return textOf(value) ?? cannot(type);
}

function multiValued(
  parameter: CatalogParameter,
  value: HostValue,
  cannot: (type: string) => never,
): BoundValue {
  const items = (given: HostValue): Json[] =>
    given === null ? [] : listOf(given).map((item) => listItem(parameter, item, cannot));
  const table = tableOf(value);
  if (table === undefined) return items(value);
  const change: { add: Json[]; remove: Json[] } = { add: [], remove: [] };
  for (const [key, entry] of Object.entries(table.entries)) {
    if (/^add$/i.test(key)) change.add = items(entry);
    else if (/^remove$/i.test(key)) change.remove = items(entry);
    else cannot('Microsoft.Exchange.Data.MultiValuedProperty');
  }
  return change;
}

function listItem(parameter: CatalogParameter, item: HostValue, cannot: (type: string) => never): Json {
  if (typeof item === 'number' || typeof item === 'boolean') return item;
  const text = textOf(item) ?? cannot('Microsoft.Exchange.Data.MultiValuedProperty');
  return parameter.values === undefined
    ? text
    : (spelled(parameter.values, text) ?? cannot('Microsoft.Exchange.Data.MultiValuedProperty'));
}

function enumValue(
  parameter: CatalogParameter,
  value: HostValue,
  cannot: (type: string) => never,
): BoundValue {
  const values = parameter.values ?? [];
  if (value === null) return null;
  const one = (item: HostValue): string => {
    const number = isObject(item) && item.text === undefined ? item.number : item;
    if (typeof number === 'number') return values[number] ?? cannot(parameter.type);
    return spelled(values, textOf(item) ?? '') ?? cannot(parameter.type);
  };
  if (!FLAGS.has(parameter.type) && !parameter.type.endsWith('[]')) return one(value);
  return listOf(value)
    .flatMap((item): HostValue[] => {
      const text = textOf(item);
      return text === undefined ? [item] : text.split(',').map((part) => part.trim());
    })
    .map(one);
}

function spelled(values: readonly string[], text: string): string | undefined {
  return values.find((name) => name.toLowerCase() === text.trim().toLowerCase());
}

function isObject(value: HostValue): value is HostObject {
  return typeof value === 'object' && value !== null && 'typeNames' in value;
}

/** A real client sends an object for `-Name` or `-Name:$false` in a script. */
function switchOf(value: HostValue): boolean | undefined {
  const present = isObject(value) ? value.properties['IsPresent'] : value;
  return typeof present === 'boolean' ? present : undefined;
}

/** A text is no credential: PowerShell would ask for the password, and nobody is there to answer. */
function credentialOf(value: HostValue): BoundCredential | undefined {
  if (!isObject(value) || !value.typeNames.some((type) => type.endsWith('.PSCredential'))) return undefined;
  const { UserName: user, Password: password } = value.properties;
  return typeof user === 'string' && password instanceof SecureText
    ? new BoundCredential(user, password)
    : undefined;
}

function tableOf(value: HostValue): PowerShellTable | undefined {
  return typeof value === 'object' && value !== null && 'entries' in value && !Array.isArray(value)
    ? (value as PowerShellTable)
    : undefined;
}

function listOf(value: HostValue): readonly HostValue[] {
  return Array.isArray(value) ? (value as readonly HostValue[]) : [value];
}

/** The text of a string, a number, a date, or an object with a text form (an identity, an enum). */
function textOf(value: HostValue): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return isObject(value) ? value.text : undefined;
}

function describe(value: HostValue): string {
  return textOf(value) ?? (value === null ? '' : 'System.Object[]');
}

function bytesOf(value: HostValue): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (!Array.isArray(value)) return undefined;
  const items = value as readonly HostValue[];
  return items.every((item) => typeof item === 'number' && Number.isInteger(item) && item >= 0 && item < 256)
    ? Uint8Array.from(items as readonly number[])
    : undefined;
}

/** A URI as .NET reads it: refuses a space in the host, takes one in the path, and takes relative addresses. */
function uriOf(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/.exec(text);
  if (absolute === null) return text;
  return hostName(absolute[1]!.replace(/:\d{1,5}$/, '')) === undefined ? undefined : text;
}

function hostName(text: string | undefined): string | undefined {
  if (text === undefined || text.length > 255) return undefined;
  return /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/.test(
    text,
  )
    ? text
    : undefined;
}
