import { medians, type Figure } from './measurement';
import { TerraformFolder } from './terraform-folder';
import type { VirtualDirectoryStock } from './virtual-directories';

const SIZES = [
  { count: 1, rounds: 9, atMost: 10 },
  { count: 100, rounds: 7, atMost: 3 },
  { count: 1000, rounds: 3, atMost: 1.5 },
] as const;

/**
 * A plan that finds nothing to do, against the same of as many of Terraform's built-in `terraform_data`; and the same
 * of a provider on the same framework that does nothing, which is as near to them as this one can come.
 */
export async function noOpPlan(stock: VirtualDirectoryStock): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const { count, rounds, atMost } of SIZES) {
    const { terraform } = await stock.of(count);
    const builtIn = await terraformData(stock, count);
    const idle = await idleProvider(stock, count);
    const found = await medians(rounds, {
      exchange: async () => (await terraform.noOpPlan()).milliseconds,
      idle: async () => (await idle.noOpPlan()).milliseconds,
      peer: async () => (await builtIn.noOpPlan()).milliseconds,
    });
    const against = (measured: string, value: number) => ({
      benchmark: 'no-op-plan',
      measured: `no-op plan, ${measured}: ${count}`,
      value,
      unit: 'ms' as const,
      rounds,
      peer: { measured: `\`terraform_data\`: ${count}`, value: found.peer },
      ratio: value / found.peer,
    });
    figures.push(
      { ...against('virtual directories', found.exchange), target: { of: 'ratio', atMost } },
      against('objects of a provider that does nothing', found.idle),
    );
  }
  return figures;
}

async function idleProvider({ workshop }: VirtualDirectoryStock, count: number): Promise<TerraformFolder> {
  const address = await workshop.idleProvider();
  const terraform = new TerraformFolder(workshop.folder('idle'), workshop.environment());
  const url = 'https://mail.bench.example/owa';
  const resources = Array.from({ length: count }, (_, index) => [
    `directory-${index}`,
    { server: `EX${index}`, internal_url: url, external_url: url },
  ]);
  terraform.write({
    terraform: { required_providers: { idle: address } },
    resource: { idle_directory: Object.fromEntries(resources) as object },
  });
  await terraform.init();
  await terraform.apply();
  return terraform;
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
