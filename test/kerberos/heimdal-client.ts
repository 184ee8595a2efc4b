import { gssSystem } from '../../kerberos/gssapi/system';
import { withRealm } from '../../kerberos/problem';

/** Asks the library for a token on another thread, and comes to its end by itself: `<library> <service>`. */
async function main([file = '', service = '']: readonly string[]): Promise<void> {
  const context = gssSystem({ file, packed: false }, withRealm).initiate({ service });
  await context.token();
  context.close();
}

void main(process.argv.slice(2));
