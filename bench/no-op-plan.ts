import { medians, type Figure, type Target } from './measurement';
import type { ProviderAddress } from '../install/mirror';
import { layNullProvider, PEERS_MIRROR } from './null-provider';
import { TerraformFolder } from './terraform-folder';
import type { VirtualDirectoryStock } from './virtual-directories';
import type { Workshop } from './workshop';

interface Size {
  readonly count: number;
  readonly rounds: number;
  /** Target ratios to a plan of as many objects of hashicorp/null, and of the built-in `terraform_data`. */
  readonly atMost: { readonly null?: number; readonly data?: number };
}

const SIZES: readonly Size[] = [
  { count: 1, rounds: 9, atMost: { data: 10 } },
  { count: 100, rounds: 9, atMost: { null: 1.2 } },
  { count: 1000, rounds: 5, atMost: { null: 1 } },
];

/**
 * Measures a plan of virtual directories that finds nothing to do, over a WSMan endpoint that runs already. It is compared with
 * a plan of as many objects of hashicorp/null, a provider in Go on HashiCorp's own framework that does nothing, and of
 * Terraform's built-in `terraform_data`, for which Terraform starts no provider. A provider that does nothing, on this
 * project's framework, shows how much of the time the framework takes.
 */
export async function noOpPlan(stock: VirtualDirectoryStock): Promise<readonly Figure[]> {
  const { workshop } = stock;
  const idleAddress = await workshop.idleProvider();
  const nullAddress = layNullProvider(workshop.mirror);
  const figures: Figure[] = [];
  for (const { count, rounds, atMost } of SIZES) {
    const plans: { readonly [what: string]: TerraformFolder } = {
      directories: (await stock.of(count)).terraform,
      idle: await deploy(workshop, 'idle', { idle_directory: numbered(count, directory) }, idleAddress),
      data: await deploy(workshop, 'terraform-data', {
        terraform_data: numbered(count, (index) => ({ input: `value ${index}` })),
      }),
      ...(nullAddress === undefined
        ? {}
        : {
            null: await deploy(
              workshop,
              'null',
              { null_resource: numbered(count, (index) => ({ triggers: directory(index) })) },
              nullAddress,
            ),
          }),
    };
    const found: { readonly [what: string]: number } = await medians(
      rounds,
      Object.fromEntries(
        Object.entries(plans).map(([what, folder]) => [
          what,
          async () => (await folder.noOpPlan()).milliseconds,
        ]),
      ),
    );
    const figure = (measured: string, what: string, peer: 'data' | 'null'): Figure => ({
      benchmark: 'no-op-plan',
      measured: `no-op plan, ${measured}: ${count}`,
      value: found[what] ?? NaN,
      unit: 'ms',
      rounds,
      ...against(
        `${peer === 'data' ? '`terraform_data`' : 'hashicorp/null'}: ${count}`,
        found[what],
        found[peer],
      ),
      ...(what === 'directories' ? targetOf(atMost[peer], found[peer]) : {}),
    });
    figures.push(
      figure('virtual directories', 'directories', 'null'),
      figure('virtual directories', 'directories', 'data'),
      figure('objects of a provider that does nothing', 'idle', 'null'),
    );
  }
  return figures;
}

function against(
  measured: string,
  value?: number,
  peer?: number,
): Pick<Figure, 'peer' | 'peerMissing' | 'ratio'> {
  return value === undefined || peer === undefined
    ? { peerMissing: `${PEERS_MIRROR} has no hashicorp/null` }
    : { peer: { measured, value: peer }, ratio: value / peer };
}

function targetOf(atMost: number | undefined, peer: number | undefined): { readonly target?: Target } {
  return atMost === undefined || peer === undefined ? {} : { target: { of: 'ratio', atMost } };
}

function numbered(count: number, attributes: (index: number) => object): object {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`n-${index}`, attributes(index)]));
}

const URL_OF_ALL = 'https://mail.bench.example/owa';
const directory = (index: number) => ({
  server: `EX${index}`,
  internal_url: URL_OF_ALL,
  external_url: URL_OF_ALL,
});

async function deploy(
  workshop: Workshop,
  name: string,
  resource: object,
  provider?: ProviderAddress,
): Promise<TerraformFolder> {
  const terraform = new TerraformFolder(workshop.folder(name), workshop.environment());
  const required = provider === undefined ? {} : { [name]: provider };
  terraform.write({ terraform: { required_providers: required }, resource });
  await terraform.init();
  await terraform.apply();
  return terraform;
}
