import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { site as coexistence20072010 } from '../../environments/coexistence-2007-2010';
import { site as driftedCas } from '../../environments/drifted-cas';
import { site as namespaceModelsBound } from '../../environments/namespace-models-bound';
import { site as namespaceModelsPerService } from '../../environments/namespace-models-per-service';
import { site as namespaceModelsUnbound } from '../../environments/namespace-models-unbound';
import { site as nlbCas2007 } from '../../environments/nlb-cas-2007';
import { site as reverseProxyArr } from '../../environments/reverse-proxy-arr';
import { site as rollingMaintenanceSe } from '../../environments/rolling-maintenance-se';
import { site as siteResilient2010 } from '../../environments/site-resilient-2010';
import { site as twoNodeDag2013 } from '../../environments/two-node-dag-2013';
import { exchangePlan } from '../../exchange/plan/exchange-plan';
import { exchangePlanScript } from '../../exchange/plan/script';
import { resolveSite } from '../../exchange/resolve-site';
import type { ExchangeSiteProps } from '../../exchange/site';

const root = join(__dirname, '../..');
const SITES: { readonly [environment: string]: ExchangeSiteProps } = {
  'coexistence-2007-2010': coexistence20072010,
  'drifted-cas': driftedCas,
  'namespace-models-bound': namespaceModelsBound,
  'namespace-models-per-service': namespaceModelsPerService,
  'namespace-models-unbound': namespaceModelsUnbound,
  'nlb-cas-2007': nlbCas2007,
  'reverse-proxy-arr': reverseProxyArr,
  'rolling-maintenance-se': rollingMaintenanceSe,
  'site-resilient-2010': siteResilient2010,
  'two-node-dag-2013': twoNodeDag2013,
};

test('every environment has a reviewed plan', () => {
  const files = readdirSync(join(root, 'environments')).map((file) => file.replace(/\.ts$/, ''));
  expect(Object.keys(SITES)).toEqual(files.sort());
});

/**
 * `test/environments` compares what synth writes with the same files. Here the plans are made without cdktf and within
 * the tests, so that mutation testing can use what was reviewed.
 */
describe.each(Object.entries(SITES))('the environment %s', (name, declared) => {
  const fromStack = (path: string) => posix.join('../../..', path);
  /** The first line that differs from the reviewed file. Jest would compare all lines with each other, for seconds. */
  const differenceFrom = (file: string, made: string) => {
    const [lines, reviewed] = [made, readFileSync(join(root, 'test/golden', name, file), 'utf8')].map(
      (text) => text.split('\n'),
    ) as [string[], string[]];
    const index = [...lines, ...reviewed].findIndex((_, line) => lines[line] !== reviewed[line]);
    return index === -1 ? undefined : { line: index + 1, made: lines[index], reviewed: reviewed[index] };
  };

  test('has the plan that was reviewed', () => {
    // A copy has no names that were found before (`namespaces.ts` keeps them by declaration).
    const site = { ...declared };
    const plan = exchangePlan(name, site, resolveSite(site));
    expect(differenceFrom('exchange-plan.json', `${JSON.stringify(plan, null, 2)}\n`)).toBeUndefined();
  });

  test('has the script that was reviewed', () => {
    const site = { ...declared };
    const script = exchangePlanScript(name, site, resolveSite(site), fromStack);
    expect(differenceFrom('exchange-plan.ps1', script)).toBeUndefined();
  });
});
