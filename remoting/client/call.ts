import type { ExpectedQuestion } from '../../powershell/invocation';
import type {
  Bound,
  ErrorRecord,
  Interruption,
  Outcome,
  PowerShellObject,
  PowerShellTable,
  PowerShellValue,
} from '../../powershell/outcome';
import type { Typed } from '../clixml/deserialize';
import { isList } from '../property';
import type { RemotingError } from '../remoting-error';
import { questionOf, type Statements } from './commands';
import type { HostValue } from '../server/command-host';

/** Gives what a call keeps of an item of its output; `undefined` drops the item. */
export type OutputFilter = (item: Typed<HostValue>) => PowerShellObject | undefined;

export const wholeObject: OutputFilter = (item) => objectOf(item);

export const unlessNull: OutputFilter = (item) => (item.value === null ? undefined : objectOf(item));

/** Keeps these properties of each object. Drops `$null`, as Select-Object does on the server. */
export function onlyProperties(properties: readonly string[]): OutputFilter {
  return (item) => (item.value === null ? undefined : project(objectOf(item), properties));
}

/** Why a call was broken off before its end. */
export interface InterruptionReason {
  readonly kind: Interruption;
  /** For people. */
  readonly message: string;
  readonly bound?: Bound;
}

/** One call: gathers what comes back, and makes the outcome of it. */
export class Call {
  /** True from right before the last fragment is handed over: from then on the call may take effect. */
  sent = false;
  /** What came back so far, by the bound that it must keep to. */
  readonly received = { maxCallBytes: 0, maxCallValues: 0 };
  /** Why it was stopped. The first reason stays. */
  interruption: InterruptionReason | undefined;
  /** Its expected question was answered. */
  answered = false;
  /** The first question that was refused an answer, for people. */
  refused: string | undefined;
  readonly #objects: PowerShellObject[] = [];
  readonly #warnings: string[] = [];
  readonly #errors: ErrorRecord[] = [];

  constructor(
    readonly statements: Statements,
    readonly pipeline: string,
    private readonly filter: OutputFilter = wholeObject,
  ) {}

  /** For people. */
  get cmdlet(): string {
    return this.statements[0][0].cmdlet;
  }

  /** The question that it may ask; `undefined` where it was sent without a host. */
  get question(): ExpectedQuestion | undefined {
    return questionOf(this.statements);
  }

  addOutput(output: Typed<HostValue>): void {
    for (const item of itemsOf(output)) {
      const object = this.filter(item);
      if (object !== undefined) this.#objects.push(object);
    }
  }

  addWarning(message: string): void {
    this.#warnings.push(message);
  }

  addError(error: ErrorRecord): void {
    this.#errors.push(error);
  }

  completed(): Outcome {
    // The command went on although its question was refused: nobody knows what it left out.
    if (this.refused !== undefined) {
      return this.interrupted({ kind: 'prompt', message: unexpected(this.cmdlet, this.refused) });
    }
    return { kind: 'objects', objects: this.#objects, warnings: this.#warnings, errors: this.#errors };
  }

  failed(error: ErrorRecord): Outcome {
    return {
      kind: 'failed',
      error,
      warnings: this.#warnings,
      errors: this.#errors,
      ...(this.refused === undefined ? {} : { unexpectedQuestion: this.refused }),
    };
  }

  /** The outcome of a call that was broken off: nothing says how it ended. */
  interrupted(reason: InterruptionReason): Outcome {
    if (!this.sent) return notSent(reason);
    const { kind, message, bound } = reason;
    return { kind: 'unknown', message, interruption: kind, ...(bound === undefined ? {} : { bound }) };
  }
}

/** The message about a question that was not expected. */
export function unexpected(cmdlet: string, question: string): string {
  return `${cmdlet} asked an unexpected question: ${question}`;
}

/** The outcome of a call that was never sent, and so certainly had no effect. */
export function notSent({ kind, message, bound }: InterruptionReason): Outcome {
  return {
    kind: 'failed',
    error: { fullyQualifiedErrorId: `CallNotSent,${kind}`, message },
    warnings: [],
    errors: [],
    notSent: kind,
    ...(bound === undefined ? {} : { bound }),
  };
}

/** What an error of the session means for a call. */
export function interruptionBy({ kind, message, facts }: RemotingError): InterruptionReason {
  const { bound: name, limit } = facts;
  const bound = name === undefined || limit === undefined ? {} : { bound: { name, limit } };
  const isToldApart = kind === 'timeout' || kind === 'protocol' || kind === 'too-large';
  return { kind: isToldApart ? kind : 'closed', message, ...bound };
}

/** The items of an output: a list gives its items, and their items, one by one. */
function* itemsOf(output: Typed<HostValue>): Generator<Typed<HostValue>> {
  if (!isList(output.value)) yield output;
  else for (const item of output.value) yield* itemsOf({ typeNames: typeNamesOf(item), value: item });
}

/** An item as an object. A bare value, `$null` too, becomes one with the property `Value`. */
function objectOf({ typeNames, value }: Typed<HostValue>): PowerShellObject {
  // Without a session key for decryption no secure string is among the values, see DeserializeOptions.
  const plain = value as PowerShellValue;
  if (isObject(plain)) return plain;
  if (isTable(plain)) return { typeNames, properties: plain.entries };
  const text = textOf(plain);
  return { typeNames, ...(text === undefined ? {} : { text }), properties: { Value: plain } };
}

function typeNamesOf(value: HostValue): readonly string[] {
  switch (typeof value) {
    case 'string':
      return ['System.String'];
    case 'boolean':
      return ['System.Boolean'];
    case 'number':
      return [Number.isInteger(value) ? 'System.Int32' : 'System.Double'];
    case 'bigint':
      return ['System.Int64'];
    default:
      return ['System.Object'];
  }
}

function textOf(value: PowerShellValue): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      return value instanceof Date ? value.toISOString() : undefined;
  }
}

function isObject(value: PowerShellValue): value is PowerShellObject {
  return typeof value === 'object' && value !== null && 'typeNames' in value;
}

/** Lists and bytes have a method `entries` too, which is not a property of their own. */
function isTable(value: PowerShellValue): value is PowerShellTable {
  return (
    typeof value === 'object' &&
    value !== null &&
    !(value instanceof Uint8Array) &&
    Object.hasOwn(value, 'entries')
  );
}

/**
 * Keeps only the requested properties, spelled as requested: PowerShell ignores letter case, so that `name` requests
 * `Name`.
 */
function project(object: PowerShellObject, names: readonly string[]): PowerShellObject {
  const byName = new Map(Object.keys(object.properties).map((name) => [name.toLowerCase(), name]));
  const properties: Record<string, PowerShellValue> = {};
  for (const name of names) {
    const found = byName.get(name.toLowerCase());
    if (found !== undefined) properties[name] = object.properties[found] ?? null;
  }
  return { ...object, properties };
}
