import { parseBuild } from '../../../exchange/versions';
import type { PowerShellObject, PowerShellValue } from '../../../powershell/outcome';

const OBJECT = 'System.Object';
const CONFIGURATION = 'Microsoft.Exchange.Data.Directory.SystemConfiguration';

/** A value of an enum: its name and its number. */
export function enumeration(typeName: string, name: string, number: number): PowerShellObject {
  return {
    typeNames: [typeName, 'System.Enum', 'System.ValueType', OBJECT],
    text: name,
    number,
    properties: {},
  };
}

/** The numbers of enums whose values do not count up from 0 in the documented order. */
const NUMBERS: { readonly [typeName: string]: { readonly [name: string]: number } } = {
  AllowOfflineOnEnum: { PrivateComputersOnly: 1, NoComputers: 2, AllComputers: 3 },
  AllowedServices: {
    None: 0,
    IMAP: 1,
    POP: 2,
    UM: 4,
    IIS: 8,
    SMTP: 16,
    Federation: 32,
    UMCallRouter: 64,
  },
};

/** A value of one of Exchange's enums. Its number follows from the order of the documented values. */
export function configurationEnum(type: string, name: string, values: readonly string[]): PowerShellObject {
  return enumeration(`${CONFIGURATION}.${type}`, name, NUMBERS[type]?.[name] ?? values.indexOf(name));
}

/** A combination of flags: their names separated by commas, and the sum of their numbers. */
export function flagsEnum(typeName: string, names: readonly string[]): PowerShellObject {
  const numbers = NUMBERS[typeName.slice(typeName.lastIndexOf('.') + 1)] ?? {};
  const ordered = [...names].sort((left, right) => (numbers[left] ?? 0) - (numbers[right] ?? 0));
  const number = names.reduce((sum, name) => sum + (numbers[name] ?? 0), 0);
  return enumeration(typeName, names.length === 0 ? 'None' : ordered.join(', '), number);
}

/** A value of one of Exchange's classes that is shown as text. */
export function textual(
  typeName: string,
  text: string,
  properties: { readonly [name: string]: PowerShellValue } = {},
): PowerShellObject {
  return { typeNames: [typeName, OBJECT], text, properties };
}

/** `Version 15.1 (Build 2375.7)`. */
export function serverVersion(build: string): PowerShellObject {
  const { major, minor, build: number, revision } = parseBuild(build)!;
  return textual(
    'Microsoft.Exchange.Data.ServerVersion',
    `Version ${major}.${minor} (Build ${number}.${revision})`,
    { Major: major, Minor: minor, Build: number, Revision: revision, FilePatchLevelDescription: null },
  );
}

/** `0.1 (8.0.535.0)`: the version of Exchange that first wrote objects of this kind. */
export function objectVersion(minor: number, build: string): PowerShellObject {
  return textual('Microsoft.Exchange.Data.ExchangeObjectVersion', `0.${minor} (${build})`, {
    NextMajorVersion: '1.0 (0.0.0.0)',
    NextMinorVersion: `0.${minor + 1} (0.0.0.0)`,
    Major: 0,
    Minor: minor,
    ExchangeBuild: build,
  });
}

/** Written as a URI or a GUID on the wire, not as text. */
export function uri(text: string): PowerShellObject {
  return { typeNames: ['System.Uri'], text, properties: {} };
}

export function guid(text: string): PowerShellObject {
  return { typeNames: ['System.Guid'], text, properties: {} };
}

/** `d.hh:mm:ss`, without the days where there are none. */
export function timeSpan(text: string): PowerShellObject {
  return textual('Microsoft.Exchange.Data.EnhancedTimeSpan', text);
}

export function localPath(path: string): PowerShellObject {
  return textual('Microsoft.Exchange.Data.LocalLongFullPath', path, {
    PathName: path,
    IsLocalFull: true,
    IsUnc: false,
    DriveName: path.slice(0, 2),
  });
}
