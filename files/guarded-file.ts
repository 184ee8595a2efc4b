import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';

/** What a file must be like to be read. */
export interface Demands {
  /** Bytes that it may hold. */
  readonly mostBytes: number;
  /**
   * It must belong to the user or to root. Not looked at on Windows, where the file's access list is the user's care.
   *
   * @default false
   */
  readonly owned?: boolean;
  /**
   * Nobody but its owner may read it; likewise.
   *
   * @default false
   */
  readonly hidden?: boolean;
}

/** Of a password, a key, a certificate. */
export const SECRET_BYTES = 64 * 1024;

/** Of a PFX, which holds a chain of certificates, too. */
export const PFX_BYTES = 1024 * 1024;

/** A file that is not read. */
export class UnfitFile extends Error {
  override readonly name = 'UnfitFile';

  /** @param why goes on from "the file": what is wrong, and the remedy */
  constructor(
    readonly file: string,
    readonly why: string,
    options?: ErrorOptions,
  ) {
    super(`the file '${file}' ${why}`, options);
  }
}

/** A pipe that nobody writes to would keep whoever opens it waiting. Windows has no such flag, and no such pipes. */
const OPENING = constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0);

/**
 * Reads a file that was opened once: what is judged is what is read, whatever the path leads to meanwhile. Links are
 * followed, since Kubernetes mounts secrets as such.
 *
 * Waits for the disk: a small file is there at once, and by way of the thread pool takes a tenth of opening a session.
 *
 * @throws UnfitFile where it cannot be read, is no regular file, too large, or open to others
 */
export function readGuardedFile(file: string, demands: Demands): Buffer {
  let handle: number | undefined;
  try {
    handle = openSync(file, OPENING);
    const problem = unfitness(file, fstatSync(handle), demands);
    if (problem !== undefined) throw new UnfitFile(file, problem);
    // What grows while it is read, and files of /proc, which have no size.
    const content = readUpTo(handle, demands.mostBytes + 1);
    if (content.length > demands.mostBytes) throw new UnfitFile(file, tooLarge(demands));
    return content;
  } catch (error) {
    if (error instanceof UnfitFile) throw error;
    const why = `cannot be read (${(error as Error).message}); put it there, or correct the path`;
    throw new UnfitFile(file, why, { cause: error });
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function unfitness(file: string, stats: Stats, demands: Demands): string | undefined {
  if (!stats.isFile()) return `is ${kindOf(stats)}, not a file; correct the path`;
  const user = process.geteuid?.();
  if (user !== undefined) {
    if (demands.owned === true && stats.uid !== user && stats.uid !== 0) {
      return `belongs to another user (${stats.uid}); make it your own (chown ${user} '${file}')`;
    }
    if (demands.hidden === true && (stats.mode & 0o077) !== 0) {
      return `can be read by others; make it yours alone (chmod 600 '${file}')`;
    }
  }
  return stats.size > demands.mostBytes ? tooLarge(demands) : undefined;
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

function tooLarge({ mostBytes }: Demands): string {
  return `is larger than ${mostBytes / 1024} KB, which it cannot need; correct the path`;
}

function readUpTo(handle: number, most: number): Buffer {
  const content = Buffer.alloc(most);
  let length = 0;
  while (length < most) {
    const read = readSync(handle, content, length, most - length, null);
    if (read === 0) break;
    length += read;
  }
  return Buffer.from(content.subarray(0, length));
}
