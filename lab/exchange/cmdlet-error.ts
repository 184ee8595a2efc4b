import { randomUUID } from 'node:crypto';
import type { ErrorRecord } from '../../powershell/outcome';

/** An error that ends a call. */
export class CmdletError extends Error {
  override readonly name = 'CmdletError';

  constructor(readonly record: ErrorRecord) {
    super(record.message);
  }
}

/** Errors that PowerShell itself raises before a cmdlet runs; the ids are those that a remote session shows. */
export const bindingError = {
  commandNotFound: (command: string) =>
    failure(
      'CommandNotFoundException',
      'ObjectNotFound',
      `The term '${command}' is not recognized as the name of a cmdlet, function, script file, or operable program.`,
    ),
  scriptsNotAllowed: () =>
    failure(
      'ScriptsNotAllowed',
      'InvalidOperation',
      'The syntax is not supported by this runspace. This can occur if the runspace is in no-language mode.',
    ),
  parameterNotFound: (cmdlet: string, parameter: string) =>
    failure(
      `NamedParameterNotFound,${cmdlet}`,
      'InvalidArgument',
      `A parameter cannot be found that matches parameter name '${parameter}'.`,
    ),
  ambiguousParameter: (cmdlet: string, parameter: string, candidates: readonly string[]) =>
    failure(
      `AmbiguousParameter,${cmdlet}`,
      'InvalidArgument',
      `Parameter cannot be processed because the parameter name '${parameter}' is ambiguous. ` +
        `Possible matches include: ${candidates.map((name) => `-${name}`).join(' ')}.`,
    ),
  alreadyBound: (cmdlet: string, parameter: string) =>
    failure(
      `ParameterAlreadyBound,${cmdlet}`,
      'InvalidArgument',
      `Cannot bind parameter because parameter '${parameter}' is specified more than once.`,
    ),
  missingArgument: (cmdlet: string, parameter: string) =>
    failure(
      `MissingArgument,${cmdlet}`,
      'InvalidArgument',
      `Missing an argument for parameter '${parameter}'.`,
    ),
  positionalNotFound: (cmdlet: string, value: string) =>
    failure(
      `PositionalParameterNotFound,${cmdlet}`,
      'InvalidArgument',
      `A positional parameter cannot be found that accepts argument '${value}'.`,
    ),
  missingMandatory: (cmdlet: string, parameters: readonly string[]) =>
    failure(
      `MissingMandatoryParameter,${cmdlet}`,
      'InvalidArgument',
      `Cannot process command because of one or more missing mandatory parameters: ${parameters.join(' ')}.`,
    ),
  ambiguousSet: (cmdlet: string) =>
    failure(
      `AmbiguousParameterSet,${cmdlet}`,
      'InvalidArgument',
      'Parameter set cannot be resolved using the specified named parameters.',
    ),
  transformation: (cmdlet: string, parameter: string, reason: string) =>
    failure(
      `ParameterArgumentTransformationError,${cmdlet}`,
      'InvalidData',
      `Cannot process argument transformation on parameter '${parameter}'. ${reason}`,
    ),
  validation: (cmdlet: string, parameter: string, reason: string) =>
    failure(
      `ParameterArgumentValidationError,${cmdlet}`,
      'InvalidData',
      `Cannot validate argument on parameter '${parameter}'. ${reason}`,
    ),
};

function failure(fullyQualifiedErrorId: string, category: string, message: string): CmdletError {
  return new CmdletError({ fullyQualifiedErrorId, category, message });
}

/** `Set-OwaVirtualDirectory` is the class SetOwaVirtualDirectory of one namespace, but for these nouns (unverified). */
const NAMESPACES: { readonly [noun: string]: string } = {
  ServerHealth: 'Microsoft.Exchange.Monitoring',
  HealthReport: 'Microsoft.Exchange.Monitoring',
  ServiceHealth: 'Microsoft.Exchange.Monitoring',
  ReplicationHealth: 'Microsoft.Exchange.Monitoring',
};

/** Its .NET class; compiled cmdlets name it in the ids of their errors. */
export function cmdletClass(cmdlet: string): string {
  const [verb, noun = ''] = cmdlet.split('-');
  return `${NAMESPACES[noun] ?? 'Microsoft.Exchange.Management.SystemConfigurationTasks'}.${verb}${noun}`;
}

/**
 * An error that an Exchange cmdlet raises. The number in its id is a hash that clients cannot rely on.
 *
 * @param exception the .NET class without its namespace
 * @param server where it was raised. Servers since 2013 put their name, the request and the exception before the
 * number; left out, the id is that of older ones.
 */
export function exchangeError(
  cmdlet: string,
  server: string | undefined,
  exception: string,
  message: string,
  category = 'NotSpecified',
): CmdletError {
  const id = `${hash(exception + message)},${cmdletClass(cmdlet)}`;
  return failure(server === undefined ? id : `${origin(server, exception)} ${id}`, category, message);
}

function origin(server: string, exception: string): string {
  const stamp = new Date().toLocaleString('en-US', { timeZone: 'UTC' }).replace(',', '');
  const request = `[Server=${server},RequestId=${randomUUID()},TimeStamp=${stamp}]`;
  return `${request} [FailureCategory=Cmdlet-${exception}]`;
}

/** FNV-1a, as eight hexadecimal digits at most. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value.toString(16).toUpperCase();
}
