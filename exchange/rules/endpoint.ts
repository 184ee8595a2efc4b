import { declaredEndpoints } from '../declared-names';
import { endpointFault } from '../endpoint';
import type { EndpointFault } from '../endpoint';
import type { Rule } from './rule';

/** Messages never show the endpoint itself, because it may contain a password. */
const FOUND: {
  readonly [fault in Exclude<EndpointFault, 'characters'>]: readonly [problem: string, remedy: string];
} = {
  'not-a-url': [
    'this is not a URL',
    'write it as http://server/PowerShell/, https://server/PowerShell/, ssh://user@server:port or process:',
  ],
  password: [
    'there is a password in it, which would be written into cdk.tf.json',
    'take it out, and change it if it was committed; passwords come from the environment',
  ],
  scheme: [
    'its scheme is none of http, https, ssh and process',
    'write it as http://server/PowerShell/, https://server/PowerShell/, ssh://user@server:port or process:',
  ],
  'no-server': [
    'there is no server in it',
    'write it as http://server/PowerShell/, https://server/PowerShell/ or ssh://user@server:port',
  ],
  user: ['there is a user in it', 'take it out; the user comes from EXCHANGE_USER'],
  'no-user': ['there is no user in it', 'write it as ssh://user@server:port'],
};

export const endpoint: Rule = {
  id: 'endpoint',
  severity: 'error',
  description:
    'An endpoint is a URL of a known scheme with a server and without a password, because it is written into the synthesized files.',
  check: ({ site }) =>
    declaredEndpoints(site).flatMap(({ text, path }) => {
      const fault = endpointFault(text);
      // The rule plain-characters reports characters.
      if (fault === undefined || fault === 'characters') return [];
      const [problem, remedy] = FOUND[fault];
      return [{ path, problem, remedy }];
    }),
};
