import type { Invocation } from '../../powershell/invocation';
import type { CertificateProbe, PageProbe } from '../resources';

/** The function of the script that makes a check from the runner. */
const LOOK = 'Test-ShownCertificate';

/** The call of that function. It returns the problems that it finds with what the server presents. */
export function lookOf({ host, port, thumbprint, ...probe }: CertificateProbe | PageProbe): Invocation {
  return {
    cmdlet: LOOK,
    parameters: {
      HostName: host,
      Port: port,
      Name: probe.kind === 'page' ? host : probe.name,
      Thumbprint: thumbprint,
      ...(probe.kind === 'page' ? { Path: probe.path } : {}),
    },
  };
}

/**
 * The TLS versions are passed explicitly, because `SslStream` in an unconfigured Windows PowerShell offers TLS 1.0 at
 * most: https://learn.microsoft.com/dotnet/framework/network-programming/tls
 */
export const LOOK_FUNCTION = `# What is wrong with the certificate that a server shows for a name, or with its answer to a request for a path. Whether the
# certificate is trusted is not judged: its hash is compared, so that no other one passes, and no credentials are sent.
function ${LOOK} {
    param([string] $HostName, [int] $Port, [string] $Name, [string] $Thumbprint, [string] $Path)

    $client = New-Object -TypeName System.Net.Sockets.TcpClient -ArgumentList $HostName, $Port
    try {
        $client.SendTimeout = 10000
        $client.ReceiveTimeout = 10000
        $stream = New-Object -TypeName System.Net.Security.SslStream -ArgumentList @(
            $client.GetStream(), $false, { $true }
        )
        $known = [System.Enum]::GetNames([System.Security.Authentication.SslProtocols])
        $offered = @('Tls', 'Tls11', 'Tls12' | Where-Object { $known -contains $_ }) -join ', '
        $stream.AuthenticateAsClient($Name, $null, [System.Security.Authentication.SslProtocols] $offered, $false)
        $shown = $stream.RemoteCertificate.GetCertHashString()
        if ($shown -ne $Thumbprint) {
            return ($HostName + ':' + $Port + ' shows the certificate ' + $shown + ' for ' + $Name + ', not ' + $Thumbprint)
        }
        if ($Path -eq '') { return }
        $end = [string] [char] 13 + [char] 10
        $request = @(('GET ' + $Path + ' HTTP/1.1'), ('Host: ' + $HostName), 'Connection: close', '', '') -join $end
        $bytes = [System.Text.Encoding]::ASCII.GetBytes($request)
        $stream.Write($bytes, 0, $bytes.Length)
        $reader = New-Object -TypeName System.IO.StreamReader -ArgumentList $stream
        $status = $reader.ReadLine()
        if ($status -notmatch '^HTTP/1\\.[01] 200( |$)') {
            return ('https://' + $HostName + $Path + ' answers ' + $status + ', not 200')
        }
        if ($reader.ReadToEnd() -notmatch '200 OK') {
            return ('https://' + $HostName + $Path + ' answers with another page than that of Managed Availability')
        }
    } finally {
        $client.Close()
    }
}`;
