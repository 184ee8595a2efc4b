import type { ClixmlObject } from './clixml/serialize';

/** A .NET enum as it is sent: its name as the text, and its value as a number. */
export function enumeration(type: string, text: string, number: number): ClixmlObject {
  return {
    typeNames: [type, 'System.Enum', 'System.ValueType', 'System.Object'],
    text,
    number,
    properties: {},
  };
}

/** An object of the protocol itself, without type names. */
export function propertySet(properties: ClixmlObject['properties']): ClixmlObject {
  return { typeNames: [], properties };
}
