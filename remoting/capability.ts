import { Primitive } from './clixml/primitive';
import type { ClixmlObject } from './clixml/serialize';
import { propertySet } from './enumeration';
import { property } from './property';
import { protocolError } from './remoting-error';
import type { HostValue } from './server/command-host';

/** What we speak. Windows PowerShell 5.1 and PowerShell 7 speak it, too; 3 and 4 speak 2.2. */
export const PROTOCOL_VERSION = '2.3';

/** What the first version speaks that came with remoting, PowerShell 2.0: one statement in a pipeline. */
export const FIRST_PROTOCOL_VERSION = '2.1';

/** What a PowerShell speaks: 2.1 came with 2.0, 2.2 with 3.0, 2.3 with 5.0 (MS-PSRP 2.2.2.1, and its appendix). */
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

/** The peer's protocol version; refused where it is not 2.1 or a later 2.x. */
export function checkCapability(value: HostValue): string {
  const version = property(value, 'protocolversion');
  if (typeof version !== 'string' || !/^2\.[1-9]\d?$/.test(version)) {
    const shown = typeof version === 'string' ? version.slice(0, 20) : 'no version';
    throw protocolError(`the peer speaks protocol ${shown}, not 2.1 or a later 2.x`);
  }
  return version;
}
