export { DEFAULT_BOUNDS, type Bounds } from './bounds';
export { RemotingError, type RemotingErrorKind, type RemotingFacts } from './remoting-error';
export * from './server/command-host';
export { serve, type ServeOptions } from './server/serve';
export { openSession, type RemotingSession, type SessionOptions } from './session';
export type { ByteChannel, Carrier, CarrierEvents, CarrierOptions, Transport } from './transport';
export type { HostKeyTrust } from './transports/host-key';
export { processTransport, type ProcessOptions } from './transports/process';
export { sshTransport, type SshAuthentication, type SshOptions } from './transports/ssh';
