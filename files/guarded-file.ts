import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';

/** What a file must fulfil to be read. */
export interface Demands {
  /** Bytes that it may hold. */
  readonly mostBytes: number;
  /**
   * The file must belong to the user or to root. Not checked on Windows, where access lists decide, which are the
   * user's own care.
   *
   * @default false
   */
  readonly owned?: boolean;
  /**
   * Nobody but the owner may be able to read the file. Not checked on Windows either.
   *
   * @default false
   */
  readonly hidden?: boolean;
}

/** The most bytes of a file with a password, a key or certificates. */
export const SECRET_BYTES = 64 * 1024;

/** The most bytes of a PFX, which also holds a chain of certificates. */
export const PFX_BYTES = 1024 * 1024;

/** A file was not read, since it does not fulfil the demands. */
export class UnfitFile extends Error {
  override readonly name = 'UnfitFile';

  /** @param why continues the words "the file": what is wrong with it, and the remedy */
  constructor(
    readonly file: string,
    readonly why: string,
    options?: ErrorOptions,
  ) {
    super(`the file '${file}' ${why}`, options);
  }
}

/** A pipe to which nobody writes would block whoever opens it. Windows has neither this flag nor such pipes. */
const OPENING = constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0);

/**
 * Reads a file through one handle, so that the file that is checked is the file that is read, even if its path leads to
 * another one meanwhile. Links are followed, since Kubernetes mounts secrets as links.
 *
 * Blocks until the file is read: a small file is there at once, and going through the thread pool would take a tenth of
 * the time in which a session opens.
 *
 * @throws UnfitFile where the file cannot be read, is no regular file, is too large, or others may read or write it
 */
export function readGuardedFile(file: string, demands: Demands): Buffer {
  let handle: number | undefined;
  try {
    handle = openSync(file, OPENING);
    const problem = unfitness(file, fstatSync(handle), demands);
    if (problem !== undefined) throw new UnfitFile(file, problem);
    // The size is checked by what is read: a file may grow meanwhile, and files of /proc state no size.
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
