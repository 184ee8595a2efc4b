import { mkdirSync, readdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ISynthesisSession, TerraformStack } from 'cdktf';

type Files = () => { readonly [name: string]: string };

/** The files that synth writes for people and other tools. */
export const PLAN_FILES = ['exchange-plan.json', 'exchange-plan.ps1'] as const;

/**
 * Removes the plan files of an earlier synth from a folder, and the folder itself where it is empty then. Does nothing
 * where the folder does not exist.
 */
export function removePlans(folder: string): void {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const entries = readdirSync(folder, { withFileTypes: true });
  const ours = entries.filter((entry) => entry.isFile() && PLAN_FILES.some((name) => name === entry.name));
  for (const { name } of ours) rmSync(join(folder, name));
  if (ours.length === entries.length) rmdirSync(folder);
}

/** Makes a stack write files beside its `cdk.tf.json`. */
export function writeBesideStack(stack: TerraformStack, files: Files): void {
  afterSynth(stack, (session) =>
    write(join(session.outdir, session.manifest.forStack(stack).workingDirectory), files),
  );
}

/** Makes a stack write files into another folder, from which they can be committed. */
export function writeIntoFolder(stack: TerraformStack, folder: string, files: Files): void {
  afterSynth(stack, () => write(folder, files));
}

/** Replaces the stack's synthesizer, the only hook that cdktf offers for this. */
function afterSynth(stack: TerraformStack, work: (session: ISynthesisSession) => void): void {
  const inner = stack.synthesizer;
  stack.synthesizer = {
    synthesize: (session) => {
      inner.synthesize(session);
      work(session);
    },
  };
}

function write(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files())) writeFileSync(join(folder, name), text);
}
