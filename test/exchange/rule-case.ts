import type { DeclaredFile } from '../../exchange/committed-certificate';
import type { ExchangeSiteProps } from '../../exchange/site';

/** A declaration in which a rule finds something, and what. */
export interface RuleCase {
  readonly when: string;
  readonly rule: string;
  readonly declaration: ExchangeSiteProps;
  /** What lies where the declaration has its certificate file. */
  readonly file?: DeclaredFile;
  readonly path: string;
  readonly problem: string;
  readonly remedy: string;
}
