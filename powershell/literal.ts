/**
 * The characters that PowerShell takes for a single quote: U+0027 and the typographic U+2018 to U+201B
 * (about_Quoting_Rules). Doubled they stand for themselves.
 */
const SINGLE_QUOTES = /['\u2018-\u201b]/g;

/**
 * Text as one PowerShell string: `it's` becomes `'it''s'`. It is always quoted: PowerShell would take a bare value that
 * begins with a dash, typographic ones included, for the name of a parameter.
 */
export function quote(text: string): string {
  return `'${text.replace(SINGLE_QUOTES, '$&$&')}'`;
}
