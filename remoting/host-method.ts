import type { ClixmlObject } from './clixml/serialize';
import { enumeration } from './enumeration';

/** Number of the host method by which a person makes a choice (MS-PSRP 2.2.3.17). */
export const PROMPT_FOR_CHOICE = 26;
/** Numbers of host methods without an answer: to write a line, and to leave a session that was entered. */
export const WRITE_LINE = 16;
export const POP_RUNSPACE = 53;

/** A method of the client's host, as a call and its answer name it. */
export function hostMethod(name: string, number: number): ClixmlObject {
  return enumeration('System.Management.Automation.Remoting.RemoteHostMethodId', name, number);
}
