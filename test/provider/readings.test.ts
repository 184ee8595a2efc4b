import { Readings } from '../../provider/readings';
import type { Reading } from '../../provider/readings';
import { objects } from './scripted-session';

const owa = { cmdlet: 'Get-OwaVirtualDirectory', parameters: {} };
const dag = { cmdlet: 'Get-DatabaseAvailabilityGroup', parameters: {} };

/** Reads that end when they are told to; each is answered with its number. */
function slowReadings() {
  const ends: (() => void)[] = [];
  const readings = new Readings(
    () =>
      new Promise<Reading>((resolve) => {
        const number = ends.length + 1;
        ends.push(() => resolve({ kind: 'objects', outcome: objects({ number }) }));
      }),
  );
  return { readings, ends };
}

const numberOf = (reading: Reading) =>
  reading.kind === 'objects' ? reading.outcome.objects[0]?.properties['number'] : undefined;
const turn = () => new Promise((resume) => setImmediate(resume));

test('many who ask after writes share one read, which began after the last write', async () => {
  const { readings, ends } = slowReadings();
  const before = readings.get(owa);
  readings.forget([owa.cmdlet]);
  const first = readings.get(owa);
  readings.forget([owa.cmdlet]);
  const second = readings.get(owa);
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await turn();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  expect([numberOf(await before), numberOf(await first), numberOf(await second)]).toEqual([1, 2, 2]);
  expect(numberOf(await readings.get(owa))).toBe(2);
});

test('a write while the following read is under way asks for one more', async () => {
  const { readings, ends } = slowReadings();
  void readings.get(owa);
  readings.forget([owa.cmdlet]);
  void readings.get(owa);
  ends[0]?.();
  await turn();
  readings.forget([owa.cmdlet]);
  const last = readings.get(owa);
  ends[1]?.();
  await turn();
  ends[2]?.();
  expect(numberOf(await last)).toBe(3);
});

test('a write outdates what shows its change, and nothing else', () => {
  const { readings, ends } = slowReadings();
  void readings.get(owa);
  const group = readings.get(dag);
  readings.forget([owa.cmdlet]);
  expect(readings.get(dag)).toBe(group);
  readings.forget([dag.cmdlet]);
  expect(readings.get(dag)).not.toBe(group);
  expect(ends).toHaveLength(2);
});

test('what failed outdates everything', () => {
  const { readings } = slowReadings();
  const group = readings.get(dag);
  readings.forgetAll();
  expect(readings.get(dag)).not.toBe(group);
});
