import { createHash } from 'node:crypto';
import { Credential, isTable, Reference, SecureText } from './invocation';
import type { Argument, ExpectedQuestion, Invocation } from './invocation';
import { quote } from './literal';

export interface ScriptOptions {
  /**
   * Gives the text to write for a secret, for bytes or for a reference, for example `$pfxPassword`. The text is not
   * quoted.
   *
   * @default `<source>` for a secret, `<1234 bytes, SHA-256 0123456789ab…>` for bytes, `<description>` for a reference
   */
  readonly reference?: (value: Referred, parameter: string) => string | undefined;
  /**
   * Columns. A longer call has each parameter on a line of its own, with a backtick before it at the end of each line.
   *
   * @default never
   */
  readonly wrapAt?: number;
}

/** Values that are never written out. */
export type Referred = SecureText | Reference | Uint8Array;

/** Characters of a SHA-256 to show: enough to tell two files apart by eye. */
const DIGEST_CHARACTERS = 12;
/** A name of a parameter or a key that needs no quotes. */
const BARE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * A call as a person would type it. It is for reading, and is never executed. The same call always gives the same text.
 * Secrets, bytes and references are shown as `<…>`, which PowerShell does not run, unless `reference` gives a text. The
 * answer to a question follows as a comment.
 */
export function renderInvocation(call: Invocation, options: ScriptOptions = {}): string {
  const parts = Object.entries(call.parameters).map(([name, value]) => renderParameter(name, value, options));
  const note = call.question === undefined ? '' : ` # ${answerNote(call.question)}`;
  const line = [call.cmdlet, ...parts].join(' ');
  if (options.wrapAt === undefined || line.length <= options.wrapAt) return line + note;
  return [call.cmdlet, ...parts].join(' `\n    ') + note;
}

/** The question that a cmdlet may ask, and the answer that it gets, on one line. */
export function answerNote({ text, answer }: ExpectedQuestion): string {
  return `If it asks '${text.replace(/\s+/g, ' ')}', the answer is ${answer === 'yes' ? 'Yes' : 'No'}.`;
}

/** `-Confirm:$false` is one word: behind a space, the value would not bind to a switch. */
function renderParameter(name: string, value: Argument, options: ScriptOptions): string {
  const text = renderArgument(value, name, options);
  return typeof value === 'boolean' ? `-${name}:${text}` : `-${name} ${text}`;
}

/** A value as a person would type it behind `-<parameter>`, or into a hash table. */
export function renderArgument(value: Argument, parameter: string, options: ScriptOptions = {}): string {
  if (value === null) return '$null';
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'boolean') return value ? '$true' : '$false';
  if (typeof value === 'number') return renderNumber(value);
  if (value instanceof SecureText || value instanceof Reference || value instanceof Uint8Array) {
    return options.reference?.(value, parameter) ?? describe(value);
  }
  if (value instanceof Credential) return value.toString();
  if (isList(value)) return renderList(value, parameter, options);
  if (!isTable(value)) throw new TypeError(`-${parameter} has a value that no cmdlet takes`);
  const entries = Object.entries(value.table).map(
    ([key, item]) =>
      `${BARE_NAME.test(key) ? key : quote(key)} = ${renderArgument(item, parameter, options)}`,
  );
  return entries.length === 0 ? '@{}' : `@{ ${entries.join('; ')} }`;
}

function isList(value: Argument): value is readonly Argument[] {
  return Array.isArray(value);
}

/** `'a', 'b'`. A list that is empty, has one item or is inside another list needs `@(…)` to stay a list. */
function renderList(items: readonly Argument[], parameter: string, options: ScriptOptions): string {
  const rendered = items.map((item) => {
    const text = renderArgument(item, parameter, options);
    return isList(item) && item.length > 1 ? `@(${text})` : text;
  });
  const joined = rendered.join(', ');
  return items.length > 1 ? joined : `@(${joined})`;
}

/** A negative number needs no quotes: PowerShell never takes it for the name of a parameter. */
function renderNumber(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return '([double]::NaN)';
  return value > 0 ? '([double]::PositiveInfinity)' : '([double]::NegativeInfinity)';
}

function describe(value: Referred): string {
  if (value instanceof SecureText) return value.toString();
  if (value instanceof Reference) return `<${value.description}>`;
  const digest = createHash('sha256').update(value).digest('hex').slice(0, DIGEST_CHARACTERS);
  return `<${value.length} bytes, SHA-256 ${digest}…>`;
}
