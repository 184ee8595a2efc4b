import type { ClixmlObject } from './clixml/serialize';
import { enumeration } from './enumeration';

/** Number of the method that lets a person choose (MS-PSRP 2.2.3.17). */
export const PROMPT_FOR_CHOICE = 26;
/** Of those that nobody answers: a line of text, and the way out of a session that was entered. */
export const WRITE_LINE = 16;
export const POP_RUNSPACE = 53;

/** A method of the client's host, as calls and their answers name it. */
export function hostMethod(name: string, number: number): ClixmlObject {
  return enumeration('System.Management.Automation.Remoting.RemoteHostMethodId', name, number);
}
