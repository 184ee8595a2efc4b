import { Primitive } from './clixml/primitive';
import type { ClixmlObject } from './clixml/serialize';
import { propertySet } from './enumeration';
import { property } from './property';
import { protocolError } from './remoting-error';
import type { HostValue } from './server/command-host';

/** Our protocol version, which Windows PowerShell 5.1 and PowerShell 7 have as well. Versions 3 and 4 have 2.2. */
export const PROTOCOL_VERSION = '2.3';

/** The version of PowerShell 2.0, the first with remoting. It knows one statement in a pipeline. */
export const FIRST_PROTOCOL_VERSION = '2.1';

/**
 * The protocol version of a PowerShell: 2.0 has 2.1, 3.0 has 2.2, and 5.0 has 2.3 (MS-PSRP 2.2.2.1, and its appendix).
 */
export function protocolVersionOf(powerShellVersion: string): string {
  const major = parseInt(powerShellVersion, 10);
  if (major === 2) return FIRST_PROTOCOL_VERSION;
  return major < 5 ? '2.2' : PROTOCOL_VERSION;
}

/** SESSION_CAPABILITY (MS-PSRP 2.2.2.1). */
export function capability(protocolVersion = PROTOCOL_VERSION): ClixmlObject {
  return propertySet({
    protocolversion: new Primitive('Version', protocolVersion),
    PSVersion: new Primitive('Version', '2.0'),
    SerializationVersion: new Primitive('Version', '1.1.0.1'),
  });
}

/** The peer's protocol version. Any but 2.1 and later 2.x is refused. */
export function checkCapability(value: HostValue): string {
  const version = property(value, 'protocolversion');
  if (typeof version !== 'string' || !/^2\.[1-9]\d?$/.test(version)) {
    const shown = typeof version === 'string' ? version.slice(0, 20) : 'no version';
    throw protocolError(`the peer speaks protocol ${shown}, not 2.1 or a later 2.x`);
  }
  return version;
}
