import { shortened, visible } from '../../schema';

describe('a text of a server', () => {
  test.each([
    ['the beginning of a terminal command', '\u001b[2J', '\\u{1B}[2J'],
    ['the same in one character', '\u009b2J', '\\u{9B}2J'],
    ['a title of a window', '\u001b]0;x\u0007', '\\u{1B}]0;x\\u{7}'],
    ['a carriage return', 'Plan: 12 to destroy\rNo changes.', 'Plan: 12 to destroy\\u{D}No changes.'],
    ['a backspace, a form feed, a vertical tab, a delete', '\b\f\v\u007f', '\\u{8}\\u{C}\\u{B}\\u{7F}'],
    ['a null', 'a\0b', 'a\\u{0}b'],
    ['a next line', 'a\u0085b', 'a\\u{85}b'],
    [
      'overrides and isolates of direction',
      '\u202a\u202e\u2066\u2069',
      '\\u{202A}\\u{202E}\\u{2066}\\u{2069}',
    ],
    ['marks of direction', '\u200e\u200f\u061c', '\\u{200E}\\u{200F}\\u{61C}'],
    [
      'what has no width',
      'a\u200bb\u2060c\ufeffd\u00ade\u180ef',
      'a\\u{200B}b\\u{2060}c\\u{FEFF}d\\u{AD}e\\u{180E}f',
    ],
    ['a joiner between letters that do not join', 'No\u200c\u200dchanges', 'No\\u{200C}\\u{200D}changes'],
    ['separators of lines and paragraphs', 'a\u2028b\u2029c', 'a\\u{2028}b\\u{2029}c'],
    ['tags', '\u{e0041}', '\\u{E0041}'],
    ['characters for private use', '\ue000\u{f0000}', '\\u{E000}\\u{F0000}'],
    ['halves of a surrogate pair', 'a\ud800b\udc00', 'a\\u{D800}b\\u{DC00}'],
    ['marks of annotations', '\ufff9', '\\u{FFF9}'],
  ])('shows %s', (_what, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test.each([
    ['line feeds and tabs', 'a\n\tb'],
    ['German', 'Größe »Übung« – äöüß'],
    ['Greek and Cyrillic', 'Ωμέγα, Щука'],
    ['Arabic with its vowels', 'العَرَبِيَّة'],
    ['Persian with its joiner', 'می\u200cخواهم'],
    ['Hebrew', 'עִבְרִית'],
    ['Hindi with its joiners', 'क्\u200dष क्\u200cष'],
    ['Thai, Tamil, Khmer', 'ภาษาไทย தமிழ் ភាសាខ្មែរ'],
    ['Japanese, Chinese, Korean', '日本語 中文 한국어'],
    ['letters beyond the first plane', '𠮷𝔘'],
    ['emoji that are joined', '👩\u200d💻 ❤\ufe0f\u200d🔥 👩🏽\u200d🚀'],
    ['no-break spaces', '1\u00a0000\u202f000'],
  ])('leaves %s as they are', (_what, text) => {
    expect(visible(text)).toBe(text);
  });

  test('with line ends of Windows has those of this side', () => {
    expect(visible('a\r\nb\r\n')).toBe('a\nb\n');
  });
});

test('a long text is shortened, and how much is left out is said', () => {
  expect(shortened('abcdef', 6)).toBe('abcdef');
  expect(shortened('abcdefg', 6)).toBe('abcdef… (1 more characters are left out)');
  expect(shortened('abc😀', 4)).toBe('abc… (2 more characters are left out)');
});
