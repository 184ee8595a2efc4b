import { medians, type Figure } from './measurement';
import { TerraformFolder } from './terraform-folder';
import type { VirtualDirectoryStock } from './virtual-directories';

const SIZES = [
  { count: 1, rounds: 9, atMost: 10 },
  { count: 100, rounds: 7, atMost: 3 },
  { count: 1000, rounds: 3, atMost: 1.5 },
] as const;

/** A plan that finds nothing to do, against the same of as many of Terraform's built-in `terraform_data`. */
export async function noOpPlan(stock: VirtualDirectoryStock): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const { count, rounds, atMost } of SIZES) {
    const { terraform } = await stock.of(count);
    const builtIn = await terraformData(stock, count);
    const { exchange, peer } = await medians(rounds, {
      exchange: async () => (await terraform.noOpPlan()).milliseconds,
      peer: async () => (await builtIn.noOpPlan()).milliseconds,
    });
    figures.push({
      benchmark: 'no-op-plan',
      measured: `no-op plan, virtual directories: ${count}`,
      value: exchange,
      unit: 'ms',
      rounds,
      peer: { measured: `\`terraform_data\`: ${count}`, value: peer },
      ratio: exchange / peer,
      target: { of: 'ratio', atMost },
    });
  }
  return figures;
}

async function terraformData({ workshop }: VirtualDirectoryStock, count: number): Promise<TerraformFolder> {
  const terraform = new TerraformFolder(workshop.folder('terraform-data'), workshop.environment());
  const resources = Array.from({ length: count }, (_, index) => [
    `data-${index}`,
    { input: `value ${index}` },
  ]);
  terraform.write({ resource: { terraform_data: Object.fromEntries(resources) as object } });
  await terraform.init();
  await terraform.apply();
  return terraform;
}
