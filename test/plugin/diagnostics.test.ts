import { wireDiagnostics } from '../../plugin/server/rpc';
import { DiagnosticsResponse } from '../../plugin/wire/protocol6';
import { path, type Diagnostic } from '../../schema';

const error = (detail: string, summary = 'broken'): Diagnostic => ({ severity: 'error', summary, detail });

test('diagnostics leave without what steers a terminal, each summary in one line', () => {
  const [wired] = wireDiagnostics([error('a\r\n\u001b[2Jb\rc', 'x\n\u202ey')]);
  expect(wired).toEqual({ severity: 1, summary: 'x \\u{202E}y', detail: 'a\n\\u{1B}[2Jb\\u{D}c' });
});

test('a path goes along', () => {
  const [wired] = wireDiagnostics([{ ...error(''), path: path('servers', 0) }]);
  expect(wired?.attribute).toEqual({ steps: [{ attributeName: 'servers' }, { elementKeyInt: 0 }] });
});

test('a detail of many megabytes is shortened, with a note', () => {
  const [wired] = wireDiagnostics([error('x'.repeat(20_000_000), 'y'.repeat(20_000_000))]);
  expect(wired?.detail).toMatch(/^x{64000}… \(19936000 more characters are left out\)$/);
  expect(wired?.summary).toMatch(/^y{1000}… \(19999000 more characters are left out\)$/);
});

test('diagnostics without end are cut off with one that says so, and an error among them stays one', () => {
  const warning: Diagnostic = { severity: 'warning', summary: 'mind', detail: 'x'.repeat(60_000) };
  const many = [...Array.from({ length: 2_000 }, () => warning), error('the last')];
  const wired = wireDiagnostics(many);
  expect(DiagnosticsResponse.encode({ diagnostics: wired }).length).toBeLessThan(5_000_000);
  expect(wired.at(-1)).toEqual({
    severity: 1,
    summary: `${2_001 - 66} more messages are left out`,
    detail:
      'At most 4000000 characters are shown for one object; 1 of those left out is an error. Correct what the others name, then run this again.',
  });
  expect(wireDiagnostics(many.slice(0, -1)).at(-1)).toEqual({
    severity: 2,
    summary: `${2_000 - 66} more messages are left out`,
    detail:
      'At most 4000000 characters are shown for one object. Correct what the others name, then run this again.',
  });
});
