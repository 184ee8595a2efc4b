import fc from 'fast-check';
import { quote } from '../../powershell/literal';

/** Reads a single-quoted PowerShell string back, as about_Quoting_Rules describes it; undefined where it ends early. */
function unquote(literal: string): string | undefined {
  const isQuote = (character: string | undefined): boolean =>
    character !== undefined && "'\u2018\u2019\u201a\u201b".includes(character);
  if (!isQuote(literal[0]) || !isQuote(literal.at(-1))) return undefined;
  let text = '';
  for (let index = 1; index < literal.length - 1; index++) {
    if (isQuote(literal[index])) {
      index += 1;
      if (index >= literal.length - 1 || !isQuote(literal[index])) return undefined;
    }
    text += literal[index];
  }
  return text;
}

describe('a quoted text', () => {
  test.each([
    ['plain', "'plain'"],
    ["it's", "'it''s'"],
    ['\u2018a\u2019', "'\u2018\u2018a\u2019\u2019'"],
    ['\u201alow\u201b', "'\u201a\u201alow\u201b\u201b'"],
    ['"double" \u201cones\u201d', '\'"double" \u201cones\u201d\''],
    ['$env:PATH `n $(Get-Date)', "'$env:PATH `n $(Get-Date)'"],
    ['-Name', "'-Name'"],
    ['\u2013Name', "'\u2013Name'"],
    ['two\nlines', "'two\nlines'"],
    ['', "''"],
  ])('%j is written %j', (text, literal) => {
    expect(quote(text)).toBe(literal);
  });

  test('is read back as it was, whatever it holds', () => {
    const unit = fc.constantFrom(
      ...'\'\u2018\u2019\u201a\u201b\u201c"$`-\u2013\u2014\u2015\n\u0000 ab@{}();',
    );
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        expect(unquote(quote(text))).toBe(text);
      }),
    );
  });
});
