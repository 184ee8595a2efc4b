import { nearestName } from '../../exchange/nearest-name';

describe('the nearest name', () => {
  test.each([
    ['lisbn', 'lisbon'],
    ['Lisboon', 'lisbon'],
    ['LISBON', 'lisbon'],
    ['porot', 'porto'],
    ['faro', undefined],
    ['', undefined],
    ['abc2', 'abc'],
    ['axy', undefined],
  ])("to '%s' is %s", (typed, nearest) => {
    expect(nearestName(typed, ['porto', 'lisbon', 'abc'])).toBe(nearest);
  });

  test('is the one with the fewest mistakes', () => {
    expect(nearestName('lisbon2', ['lisbon11', 'lisbon1'])).toBe('lisbon1');
    expect(nearestName('lisbon2', [])).toBeUndefined();
  });
});
