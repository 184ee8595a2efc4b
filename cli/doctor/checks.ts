import { certificates } from './certificates';
import { cmdlets } from './cmdlets';
import type { Check } from './check';
import { authentication, hostKey, session, tls } from './opening';
import { nameResolution, tcp } from './reachability';
import { servers } from './servers';

/** In the order in which a deploy meets them. */
export const CHECKS: readonly Check[] = [
  nameResolution,
  tcp,
  tls,
  hostKey,
  authentication,
  session,
  servers,
  certificates,
  cmdlets,
];
