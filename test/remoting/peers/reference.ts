import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Want } from '../../requirement';

/** Why a check against reference data is skipped where its folder is not there; undefined where it is. */
export function missingReference(folder: string | undefined): Want | undefined {
  if (folder !== undefined && existsSync(folder)) return undefined;
  return { what: 'the data of real servers, which some have beside the project', check: 'ls ../shared' };
}

/** A folder of reference data beside the project; not everybody has it. */
export function referenceFolder(name: string): string | undefined {
  const folder = resolve(__dirname, '../../../../shared/reference', name);
  return existsSync(folder) ? folder : undefined;
}

export function filesOf(
  folder: string,
  ending: string,
): readonly { readonly name: string; readonly text: string }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}
