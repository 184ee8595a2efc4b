import type { HostValue } from '../../remoting/server/command-host';

/** https://learn.microsoft.com/dotnet/api/system.management.automation.commandtypes */
export const COMMAND_TYPES = {
  Alias: 1,
  Function: 2,
  Filter: 4,
  Cmdlet: 8,
  ExternalScript: 16,
  Application: 32,
  Script: 64,
  Workflow: 128,
  Configuration: 256,
  All: 511,
} as const;

/** Command types as one number. They arrive as that number, as an enum value, or as names separated by commas. */
export function commandTypes(value: HostValue): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'object' && value !== null && 'typeNames' in value) {
    return value.number ?? (value.text === undefined ? undefined : commandTypes(value.text));
  }
  if (typeof value !== 'string') return undefined;
  const numbers = value.split(',').map((part) => numberOf(part.trim()));
  return numbers.reduce<number | undefined>(
    (all, number) => (all === undefined || number === undefined ? undefined : all | number),
    0,
  );
}

function numberOf(name: string): number | undefined {
  return Object.entries(COMMAND_TYPES).find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
}
