import type { ErrorRecord, PowerShellObject, PowerShellValue } from '../../powershell/outcome';
import type { Command, CommandArgument, HostValue } from '../../remoting/server/command-host';
import { bindingError } from './cmdlet-error';
import type { LabOptions } from './options';

/** The property names that a `Select-Object` selects. Throws before any command has run, as PowerShell does. */
export function selectionOf({ name, args }: Command, { selectObject }: LabOptions): readonly string[] {
  if (selectObject === 'none') throw bindingError.commandNotFound(name);
  const names = propertyNames(args);
  if (selectObject === 'restricted' && !names.every((one) => COMMAND_PROPERTIES.has(one.toLowerCase()))) {
    throw bindingError.validation(SELECT_OBJECT, 'Property', 'The argument does not belong to the set.');
  }
  return names;
}

const SELECT_OBJECT = 'Select-Object';

/**
 * The property names that the proxy function of an endpoint in no-language mode takes; measured with PowerShell 7.6.9.
 */
const COMMAND_PROPERTIES = new Set(
  [
    'ModuleName',
    'Namespace',
    'OutputType',
    'Count',
    'HelpUri',
    'Name',
    'CommandType',
    'ResolvedCommandName',
    'DefaultParameterSet',
    'CmdletBinding',
    'Parameters',
  ].map((name) => name.toLowerCase()),
);

function propertyNames(args: readonly CommandArgument[]): readonly string[] {
  const names = args.flatMap(({ name, value }) => {
    if (name !== null && !isProperty(name)) {
      throw bindingError.parameterNotFound(SELECT_OBJECT, name);
    }
    return value === null ? [] : Array.isArray(value) ? (value as readonly HostValue[]) : [value];
  });
  if (!names.every((name) => typeof name === 'string')) {
    throw bindingError.validation(SELECT_OBJECT, 'Property', 'Only names of properties may be sent.');
  }
  return names;
}

/**
 * Whether an argument name is an abbreviation of `Property`. An empty name is none: PowerShell 7.6.9 never ends a call
 * that sends one.
 */
function isProperty(name: string): boolean {
  const written = name.replace(/^-|:$/g, '').toLowerCase();
  return written !== '' && 'property'.startsWith(written);
}

/** The result of a selection: the objects, and an error for each repeated name on each object. */
export interface Selected {
  readonly output: readonly PowerShellValue[];
  readonly errors: readonly ErrorRecord[];
}

/**
 * Does `Select-Object -Property a,b` after a cmdlet. Letter case of names does not matter; a property that an object
 * lacks becomes null.
 */
export function selectProperties(names: readonly string[], values: readonly PowerShellValue[]): Selected {
  const wanted = names.filter((name, index) => indexOf(names, name) === index);
  const doubles = names.filter((name, index) => indexOf(names, name) !== index);
  return {
    output: values.map((value) => (isObject(value) ? selected(wanted, value) : value)),
    errors: values.filter(isObject).flatMap(() => doubles.map(alreadyThere)),
  };
}

function indexOf(names: readonly string[], name: string): number {
  return names.findIndex((other) => other.toLowerCase() === name.toLowerCase());
}

function selected(names: readonly string[], value: PowerShellObject): PowerShellObject {
  const byName = new Map(Object.keys(value.properties).map((name) => [name.toLowerCase(), name]));
  return {
    typeNames: [
      `${SELECTED}${value.typeNames[0] ?? 'System.Object'}`,
      'System.Management.Automation.PSCustomObject',
      'System.Object',
    ],
    properties: Object.fromEntries(
      names.map((name) => {
        const real = byName.get(name.toLowerCase());
        return [real ?? name, real === undefined ? null : (value.properties[real] ?? null)];
      }),
    ),
  };
}

const SELECTED = 'Selected.';

function alreadyThere(name: string): ErrorRecord {
  return {
    fullyQualifiedErrorId:
      'AlreadyExistingUserSpecifiedPropertyNoExpand,Microsoft.PowerShell.Commands.SelectObjectCommand',
    category: 'InvalidOperation',
    message: `The property cannot be processed because the property "${name}" already exists.`,
  };
}

/** A value in the form that the session shows. */
export function presented(value: PowerShellValue, { objectForm }: LabOptions): PowerShellValue {
  if (!isObject(value)) return value;
  return objectForm === 'live' ? serialized(value) : bag(value);
}

/**
 * Serializes as PowerShell does with objects of its own session, to depth 1: values within an object become text. An
 * object made by `Select-Object` does not count as a level, so that its values keep their own properties.
 */
function serialized(value: PowerShellObject): PowerShellObject {
  const isSelected = value.typeNames[0]?.startsWith(SELECTED) === true;
  return withProperties(value, isSelected ? oneLevel : flat);
}

function oneLevel(value: PowerShellValue): PowerShellValue {
  if (Array.isArray(value)) return (value as readonly PowerShellValue[]).map(oneLevel);
  return isObject(value) ? withProperties(value, flat) : value;
}

function flat(value: PowerShellValue): PowerShellValue {
  if (Array.isArray(value)) return (value as readonly PowerShellValue[]).map(flat);
  return isObject(value) && !hasNotation(value) ? (value.text ?? '') : value;
}

const MARK = 'Deserialized.';

function bag(value: PowerShellObject): PowerShellObject {
  return withMark(withProperties(value, marked));
}

function marked(value: PowerShellValue): PowerShellValue {
  if (Array.isArray(value)) return (value as readonly PowerShellValue[]).map(marked);
  return isObject(value) ? withMark(value) : value;
}

function withMark(value: PowerShellObject): PowerShellObject {
  if (hasNotation(value)) return value;
  return { ...value, typeNames: value.typeNames.map((name) => `${MARK}${name}`) };
}

/**
 * Whether PowerShell's serialization has a notation for the value (a Uri, a Guid), so that it arrives with its type.
 */
function hasNotation({ typeNames }: PowerShellObject): boolean {
  return typeNames[0]?.startsWith('System.') === true;
}

function withProperties(
  value: PowerShellObject,
  form: (item: PowerShellValue) => PowerShellValue,
): PowerShellObject {
  const properties = Object.entries(value.properties).map(([name, item]) => [name, form(item)] as const);
  return { ...value, properties: Object.fromEntries(properties) };
}

function isObject(value: PowerShellValue): value is PowerShellObject {
  return typeof value === 'object' && value !== null && 'typeNames' in value;
}
