/** A part of a path is no way up (`..`), does not end in what Windows drops, and has no letter that does not show. */
const PART = /^(?!.*[ .]$)[^\\/:*?"<>|\p{C}\p{Zl}\p{Zp}\u00a0]+$/u;

/** A whole path on a drive of a Windows server, below its root: `E:\DAG01\DB01.edb`, `C:\DAG01`. */
export function isLocalPath(path: string): boolean {
  const [drive, ...parts] = path.split('\\');
  return /^[a-z]:$/i.test(drive ?? '') && parts.length > 0 && parts.every((part) => PART.test(part));
}

/** The same of a folder, of which a backslash at the end means nothing. */
export function isLocalFolder(folder: string): boolean {
  return isLocalPath(folder.replace(/\\$/, ''));
}
