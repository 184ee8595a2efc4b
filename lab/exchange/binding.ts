import type { CatalogCmdlet, CatalogParameter } from '../../exchange/versions';
import type { CommandArgument, HostObject, HostValue } from '../../remoting/server/command-host';
import { convert, type BoundValue } from './argument';
import { bindingError } from './cmdlet-error';

/** The bound arguments by full name of the parameter, in the order in which they were bound. */
export type Bound = ReadonlyMap<string, BoundValue>;

/** A parameter name, with or without its value, or only a value; from CommandParameter in PowerShell's source. */
type Token =
  | { readonly kind: 'parameter'; readonly name: string; readonly value?: HostValue }
  | { readonly kind: 'value'; readonly value: HostValue };

/** Binds arguments as PowerShell does: by name, prefix or alias, then by position; then checks what is missing. */
export function bind(cmdlet: CatalogCmdlet, args: readonly CommandArgument[]): Bound {
  const bound = bindArguments(cmdlet, args);
  refuseIncomplete(cmdlet, bound);
  return bound;
}

/**
 * Binds an object of the pipeline in addition to the arguments: its properties, by name, to parameters that take
 * properties from the pipeline; else the object itself. Microsoft documents that a parameter takes pipeline input, and
 * not which of the two.
 */
export function bindItem(cmdlet: CatalogCmdlet, bound: Bound, item: HostValue): Bound {
  const whole = new Map(bound);
  const open = openToInput(cmdlet, bound);
  const properties = isObject(item) ? item.properties : {};
  for (const parameter of open) {
    const name = Object.keys(properties).find((key) => key.toLowerCase() === parameter.name.toLowerCase());
    if (name === undefined || !fits(cmdlet, whole, parameter)) continue;
    whole.set(parameter.name, convert(cmdlet.name, parameter, properties[name] ?? null));
  }
  const [first] = open;
  if (whole.size === bound.size && first !== undefined) {
    whole.set(first.name, convert(cmdlet.name, first, item));
  }
  if (whole.size === bound.size) throw bindingError.inputNotBound(cmdlet.name);
  refuseIncomplete(cmdlet, whole);
  return whole;
}

function isObject(value: HostValue): value is HostObject {
  return typeof value === 'object' && value !== null && 'typeNames' in value;
}

/** Unbound parameters that take pipeline input; those with a position come first. */
function openToInput(cmdlet: CatalogCmdlet, bound: Bound): readonly CatalogParameter[] {
  return cmdlet.parameters
    .filter((parameter) => parameter.pipeline === true && !bound.has(parameter.name))
    .filter((parameter) => fits(cmdlet, bound, parameter))
    .sort((left, right) => (left.position ?? Infinity) - (right.position ?? Infinity) || 0);
}

/** Whether a parameter set allows the parameter together with the bound ones. */
function fits(cmdlet: CatalogCmdlet, bound: Bound, parameter: CatalogParameter): boolean {
  const viable = viableSets(cmdlet, bound.keys());
  return parameter.sets === undefined || parameter.sets.some((set) => viable?.has(set));
}

/** Binds the arguments, without a check for missing parameters: they may still come through the pipeline. */
export function bindArguments(cmdlet: CatalogCmdlet, args: readonly CommandArgument[]): Bound {
  const bound = new Map<string, BoundValue>();
  const loose: HostValue[] = [];
  const tokens = args.map(tokenOf);

  const set = (parameter: CatalogParameter, value: HostValue) => {
    if (bound.has(parameter.name)) throw bindingError.alreadyBound(cmdlet.name, parameter.name);
    bound.set(parameter.name, convert(cmdlet.name, parameter, value));
  };

  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at]!;
    if (token.kind === 'value') {
      loose.push(token.value);
      continue;
    }
    const parameter = resolve(cmdlet, token.name);
    if (token.value !== undefined) {
      set(parameter, token.value);
      continue;
    }
    const next = tokens[at + 1];
    if (parameter.type === 'SwitchParameter') {
      set(parameter, true);
    } else if (next?.kind === 'value') {
      set(parameter, next.value);
      at += 1;
    } else {
      throw bindingError.missingArgument(cmdlet.name, parameter.name);
    }
  }

  for (const value of loose) {
    const parameter = nextPositional(cmdlet, bound);
    if (parameter === undefined) {
      throw bindingError.positionalNotFound(cmdlet.name, typeof value === 'string' ? value : '');
    }
    set(parameter, value);
  }
  return bound;
}

function tokenOf(argument: CommandArgument): Token {
  const { name, value } = argument;
  if (name === null) return { kind: 'value', value };
  if (!name.startsWith('-')) return { kind: 'parameter', name, value };
  const written = name.slice(1).trimEnd();
  if (written.endsWith(':')) return { kind: 'parameter', name: written.slice(0, -1), value };
  return value === null ? { kind: 'parameter', name: written } : { kind: 'parameter', name: written, value };
}

function resolve(cmdlet: CatalogCmdlet, name: string): CatalogParameter {
  const resolution = cmdlet.resolve(name);
  switch (resolution.kind) {
    case 'found':
      return resolution.parameter;
    case 'unknown':
      throw bindingError.parameterNotFound(cmdlet.name, name);
    case 'ambiguous':
      throw bindingError.ambiguousParameter(cmdlet.name, name, resolution.candidates);
  }
}

/** The parameter sets that contain every bound parameter; undefined where the cmdlet has no parameter sets. */
function viableSets(cmdlet: CatalogCmdlet, names: Iterable<string>): ReadonlySet<string> | undefined {
  const all = new Set(cmdlet.parameters.flatMap((parameter) => parameter.sets ?? []));
  if (all.size === 0) return undefined;
  for (const name of names) {
    const sets = cmdlet.parameter(name)?.sets;
    if (sets === undefined) continue;
    for (const set of all) if (!sets.includes(set)) all.delete(set);
  }
  return all;
}

function nextPositional(cmdlet: CatalogCmdlet, bound: Bound): CatalogParameter | undefined {
  return cmdlet.parameters
    .filter(
      (parameter) =>
        parameter.position !== undefined && !bound.has(parameter.name) && fits(cmdlet, bound, parameter),
    )
    .sort((left, right) => left.position! - right.position!)[0];
}

function refuseIncomplete(cmdlet: CatalogCmdlet, bound: Bound): void {
  const viable = viableSets(cmdlet, bound.keys());
  if (viable?.size === 0) throw bindingError.ambiguousSet(cmdlet.name);
  const missing = cmdlet.parameters.filter(
    (parameter) =>
      parameter.required === true &&
      !bound.has(parameter.name) &&
      (parameter.sets === undefined || [...(viable ?? [])].every((set) => parameter.sets?.includes(set))),
  );
  if (missing.length > 0) {
    throw bindingError.missingMandatory(
      cmdlet.name,
      missing.map((parameter) => parameter.name),
    );
  }
}
