import type { ErrorRecord } from '../../powershell/outcome';
import type { Bounds } from '../bounds';
import { parseElement } from '../clixml/element';
import { readErrorRecord } from '../error-record';
import { property } from '../property';
import type { HostValue } from './command-host';

/** A client's answer to a host call (MS-PSRP 2.2.2.28). */
export interface HostResponse {
  readonly call: bigint;
  readonly answer:
    | { readonly kind: 'number'; readonly number: number }
    | { readonly kind: 'error'; readonly error: ErrorRecord }
    | { readonly kind: 'nothing' }
    /** A result that is no 32-bit number. */
    | { readonly kind: 'other' };
}

/**
 * The properties without which an object is not taken for an ErrorRecord (measured with PowerShell 7.6; only
 * InvocationInfo may be missing).
 */
const NEEDED = [
  'Exception',
  'TargetObject',
  'FullyQualifiedErrorId',
  'ErrorCategory_Category',
  'ErrorCategory_Activity',
  'ErrorCategory_Reason',
  'ErrorCategory_TargetName',
  'ErrorCategory_TargetType',
  'ErrorCategory_Message',
  'SerializeExtendedInfo',
];

/**
 * The answer of a PIPELINE_HOST_RESPONSE; `undefined` where it is malformed: a real server drops it without a word, and
 * the command goes on waiting.
 *
 * @param value the content of the message
 * @param data its CLIXML, which tells 32-bit numbers from others
 */
export function readHostResponse(
  value: HostValue,
  data: string,
  bounds: Pick<Bounds, 'maxDepth' | 'maxValues'>,
): HostResponse | undefined {
  const id = property(value, 'ci');
  const method = property(value, 'mi');
  if (typeof id !== 'number' && typeof id !== 'bigint') return undefined;
  if (typeof method !== 'object' || method === null || !('number' in method)) return undefined;
  const call = BigInt(id);
  const error = property(value, 'me') ?? null;
  if (error !== null) {
    const isWhole = NEEDED.every((name) => property(error, name) !== undefined);
    return isWhole ? { call, answer: { kind: 'error', error: readErrorRecord(error) } } : undefined;
  }
  const result = property(value, 'mr') ?? null;
  if (result === null) return { call, answer: { kind: 'nothing' } };
  if (typeof result !== 'number' || resultTag(data, bounds) !== 'I32')
    return { call, answer: { kind: 'other' } };
  return { call, answer: { kind: 'number', number: result } };
}

/** The tag of the element that holds the result. */
function resultTag(data: string, bounds: Pick<Bounds, 'maxDepth' | 'maxValues'>): string | undefined {
  const members = parseElement(data, bounds).children.flatMap(({ children }) => children);
  return members.find(({ attributes }) => attributes['N'] === 'mr')?.name;
}
