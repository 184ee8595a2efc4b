import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readGuardedFile, SECRET_BYTES, UnfitFile } from '../../files/guarded-file';
import { describeWhere, missingProc, testWhere } from '../requirement';

const folder = mkdtempSync(join(tmpdir(), 'guarded-'));
afterAll(() => rmSync(folder, { recursive: true }));

function made(name: string, content: string | Buffer = 'canary', mode = 0o600): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}

const strict = { mostBytes: SECRET_BYTES, owned: true, hidden: true };

function why(file: string, demands = strict): string {
  try {
    return `read: ${readGuardedFile(file, demands).length} bytes`;
  } catch (error) {
    if (!(error instanceof UnfitFile)) throw error;
    expect(error.message).toBe(`the file '${file}' ${error.why}`);
    return error.why;
  }
}

describe('a file with a secret', () => {
  test('is read', () => {
    expect(readGuardedFile(made('plain'), strict).toString()).toBe('canary');
  });

  test('may be a link, as Kubernetes mounts secrets', () => {
    const link = join(folder, 'link');
    symlinkSync(made('target'), link);
    expect(readGuardedFile(link, strict).toString()).toBe('canary');
  });

  test('may be as large as is allowed, and no byte larger', () => {
    expect(why(made('full', Buffer.alloc(SECRET_BYTES)))).toBe(`read: ${SECRET_BYTES} bytes`);
    expect(why(made('over', Buffer.alloc(SECRET_BYTES + 1)))).toContain('is larger than 64 KB');
  });

  test('that is not there says so', () => {
    expect(why(join(folder, 'none'))).toMatch(
      /^cannot be read \(ENOENT.*; put it there, or correct the path$/,
    );
  });

  test('that is a folder says so', () => {
    expect(why(folder)).toBe('is a directory, not a file; correct the path');
  });
});

const isWindows = process.platform === 'win32';

const unix = { what: 'pipes and modes of Unix, which Windows lacks', check: '[ -e /dev/null ]' };

describeWhere(isWindows ? unix : undefined, 'a file with a secret on Unix', () => {
  test('that is a pipe to which nobody writes does not keep the reader waiting', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(why(pipe)).toBe('is a pipe, not a file; correct the path');
  });

  test.each(['/dev/zero', '/dev/null'])('that is the device %s says so', (device) => {
    expect(why(device)).toBe('is a device, not a file; correct the path');
  });

  test('that is a socket says so', async () => {
    const server = createServer();
    server.listen(join(folder, 'socket'));
    await once(server, 'listening');
    expect(why(join(folder, 'socket'))).toContain('cannot be read');
    server.close();
  });

  test.each([0o640, 0o604, 0o660])('with the mode %o is refused where it must be hidden', (mode) => {
    const file = made('open', 'canary', mode);
    expect(why(file)).toBe(`can be read by others; make it yours alone (chmod 600 '${file}')`);
    expect(why(file, { ...strict, hidden: false })).toBe('read: 6 bytes');
  });

  const root = { what: 'the rights of root', check: '[ "$(id -u)" = 0 ]' };
  testWhere(process.geteuid?.() === 0 ? undefined : root, 'of another user is refused', () => {
    const file = made('foreign');
    chownSync(file, 12_345, 12_345);
    expect(why(file)).toContain(`belongs to another user (12345); make it your own (chown 0 '${file}')`);
    expect(why(file, { ...strict, owned: false })).toBe('read: 6 bytes');
  });
});

describeWhere(missingProc(), 'a file without a size', () => {
  test('is read up to what is allowed', () => {
    expect(why('/proc/self/status', { ...strict, hidden: false })).toMatch(/^read: \d{3,} bytes$/);
    expect(why('/proc/self/status', { ...strict, hidden: false, mostBytes: 100 })).toContain(
      'is larger than',
    );
  });
});
