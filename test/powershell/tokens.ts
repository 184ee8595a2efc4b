/** What stands in a PowerShell script, as far as the project's scripts use the language. */
export interface Token {
  readonly kind: 'comment' | 'text' | 'variable' | 'splat' | 'word' | 'open' | 'close' | 'sign' | 'line';
  /** As it stands there; of a text, what it says. */
  readonly value: string;
  /** From 1. */
  readonly line: number;
}

const SINGLE = /['\u2018-\u201b]/;
const CLOSES: { readonly [close: string]: string } = { ')': '(', ']': '[', '}': '{' };

/** In this order; where none fits, a letter is a sign. */
const PATTERNS: readonly (readonly [Token['kind'] | 'space' | 'refused' | 'quote', RegExp])[] = [
  // What the project's scripts never use, and a test must not overlook.
  ['refused', /["\u201c-\u201e`]|<#|#>|@['"\u2018-\u201e]/y],
  ['space', /[ \t]+/y],
  ['line', /\r\n|\r|\n|;/y],
  ['comment', /#[^\r\n]*/y],
  ['variable', /\$\w+/y],
  ['splat', /@\w+/y],
  ['quote', /['\u2018-\u201b]/y],
  ['open', /@?[({[]/y],
  ['close', /[)}\]]/y],
  ['word', /-?\w[\w-]*:?/y],
  ['sign', /[^]/y],
];

/**
 * Reads a script as about_Parsing and about_Quoting_Rules describe it. Throws where a quote or a bracket is not
 * closed, and for double quotes, backticks, here-strings and block comments.
 */
export function tokensOf(script: string): readonly Token[] {
  const tokens: Token[] = [];
  const open: string[] = [];
  let line = 1;
  let at = script.startsWith('\ufeff') ? 1 : 0;
  while (at < script.length) {
    const [kind, value] = next(script, at);
    if (kind === 'refused') throw new SyntaxError(`line ${line}: ${value}`);
    if (kind === 'open') open.push(value.slice(-1));
    if (kind === 'close' && open.pop() !== CLOSES[value]) throw new SyntaxError(`line ${line}: ${value}`);
    const text = kind === 'quote' ? quoted(script, at, line) : { end: at + value.length, value };
    if (kind === 'quote') tokens.push({ kind: 'text', value: text.value, line });
    else if (kind !== 'space') tokens.push({ kind, value, line });
    line += script.slice(at, text.end).split('\n').length - 1;
    at = text.end;
  }
  if (open.length > 0) throw new SyntaxError(`not closed: ${open.join(' ')}`);
  return tokens;
}

function next(script: string, at: number): readonly [(typeof PATTERNS)[number][0], string] {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const found = pattern.exec(script)?.[0];
    if (found !== undefined) return [kind, found];
  }
  throw new RangeError('past the end');
}

/** A single-quoted text that begins at a place; a doubled quote of any kind stands for itself. */
function quoted(script: string, at: number, line: number): { readonly end: number; readonly value: string } {
  let value = '';
  for (let index = at + 1; index < script.length; index++) {
    const character = script[index] ?? '';
    if (SINGLE.test(character)) {
      if (!SINGLE.test(script[index + 1] ?? '')) return { end: index + 1, value };
      index += 1;
    }
    value += script[index] ?? '';
  }
  throw new SyntaxError(`line ${line}: a quote is not closed`);
}

/** A command with its arguments, in the order of the script. */
export interface Command {
  readonly name: string;
  readonly line: number;
  /** By name without the dash, those of a splatted table too; the tokens of each value. Positional ones by number. */
  readonly parameters: { readonly [name: string]: readonly Token[] };
}

const VERB_NOUN = /^[A-Z][a-z]+-[A-Z]\w+$/;

/** Every command that is called by a name of the form Verb-Noun; definitions of functions are not calls. */
export function commandsOf(script: string): readonly Command[] {
  const tokens = tokensOf(script).filter(({ kind }) => kind !== 'comment');
  let table: { readonly [name: string]: readonly Token[] } = {};
  const commands: Command[] = [];
  tokens.forEach((token, index) => {
    if (token.kind === 'open' && token.value === '@{') table = tableOf(tokens.slice(index + 1));
    if (token.kind !== 'word' || !VERB_NOUN.test(token.value)) return;
    if (tokens[index - 1]?.value === 'function') return;
    commands.push({
      name: token.value,
      line: token.line,
      parameters: parametersOf(statement(tokens.slice(index + 1)), table),
    });
  });
  return commands;
}

/** Tokens up to the end of the statement: a line break, a pipe, or the bracket around it. */
function statement(tokens: readonly Token[]): readonly Token[] {
  let depth = 0;
  const end = tokens.findIndex(({ kind, value }) => {
    if (kind === 'open') depth += 1;
    if (kind === 'close') depth -= 1;
    return depth < 0 || (depth === 0 && (kind === 'line' || value === '|'));
  });
  return end === -1 ? tokens : tokens.slice(0, end);
}

function parametersOf(
  tokens: readonly Token[],
  table: Command['parameters'],
): { readonly [name: string]: readonly Token[] } {
  const parameters: { [name: string]: Token[] } = {};
  let current: Token[] | undefined;
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'splat') Object.assign(parameters, table);
    else if (depth === 0 && token.kind === 'word' && token.value.startsWith('-')) {
      current = parameters[token.value.replace(/^-|:$/g, '')] = [];
    } else if (current === undefined) parameters[Object.keys(parameters).length] = [token];
    else current.push(token);
    if (token.kind === 'open') depth += 1;
    if (token.kind === 'close') depth -= 1;
  }
  return parameters;
}

/** The entries of a hash table that was just opened, one on a line. */
function tableOf(tokens: readonly Token[]): { readonly [name: string]: readonly Token[] } {
  const entries: { [name: string]: readonly Token[] } = {};
  let rest = tokens;
  while (rest.length > 0) {
    const entry = statement(rest);
    const [key, sign, ...value] = entry;
    if (key !== undefined && sign?.value === '=') entries[key.value] = value;
    if (rest[entry.length]?.kind !== 'line') break;
    rest = rest.slice(entry.length + 1);
  }
  return entries;
}
