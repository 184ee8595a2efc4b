/** Versions of Windows Server, in their order. */
export const WINDOWS_VERSIONS = [
  '2003',
  '2003 R2',
  '2008',
  '2008 R2',
  '2012',
  '2012 R2',
  '2016',
  '2019',
  '2022',
  '2025',
] as const;

/** A version of Windows Server, by the name that it is sold under: `'2012 R2'`. */
export type WindowsVersion = (typeof WINDOWS_VERSIONS)[number];

export function isWindowsSince(version: WindowsVersion, since: WindowsVersion): boolean {
  return WINDOWS_VERSIONS.indexOf(version) >= WINDOWS_VERSIONS.indexOf(since);
}
