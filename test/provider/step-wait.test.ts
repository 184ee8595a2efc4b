import type { Reading } from '../../provider/readings';
import type { Awaited } from '../../provider/step-end';
import { awaitStep } from '../../provider/step-wait';
import type { TargetReads } from '../../provider/target-reads';

const UNWELL: Reading = {
  kind: 'objects',
  outcome: { kind: 'objects', objects: [], errors: [], warnings: [] },
} as never;
const unread = (notOffered: boolean): Reading => ({
  kind: 'failed',
  diagnostics: [{ severity: 'error', summary: 'Get-Health failed', detail: 'the server said so' }],
  partial: false,
  notOffered,
});

const until = (seconds: number, problem?: string): Awaited => ({
  server: 'EX1',
  invocation: { cmdlet: 'Get-Health', parameters: {} },
  until: { seconds, problem: () => problem },
});

/** Answers each read with the same reading, and counts them. */
class CountedReads {
  count = 0;
  constructor(private readonly reading: Reading) {}
  read(): Promise<Reading> {
    this.count += 1;
    return Promise.resolve(this.reading);
  }
}

async function wait(step: Awaited, reading: Reading, signal = new AbortController().signal) {
  const reads = new CountedReads(reading);
  const { kind, diagnostics } = await awaitStep(step, reads as unknown as TargetReads, signal);
  return { kind, reads: reads.count, details: diagnostics.map(({ detail }) => detail) };
}

describe('a step that waits until a check passes', () => {
  test('is done at the first look where nothing is wrong', async () => {
    expect(await wait(until(600), UNWELL)).toEqual({ kind: 'done', reads: 1, details: [] });
  });

  test('looks once where no time is given, and says so', async () => {
    const { kind, reads, details } = await wait(until(0, 'owa is Unhealthy'), UNWELL);
    expect([kind, reads]).toEqual(['failed', 1]);
    expect(details).toEqual([
      expect.stringMatching(/^At the only attempt: owa is Unhealthy \(Get-Health\)\. Later steps/),
    ]);
  });

  test('looks again until the time is over', async () => {
    const { reads, details } = await wait(until(2.9, 'owa is Unhealthy'), UNWELL);
    expect(reads).toBe(2);
    expect(details[0]).toMatch(
      /^Still so at the last look within 2\.9 seconds: owa is Unhealthy \(Get-Health\)\./,
    );
  });

  test('looks once more where the run is stopped between two looks, and says what was last seen', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const { reads, details } = await wait(until(600, 'owa is Unhealthy'), UNWELL, stop.signal);
    expect(reads).toBe(2);
    expect(details[0]).toMatch(
      /^Stopped on request before the check passed\. Last seen: owa is Unhealthy \(Get-Health\)\./,
    );
  });

  test('does not say that a check was repeated where it was not', async () => {
    const stopped = AbortSignal.abort();
    const all = [
      await wait(until(600), unread(true)),
      await wait(until(0), unread(false)),
      await wait(until(600), unread(false), stopped),
    ];
    for (const { reads, details } of all) {
      expect(reads).toBe(1);
      expect(details).toEqual([expect.stringMatching(/^the server said so\nLater steps/)]);
    }
  });

  test('says that a check was repeated whose cmdlet failed each time', async () => {
    const { reads, details } = await wait(until(2.9), unread(false));
    expect(reads).toBe(2);
    expect(details[0]).toContain('The check was repeated for at most 2.9 seconds. Later steps');
  });
});
