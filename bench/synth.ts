import { join } from 'node:path';
import { medians, type Figure } from './measurement';
import { SiteDeclaration } from './site-declaration';
import { resourceCount, SiteProject } from './site-project';
import type { Workshop } from './workshop';

const SERVERS = 100;
const ROUNDS = 5;

/** Compares `cdktf synth` of a large site with an app of as many bare resources, and the two apps without the CLI. */
export async function synth(workshop: Workshop): Promise<readonly Figure[]> {
  const declaration = new SiteDeclaration(SERVERS);
  const project = new SiteProject(workshop, declaration);
  await project.synth();
  const count = resourceCount(project.configuration());
  const bare = {
    file: join(__dirname, 'bare-resources.ts'),
    environment: { BARE_RESOURCES: String(count) },
  };
  const found = await medians(ROUNDS, {
    site: () => project.cdktfSynth(),
    bare: () => project.cdktfSynth(bare),
    app: () => project.synth(),
    bareApp: () => project.synth(bare),
  });
  const databases = declaration.groups.flatMap((group) => Object.keys(group.databases)).length;
  const figure = (measured: string, value: number, peer: number): Figure => ({
    benchmark: 'synth',
    measured: `${measured} of a site of ${SERVERS} servers, ${declaration.groups.length} DAGs, ${databases} databases`,
    value,
    unit: 'ms',
    rounds: ROUNDS,
    peer: { measured: `${measured} of ${count} bare resources`, value: peer },
    ratio: value / peer,
  });
  return [
    { ...figure('cdktf synth', found.site, found.bare), target: { of: 'ratio', atMost: 1.5 } },
    figure('the app without the CLI', found.app, found.bareApp),
  ];
}
