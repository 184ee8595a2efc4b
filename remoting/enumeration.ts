import type { ClixmlObject } from './clixml/serialize';

/** A .NET enum as it goes over the wire: its name as text and its value as number. */
export function enumeration(type: string, text: string, number: number): ClixmlObject {
  return {
    typeNames: [type, 'System.Enum', 'System.ValueType', 'System.Object'],
    text,
    number,
    properties: {},
  };
}

/** An object of the protocol's own, without types. */
export function propertySet(properties: ClixmlObject['properties']): ClixmlObject {
  return { typeNames: [], properties };
}
