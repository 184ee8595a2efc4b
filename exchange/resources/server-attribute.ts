import { text } from '../../schema';
import { sameName } from './equality';
import { serverNameProblem } from './host';

/** The attribute with the server that holds the object. Every resource of a server has it. */
export function serverAttribute(description: string) {
  return text('required', description, {
    identity: true,
    equals: sameName,
    problem: (value) => serverNameProblem(value as string),
  });
}
