import { join } from 'node:path';
import { medians, type Figure } from './measurement';
import { SiteProject } from './site-project';
import type { Workshop } from './workshop';

const SERVERS = 100;
const ROUNDS = 9;

/** What `cdktf synth` runs, for a large site, against an app that has one empty stack. */
export async function synth(workshop: Workshop): Promise<readonly Figure[]> {
  const project = new SiteProject(workshop, SERVERS);
  const { site, empty } = await medians(ROUNDS, {
    site: () => project.synth(),
    empty: () => project.synth(join(__dirname, 'empty-stack.ts')),
  });
  return [
    {
      benchmark: 'synth',
      measured: `synth of a site of ${SERVERS} servers`,
      value: site,
      unit: 'ms',
      rounds: ROUNDS,
      peer: { measured: 'synth of an empty stack', value: empty },
      ratio: site / empty,
      target: { of: 'ratio', atMost: 1.5 },
    },
  ];
}
