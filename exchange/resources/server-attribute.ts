import { text } from '../../schema';
import { sameName } from './equality';
import { serverNameProblem } from './host';

/**
 * The attribute with the server that the object is on, by its computer name. It identifies the object, and the calls of
 * the object run in the session for this server. Objects of the whole organization have no such attribute.
 */
export function serverAttribute(description: string) {
  return text('required', description, {
    identity: true,
    equals: sameName,
    problem: (value) => serverNameProblem(value as string),
  });
}
