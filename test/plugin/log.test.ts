import { writeSync } from 'node:fs';
import { log } from '../../plugin/wire/log';

jest.mock('node:fs', () => ({
  ...jest.requireActual<object>('node:fs'),
  writeSync: jest.fn(),
}));
const written = writeSync as jest.MockedFunction<typeof writeSync>;

beforeEach(() => written.mockReset());

test('a line of the log holds nothing that steers a terminal, and is not of any length', () => {
  log('warn', 'a\u001b[2J\u202eb\rc');
  log('warn', 'x'.repeat(100_000));
  const [first, second] = written.mock.calls.map(
    ([, line]) => JSON.parse(String(line)) as { readonly '@message': string },
  );
  expect(first?.['@message']).toBe('a\\u{1B}[2J\\u{202E}b\\u{D}c');
  expect(second?.['@message']).toMatch(/^x{16000}… \(84000 more characters are left out\)$/);
});

test.each(['EPIPE', 'ENOSPC', 'EBADF'])('a log that cannot be written (%s) breaks nothing', (code) => {
  written.mockImplementation(() => {
    throw Object.assign(new Error(code), { code });
  });
  expect(() => log('error', 'lost')).not.toThrow();
  expect(written).toHaveBeenCalledTimes(1);
});
