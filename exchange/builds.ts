import type { Server } from './site';
import { existsIn, ExchangeVersion, isEarlier, type Lifespan, parseBuild } from './versions';

/** https://learn.microsoft.com/exchange/new-features/build-numbers-and-release-dates */
export const SP1_OF_2013 = '15.0.847.32';

/** Whether a server runs Exchange 2013 without Service Pack 1; without a declared build it does not. */
export function lacksSp1({ version, build }: Pick<Server, 'version' | 'build'>): boolean {
  const declared = build === undefined ? undefined : parseBuild(build);
  const sp1 = parseBuild(SP1_OF_2013);
  return (
    version === ExchangeVersion.V2013 &&
    declared !== undefined &&
    sp1 !== undefined &&
    isEarlier(declared, sp1)
  );
}

/** Whether a server has something with this lifespan. Takes its declared build into account, where there is one. */
export function hasOn(lifespan: Lifespan, server: Pick<Server, 'version' | 'build'>): boolean {
  return (
    existsIn(lifespan, server.version) &&
    !(lifespan.since === server.version && lifespan.sinceUpdate === 'SP1' && lacksSp1(server))
  );
}
