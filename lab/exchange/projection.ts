import type { PowerShellObject, PowerShellValue } from '../../powershell/outcome';
import type { CommandArgument, HostValue } from '../../remoting/server/command-host';
import { bindingError } from './cmdlet-error';
import type { LabOptions } from './options';

/** `Select-Object -Property a,b` after a cmdlet: names are compared without case; what is not there is null. */
export function selectProperties(
  names: readonly string[],
  values: readonly PowerShellValue[],
): readonly PowerShellValue[] {
  return values.map((value) => {
    if (!isObject(value)) return value;
    const byName = new Map(Object.keys(value.properties).map((name) => [name.toLowerCase(), name]));
    return {
      typeNames: [`Selected.${value.typeNames[0] ?? 'System.Object'}`, 'System.Object'],
      properties: Object.fromEntries(
        names.map((name) => {
          const real = byName.get(name.toLowerCase());
          return [real ?? name, real === undefined ? null : (value.properties[real] ?? null)];
        }),
      ),
    };
  });
}

export function propertyNames(args: readonly CommandArgument[]): readonly string[] {
  const names = args.flatMap(({ name, value }) => {
    if (name !== null && !'property'.startsWith(name.replace(/^-|:$/g, '').toLowerCase())) {
      throw bindingError.validation('Select-Object', name, 'Only Property may be sent.');
    }
    return value === null ? [] : Array.isArray(value) ? (value as readonly HostValue[]) : [value];
  });
  if (!names.every((name) => typeof name === 'string')) {
    throw bindingError.validation('Select-Object', 'Property', 'Only names of properties may be sent.');
  }
  return names;
}

/** Objects in the form that the lab is set to. */
export function presented(value: PowerShellValue, options: LabOptions): PowerShellValue {
  if (!isObject(value)) return value;
  const properties = Object.entries(value.properties).map(([name, item]): [string, PowerShellValue] => [
    name,
    options.objectForm === 'live' ? flat(item) : marked(item),
  ]);
  const own = { ...value, properties: Object.fromEntries(properties) };
  return options.objectForm === 'live' ? own : withMark(own);
}

const MARK = 'Deserialized.';

function marked(value: PowerShellValue): PowerShellValue {
  if (Array.isArray(value)) return (value as readonly PowerShellValue[]).map(marked);
  return isObject(value) ? withMark(value) : value;
}

function withMark(value: PowerShellObject): PowerShellObject {
  // Values with a notation of their own (a Uri, a Guid) arrive as what they are.
  if (value.typeNames[0]?.startsWith('System.') === true) return value;
  return { ...value, typeNames: value.typeNames.map((name) => `${MARK}${name}`) };
}

/** Objects within objects lie beyond the depth to which PowerShell serializes, and become text. */
function flat(value: PowerShellValue): PowerShellValue {
  if (Array.isArray(value)) return (value as readonly PowerShellValue[]).map(flat);
  return isObject(value) ? (value.text ?? '') : value;
}

function isObject(value: PowerShellValue): value is PowerShellObject {
  return typeof value === 'object' && value !== null && 'typeNames' in value;
}
