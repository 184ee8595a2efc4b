import type { Outcome, PowerShellObject } from '../../../powershell/outcome';
import { removeCertificate, startLab, type Lab } from './lab';

function objects(outcome: Outcome): readonly PowerShellObject[] {
  if (outcome.kind !== 'objects') throw new Error(JSON.stringify(outcome));
  return outcome.objects;
}

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(async () => {
  await lab.stop();
  removeCertificate();
});

test('opens, calls and closes with the fewest requests', async () => {
  lab.operations();
  const session = await lab.connect();
  expect(lab.operations()).toEqual(['Create', 'Receive']);
  const outcome = await session.invoke({ cmdlet: 'Get-Echo', parameters: { Identity: 'a & <b>' } });
  expect(objects(outcome)).toMatchObject([{ properties: { Name: 'Identity', Value: 'a & <b>' } }]);
  expect(lab.operations()).toEqual(['Command', 'Receive']);
  await session.close();
  expect(lab.operations()).toEqual(['Delete']);
  expect(lab.service.shells).toBe(0);
});
