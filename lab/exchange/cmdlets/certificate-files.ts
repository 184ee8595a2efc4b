import { makePfx, makeSelfSigned, parsePfx, PkiError, readKey } from '../../../pki';
import type { Call } from '../call';
import { changes, reads, type CmdletBehaviour } from '../cmdlet';
import { certificateObject } from '../objects/certificate';
import { certificateState, SETUPS_NAME } from '../setup';
import type { ServerState } from '../state';
import { fileOf } from './files';
import {
  give,
  makeDefault,
  mayReplaceDefault,
  read,
  rpcError,
  targetServer,
  theCertificate,
} from './certificates';

/** https://learn.microsoft.com/powershell/module/exchangepowershell/import-exchangecertificate */
function importCertificate(call: Call): void {
  const server = targetServer(call);
  const data = importedData(call);
  const pfx = openPfx(call, server, data);
  const { thumbprint } = pfx.leaf;
  if (server.certificates.some((state) => state.thumbprint === thumbprint)) {
    throw rpcError(
      call,
      server,
      `Cannot import certificate. A certificate with the thumbprint ${thumbprint} already exists.`,
      'WriteError',
    );
  }
  const state = certificateState(
    { certificate: pfx.leaf, privateKey: pfx.privateKey },
    {
      exportable: call.bound.get('PrivateKeyExportable') === true,
      // An import by path without a friendly name gets this one: the page of Exchange 2007.
      friendlyName: call.text('FriendlyName') ?? (call.has('Path') ? SETUPS_NAME : ''),
    },
  );
  server.certificates.push(state);
  call.write(certificateObject(server, state, call));
}

/** Exchange 2007 reads a file on its own server. The error for a missing file is (unverified). */
function importedData(call: Call): Uint8Array {
  const data = call.bytes('FileData');
  if (data !== undefined) return data;
  const path = call.text('Path');
  if (path === undefined) {
    throw call.error(
      'NotSupportedException',
      'The lab imports FileData or Path only: it has no file shares.',
    );
  }
  const file = fileOf(call, path);
  if (file === undefined)
    throw call.error('FileNotFoundException', `Could not find file '${path}'.`, 'ReadError');
  return file;
}

function openPfx(call: Call, server: ServerState, data: Uint8Array) {
  try {
    return parsePfx(data, call.secret('Password') ?? '');
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    throw rpcError(
      call,
      server,
      'The source data cannot be imported or the wrong password was specified.',
      'ReadError',
    );
  }
}

function exportCertificate(call: Call): void {
  const { server, state } = theCertificate(call);
  const password = call.secret('Password');
  if (password !== undefined && (state.privateKey === null || !state.exportable)) {
    throw rpcError(
      call,
      server,
      'The private key cannot be exported: it is not there, or it is marked as not exportable.',
      'InvalidOperation',
    );
  }
  const certificate = read(state);
  // Without a password only the certificate is exported, without its key.
  const fileData =
    password === undefined
      ? certificate.der
      : makePfx(
          { certificate, privateKey: readKey(Buffer.from(state.privateKey!, 'base64')) },
          { password, ...(state.friendlyName === '' ? {} : { friendlyName: state.friendlyName }) },
        );
  call.write({
    typeNames: [
      'Microsoft.Exchange.Management.SystemConfigurationTasks.BinaryFileDataObject',
      'System.Object',
    ],
    properties: { FileData: fileData },
  });
}

const VALID_YEARS = 5;

/**
 * Gives a new self-signed certificate SMTP. It also becomes the internal transport certificate where the question is
 * answered with yes.
 */
function create(call: Call): void {
  const server = targetServer(call);
  if (call.isSet('GenerateRequest')) {
    throw call.error('NotSupportedException', 'The lab makes self-signed certificates only, no requests.');
  }
  const services = call.list('Services') ?? ['SMTP'];
  const notAfter = new Date(call.now);
  notAfter.setUTCFullYear(call.now.getUTCFullYear() + VALID_YEARS);
  const made = call.once(() =>
    makeSelfSigned({
      commonName: /^CN=([^,]+)/i.exec(call.text('SubjectName') ?? '')?.[1] ?? server.name,
      subjectAlternativeNames: call.list('DomainName') ?? [server.name, server.fqdn],
      notBefore: call.now,
      notAfter,
    }),
  );
  const state = certificateState(made, {
    exportable: call.bound.get('PrivateKeyExportable') === true,
    friendlyName: call.text('FriendlyName') ?? 'Microsoft Exchange',
  });
  const replacesDefault = services.includes('SMTP') && mayReplaceDefault(call, server, state);
  server.certificates.push(state);
  for (const service of services) if (service !== 'None') give(server, state, service);
  if (replacesDefault) makeDefault(server, state);
  call.write(certificateObject(server, state, call));
}

/** The cmdlets that import, export or make certificates. They need a library that reads and writes PFX files. */
export const certificateFiles: readonly CmdletBehaviour[] = [
  changes('Import-ExchangeCertificate', importCertificate),
  reads('Export-ExchangeCertificate', exportCertificate),
  changes('New-ExchangeCertificate', create),
];
