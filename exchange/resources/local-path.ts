/** A segment of a path: not `..`, no trailing dot or space (which Windows drops), and no hidden character. */
const PART = /^(?!.*[ .]$)[^\\/:*?"<>|\p{C}\p{Zl}\p{Zp}\u00a0]+$/u;

/**
 * Whether a text is an absolute path on a drive of a Windows server, below its root: `E:\DAG01\DB01.edb`, `C:\DAG01`.
 */
export function isLocalPath(path: string): boolean {
  const [drive, ...parts] = path.split('\\');
  return /^[a-z]:$/i.test(drive ?? '') && parts.length > 0 && parts.every((part) => PART.test(part));
}

/** The same for a folder, which may end in a backslash. */
export function isLocalFolder(folder: string): boolean {
  return isLocalPath(folder.replace(/\\$/, ''));
}
