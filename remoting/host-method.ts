import type { ClixmlObject } from './clixml/serialize';
import { enumeration } from './enumeration';

/** Number of the method that lets a person choose (MS-PSRP 2.2.3.17). */
export const PROMPT_FOR_CHOICE = 26;

/** A method of the client's host, as calls and their answers name it. */
export function hostMethod(name: string, number: number): ClixmlObject {
  return enumeration('System.Management.Automation.Remoting.RemoteHostMethodId', name, number);
}
