import { PLAN_FORMAT_VERSION } from '../exchange/plan/model';
import { isRecord, listIn, type JsonRecord } from './record';

/** A file that was given as a plan is none. */
export class NotAPlan extends Error {
  override readonly name = 'NotAPlan';
}

/**
 * A stack's `exchange-plan.json`. Its parts are not checked yet.
 *
 * @throws NotAPlan where the text is no plan; the message says what it is
 */
export function parsePlan(text: string): JsonRecord {
  let plan: unknown;
  try {
    plan = JSON.parse(text);
  } catch (cause) {
    throw new NotAPlan('not JSON', { cause });
  }
  if (!isRecord(plan) || plan['formatVersion'] !== PLAN_FORMAT_VERSION) {
    throw new NotAPlan(`not an Exchange plan of format ${PLAN_FORMAT_VERSION}`);
  }
  return plan;
}

export function stepsOf(plan: JsonRecord): readonly JsonRecord[] {
  return listIn(plan['steps']).filter(isRecord);
}
