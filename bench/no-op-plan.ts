import { medians, type Figure } from './measurement';
import type { ProviderAddress } from '../install/mirror';
import { layNullProvider } from './null-provider';
import { TerraformFolder } from './terraform-folder';
import type { VirtualDirectoryStock } from './virtual-directories';
import type { Workshop } from './workshop';

const SIZES = [
  { count: 1, rounds: 9, atMost: 10 },
  { count: 100, rounds: 7, atMost: 3 },
  { count: 1000, rounds: 3, atMost: 1.5 },
] as const;

const DIRECTORIES = 'virtual directories';

/**
 * A plan that finds nothing to do, against the same of as many of Terraform's built-in `terraform_data`; and the same
 * of providers that do nothing, one on the same framework and, where there is one, one in Go on HashiCorp's: as near
 * to the built-in ones as a provider can come.
 */
export async function noOpPlan(stock: VirtualDirectoryStock): Promise<readonly Figure[]> {
  const { workshop } = stock;
  const idleAddress = await workshop.idleProvider();
  const goAddress = layNullProvider(workshop.mirror);
  const figures: Figure[] = [];
  for (const { count, rounds, atMost } of SIZES) {
    const data = numbered(count, (index) => ({ input: `value ${index}` }));
    const idle = { idle_directory: numbered(count, directory) };
    const go = { null_resource: numbered(count, (index) => ({ triggers: directory(index) })) };
    const peer = await deploy(workshop, 'terraform-data', { terraform_data: data });
    const measured: { readonly [what: string]: TerraformFolder } = {
      [DIRECTORIES]: (await stock.of(count)).terraform,
      'objects of a provider that does nothing': await deploy(workshop, 'idle', idle, idleAddress),
      ...(goAddress === undefined
        ? {}
        : {
            'objects of hashicorp/null (Go), which does nothing': await deploy(
              workshop,
              'null',
              go,
              goAddress,
            ),
          }),
    };
    const timed = (folder: TerraformFolder) => async () => (await folder.noOpPlan()).milliseconds;
    const found = await medians(rounds, {
      ...Object.fromEntries(Object.entries(measured).map(([what, folder]) => [what, timed(folder)])),
      peer: timed(peer),
    });
    for (const what of Object.keys(measured)) {
      const value = found[what as keyof typeof found];
      figures.push({
        benchmark: 'no-op-plan',
        measured: `no-op plan, ${what}: ${count}`,
        value,
        unit: 'ms',
        rounds,
        peer: { measured: `\`terraform_data\`: ${count}`, value: found.peer },
        ratio: value / found.peer,
        ...(what === DIRECTORIES ? { target: { of: 'ratio', atMost } } : {}),
      });
    }
  }
  return figures;
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
