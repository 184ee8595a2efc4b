import { memory } from './memory';
import { noOpPlan } from './no-op-plan';
import { start } from './start';
import { VirtualDirectoryStock } from './virtual-directories';
import { Workshop } from './workshop';
async function main() {
  const workshop = await Workshop.create();
  try {
    const stock = new VirtualDirectoryStock(workshop);
    console.log(await start(workshop));
    console.time('1000');
    await stock.of(1000);
    console.timeEnd('1000');
    console.log(await memory(stock));
    console.log(await noOpPlan(stock));
  } finally {
    workshop.remove();
  }
}
void main();
