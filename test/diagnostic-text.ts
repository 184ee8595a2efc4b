import { formatPath, type Diagnostic } from '../schema';

/** A diagnostic as golden files show it: its severity, its place where it has one, and all that it says. */
export function diagnosticText({ severity, path, summary, detail }: Diagnostic): string {
  return `${severity}${path === undefined ? '' : ` at ${formatPath(path)}`}: ${summary}\n${detail}\n`;
}
