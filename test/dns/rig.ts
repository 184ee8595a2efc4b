import { randomBytes } from 'node:crypto';

import { DnsClient, type Transport } from '../../dns/client';
import { type TsigAlgorithm, tsigKey } from '../../dns/tsig';
import type { ZoneDeclaration } from '../../lab/dns/zone';

export interface RigKey {
  readonly name: string;
  readonly algorithm: TsigAlgorithm;
  /** Base64. */
  readonly secret: string;
}

export interface RigOptions {
  /** Both servers get the same zones: start of authority, name server and its address, and the records. */
  readonly zones: readonly ZoneDeclaration[];
  /** May change every zone. */
  readonly keys: readonly RigKey[];
  /** Kerberos signs the updates in place of keys; of BIND only. */
  readonly kerberos?: {
    /** Holds the key of `DNS/localhost`. */
    readonly keytab: string;
    /** May change every zone: `admin@LAB.TEST`. */
    readonly principal: string;
    readonly environment: { readonly [name: string]: string };
  };
}

/** A running DNS server on the loopback address. */
export interface DnsRig {
  readonly kind: 'BIND' | 'lab';
  readonly address: string;
  readonly port: number;
  /** Ends it for sure; may be called twice. */
  stop(): Promise<void>;
}

export function newKey(algorithm: TsigAlgorithm = 'hmac-sha256', name = 'update.'): RigKey {
  return { name, algorithm, secret: randomBytes(32).toString('base64') };
}

/** Our own client for a rig. */
export function clientOf(
  server: { readonly address: string; readonly port: number },
  key?: RigKey,
  transport: Transport = 'udp',
  timeoutMs = 5000,
): DnsClient {
  return new DnsClient({
    server: server.address,
    port: server.port,
    transport,
    timeoutMs,
    retries: 0,
    ...(key === undefined ? {} : { key: tsigKey(key.name, key.algorithm, key.secret) }),
  });
}

/** Addresses (A) that a server gives for a name, sorted. */
export async function addressesOf(
  server: { readonly address: string; readonly port: number },
  name: string,
): Promise<readonly string[]> {
  const { answers } = await clientOf(server).query(`${name}.`, 'A');
  return answers.map(({ data }) => (data as { readonly address: string }).address).sort();
}
