import type { Invocation } from '../../powershell/invocation';
import type { Probe } from '../resources';

/** The function of the script that looks. */
const LOOK = 'Test-ShownCertificate';

/** The call of that function: what it returns is wrong with what the server shows. */
export function lookOf({ host, port, thumbprint, ...probe }: Probe): Invocation {
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
 * `SslStream` without the protocols named would offer TLS 1.0 at most in a Windows PowerShell that nobody told otherwise:
 * https://learn.microsoft.com/dotnet/framework/network-programming/tls
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
