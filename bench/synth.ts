import { join } from 'node:path';
import { medians, type Figure } from './measurement';
import { SiteProject } from './site-project';
import type { Workshop } from './workshop';

const SERVERS = 100;
const ROUNDS = 5;

/** `cdktf synth` of a large site against an app that has one empty stack, and what of it is the app's own. */
export async function synth(workshop: Workshop): Promise<readonly Figure[]> {
  const project = new SiteProject(workshop, SERVERS);
  const emptyStack = join(__dirname, 'empty-stack.ts');
  const { site, empty, app, emptyApp } = await medians(ROUNDS, {
    site: () => project.cdktfSynth(),
    empty: () => project.cdktfSynth(emptyStack),
    app: () => project.synth(),
    emptyApp: () => project.synth(emptyStack),
  });
  const figure = (measured: string, value: number, peer: number): Figure => ({
    benchmark: 'synth',
    measured: `${measured} of a site of ${SERVERS} servers`,
    value,
    unit: 'ms',
    rounds: ROUNDS,
    peer: { measured: `${measured} of an empty stack`, value: peer },
    ratio: value / peer,
  });
  return [
    { ...figure('cdktf synth', site, empty), target: { of: 'ratio', atMost: 1.5 } },
    figure('the app alone', app, emptyApp),
  ];
}
