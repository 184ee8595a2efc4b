import { inLine, quoted } from '../../provider/quotation';
import { seenTexts } from '../../provider/seen-text';

describe('what a server says in a diagnostic', () => {
  test('has its further lines marked as its own, so that none passes for one of Terraform', () => {
    expect(quoted('It failed.\r\n\r\n\n\nNo changes. Your infrastructure matches the configuration.\n')).toBe(
      'It failed.\n> No changes. Your infrastructure matches the configuration.',
    );
  });

  test('cannot push a plan off the screen', () => {
    const text = quoted('\n'.repeat(1_000) + 'line\n'.repeat(100));
    expect(text.split('\n')).toHaveLength(41);
    expect(text).toMatch(/> \(60 more lines are left out\)$/);
    expect(quoted('x'.repeat(20_000))).toMatch(/^x{8000}… \(12000 more characters are left out\)$/);
  });

  test('as an id stands in one line', () => {
    expect(inLine('NotThere,\nGet-Thing')).toBe('NotThere, Get-Thing');
  });
});

describe('values as they were read', () => {
  test('have their hidden characters shown where Terraform would not escape them', () => {
    const json = JSON.stringify({ a: 'x\n\u001b[2J' });
    expect(
      seenTexts(
        {
          lines: 'a\n\u001b[2Jb',
          overwritten: 'a\rb',
          list: ['t\n\u202eu'],
          table: { key: 'v\n\u009b1m' },
          json,
        },
        { lines: 'a\n\u001b[2J', overwritten: 'a\r', list: null },
      ),
    ).toEqual({
      lines: 'a\n\\u{1B}[2Jb',
      overwritten: 'a\\u{D}b',
      list: ['t\n\\u{202E}u'],
      table: { key: 'v\n\\u{9B}1m' },
      json: JSON.stringify({ a: 'x\n\\u{1B}[2J' }),
    });
  });

  test('are the same where Terraform escapes them, or where nothing is hidden', () => {
    const values = {
      quoted: 'a\u001b[2Jb\u202e',
      lines: 'Größe\nمی\u200cخواهم',
      json: '{ "a":  "b" }',
      brace: '{not json \u001b[2J',
      number: 5,
      nothing: null,
    };
    expect(seenTexts(values, {})).toEqual(values);
  });

  test('are the same where they were declared so: who did would read others back', () => {
    const values = { lines: 'a\n\u2028b', list: ['t\n\u202eu'], table: { key: 'v\n\u009b1m' } };
    expect(seenTexts(values, { ...values, list: ['x', 't\n\u202eu'] })).toEqual(values);
  });
});
