import { percent, scoreOf, survivors, type Mutant, type Report } from './score';

function mutant(status: string, line: number, replacement: string): Mutant {
  return { status, mutatorName: 'StringLiteral', replacement, location: { start: { line } } };
}

const REPORT: Report = {
  files: {
    'exchange/a.ts': { mutants: [mutant('Killed', 1, '""'), mutant('Ignored', 2, '""')] },
    'exchange/b.ts': { mutants: [mutant('NoCoverage', 3, '{\n  a\n}'), mutant('Timeout', 4, 'true')] },
    'exchange/c.ts': { mutants: [mutant('Survived', 5, '""'), mutant('Survived', 6, 'false')] },
  },
};

test('a mutant that no test reaches counts as one that survived; one that is not tried does not count', () => {
  const score = scoreOf(Object.values(REPORT.files).flatMap(({ mutants }) => mutants));
  expect(score).toEqual({ killed: 2, survived: 3, ignored: 1 });
  expect(percent(score)).toBe('40.0');
});

test('the survivors of a report are listed by file, the file with most of them first', () => {
  expect(survivors(REPORT)).toEqual([
    'exchange/c.ts: 2 of 2 survived',
    '  5 StringLiteral: ""',
    '  6 StringLiteral: false',
    'exchange/b.ts: 1 of 2 survived',
    '  3 StringLiteral (no test comes here): { a }',
  ]);
});
