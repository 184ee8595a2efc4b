import type { Run } from '../../provider/run';
import type { RunSession } from '../../provider/run-session';
import { TargetWrites } from '../../provider/target-writes';
import type { Step } from '../../exchange/resources';
import type { Outcome } from '../../powershell/outcome';
import { failed, objects } from './scripted-session';

const PATH = 'C:\\Windows\\Temp\\mail.pfx';
const content = new Uint8Array([1]);
const step: Step = {
  kind: 'certificate-import',
  server: 'EX1',
  reason: 'because',
  invocation: { cmdlet: 'Import-ExchangeCertificate', parameters: {} },
  outdates: ['Get-ExchangeCertificate'],
};
const signal = new AbortController().signal;

/** Writes over a session that answers by cmdlet, each time with the next outcome; then with success. */
function setUp(answers: { readonly [cmdlet: string]: readonly Outcome[] } = {}) {
  const calls: string[] = [];
  const outdated: (readonly string[] | 'all')[] = [];
  const session = {
    invoke: async ({ cmdlet }: { readonly cmdlet: string }) => {
      const count = calls.filter((call) => call === cmdlet).length;
      calls.push(cmdlet);
      return answers[cmdlet]?.[count] ?? objects();
    },
  };
  const run = {
    shown: { note: () => undefined },
    forget: (cmdlets: readonly string[]) => void outdated.push(cmdlets),
    forgetReadings: () => void outdated.push('all'),
  };
  const writes = new TargetWrites(session as unknown as RunSession, run as unknown as Run);
  return { writes, calls, outdated };
}

describe('a step that needs a file on the server', () => {
  test('lays the file, runs, and removes it', async () => {
    const { writes, calls, outdated } = setUp();
    expect(await writes.withFile(step, { path: PATH, content }, signal)).toEqual({
      kind: 'done',
      diagnostics: [],
    });
    expect(calls).toEqual(['Remove-Item', 'Set-Content', 'Import-ExchangeCertificate', 'Remove-Item']);
    expect(outdated).toEqual([[], [], ['Get-ExchangeCertificate'], []]);
  });

  test('runs nothing more where what lies in its place cannot be removed', async () => {
    const { writes, calls } = setUp({ 'Remove-Item': [failed('Denied')] });
    expect((await writes.withFile(step, { path: PATH, content }, signal)).kind).toBe('failed');
    expect(calls).toEqual(['Remove-Item']);
  });

  test('is not run where the file cannot be laid, and a part of the file is removed', async () => {
    const { writes, calls } = setUp({ 'Set-Content': [failed('Denied')] });
    expect((await writes.withFile(step, { path: PATH, content }, signal)).kind).toBe('failed');
    expect(calls).toEqual(['Remove-Item', 'Set-Content', 'Remove-Item']);
  });

  test('that failed removes the file, and again where that fails, too', async () => {
    const { writes, calls, outdated } = setUp({
      'Import-ExchangeCertificate': [failed('Bad')],
      'Remove-Item': [objects(), failed('InUse')],
    });
    const end = await writes.withFile(step, { path: PATH, content }, signal);
    expect(end.kind).toBe('failed');
    expect(end.diagnostics.map(({ summary }) => summary)).toEqual([
      'Import-ExchangeCertificate failed for EX1',
    ]);
    expect(calls.slice(3)).toEqual(['Remove-Item', 'Remove-Item']);
    expect(outdated).toEqual([[], [], 'all', 'all', []]);
  });

  test('says that the file may be left where no attempt removed it', async () => {
    const { writes, calls } = setUp({ 'Remove-Item': [objects(), failed('A'), failed('B'), failed('C')] });
    const end = await writes.withFile(step, { path: PATH, content }, signal);
    expect(end.kind).toBe('done');
    expect(end.diagnostics.map(({ summary }) => summary)).toEqual([`The file ${PATH} may still be on EX1`]);
    expect(end.diagnostics[0]?.detail).toContain('(C)');
    expect(calls.filter((call) => call === 'Remove-Item')).toHaveLength(4);
  });

  test('that only clears the file of an earlier deploy runs, and clears it even if it failed', async () => {
    const { writes, calls } = setUp({ 'Import-ExchangeCertificate': [failed('Bad')] });
    expect((await writes.withFile(step, { path: PATH }, signal)).kind).toBe('failed');
    expect(calls).toEqual(['Import-ExchangeCertificate', 'Remove-Item']);
  });
});
