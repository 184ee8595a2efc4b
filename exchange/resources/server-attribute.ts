import { text } from '../../schema';
import { sameName } from './equality';
import { serverNameProblem } from './host';

/** The server that holds the object, as every resource of a server names it. */
export function serverAttribute(description: string) {
  return text('required', description, {
    identity: true,
    equals: sameName,
    problem: (value) => serverNameProblem(value as string),
  });
}
