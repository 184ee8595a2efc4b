import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Want } from '../../requirement';

const root = resolve(__dirname, '../../..');

/** Why a check against reference data is skipped where its folder is not there; undefined where it is. */
export function missingReference(folder: string): Want | undefined {
  if (existsSync(folder)) return undefined;
  return {
    what: 'the data of real servers, which some have beside the project',
    check: `ls ${relative(root, folder)}`,
  };
}

/** A folder of reference data beside the project; not everybody has it. */
export function referenceFolder(name: string): string {
  return resolve(root, '../shared/reference', name);
}

/** None where the folder is not there. */
export function filesOf(
  folder: string,
  ending: string,
): readonly { readonly name: string; readonly text: string }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}
