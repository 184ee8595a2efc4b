import { protocolError } from '../remoting-error';
import { isList, property } from '../property';
import type { HostValue } from '../server/command-host';

/** A call of a method of the client's host (MS-PSRP 2.2.2.15), whose answer the command waits for. */
export interface HostCall {
  /** Counts from 1 in each pipeline. */
  readonly id: bigint;
  readonly method: { readonly name: string; readonly number: number };
  readonly parameters: readonly HostValue[];
}

/** The call; `undefined` where it only prints or sets something, and has no answer. */
export function readHostCall(value: HostValue): HostCall | undefined {
  const id = property(value, 'ci');
  if (typeof id !== 'number' && typeof id !== 'bigint') throw protocolError('a host call has no number');
  // Real servers number every method without a result -100, and drop an answer to it.
  if (id < 0) return undefined;
  const method = property(value, 'mi');
  if (typeof method !== 'object' || method === null || !('number' in method) || method.number === undefined) {
    throw protocolError('a host call names no method');
  }
  const parameters = property(value, 'mp');
  return {
    id: BigInt(id),
    method: { name: method.text ?? '', number: method.number },
    parameters: isList(parameters) ? parameters : [],
  };
}
