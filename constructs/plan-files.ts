import { mkdirSync, readdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ISynthesisSession, TerraformStack } from 'cdktf';

type Files = () => { readonly [name: string]: string };

/** What synth writes for people and other tools to read. */
export const PLAN_FILES = ['exchange-plan.json', 'exchange-plan.ps1'] as const;

/** Takes what a synth wrote out of a folder, and the folder, where nothing else is in it. Nothing where there is no such folder. */
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

/** Makes a stack write files into a folder elsewhere, where they can be committed. */
export function writeIntoFolder(stack: TerraformStack, folder: string, files: Files): void {
  afterSynth(stack, () => write(folder, files));
}

/** A stack's synthesizer is the one place that cdktf lets be replaced. */
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
