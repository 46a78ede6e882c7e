# Certificates to sign in with. .NET opens PFX files and certificate stores and signs; the library opens PEM files itself.

# A certificate from a file: PEM, or PFX with its password.
function Add-CertificateFile {
    param($SignIn, [string] $Path, [System.Security.SecureString] $Password)
    try { $bytes = [System.IO.File]::ReadAllBytes($Path) }
    catch { throw (New-CertificateFailure $Path "The certificate file '$Path' can't be read: $($_.Exception.GetBaseException().Message)") }
    if (Test-PemText $bytes) {
        if ($null -ne $Password) {
            [System.Array]::Clear($bytes, 0, $bytes.Length)
            throw (New-CertificateFailure $Path "The certificate file '$Path' is PEM, which is taken without a password only. Leave -CertificatePassword out; decrypt the key by 'openssl pkey', or make a PFX of it.")
        }
        $SignIn.Kind = 'Pem'
        $SignIn.Pem = $bytes
        return
    }
    # The key of a PFX is not to be written to the disk, which the account may not even have a profile on; macOS knows no other way.
    $flags = [System.Security.Cryptography.X509Certificates.X509KeyStorageFlags]32
    if ([System.Runtime.InteropServices.RuntimeInformation]::IsOSPlatform([System.Runtime.InteropServices.OSPlatform]::OSX)) { $flags = [System.Security.Cryptography.X509Certificates.X509KeyStorageFlags]::DefaultKeySet }
    try { $certificate = [System.Security.Cryptography.X509Certificates.X509Certificate2]::new($bytes, $Password, $flags) }
    catch {
        throw (New-CertificateFailure $Path ("The certificate file '$Path' can't be opened: $($_.Exception.GetBaseException().Message) " +
                'Check -CertificatePassword, and that the file is a PFX or PEM with the private key.'))
    }
    finally { [System.Array]::Clear($bytes, 0, $bytes.Length) }
    Add-Signer -SignIn $SignIn -Certificate $certificate
}

# Whether a file is PEM: text that has a line such as '-----BEGIN CERTIFICATE-----'.
function Test-PemText {
    param([byte[]] $Bytes)
    [System.Text.Encoding]::ASCII.GetString($Bytes, 0, [System.Math]::Min($Bytes.Length, 65536)).Contains('-----BEGIN ')
}

# The certificate with this thumbprint and a private key, from the personal stores of the user and of the machine.
function Find-Certificate {
    param([string] $Thumbprint)
    # A thumbprint that was copied from a dialog may have spaces in it, and an invisible character before it.
    $wanted = [regex]::Replace($Thumbprint, '[^0-9A-Fa-f]', '').ToUpperInvariant()
    if ($wanted.Length -ne 40) { throw (New-CertificateFailure $Thumbprint "'$Thumbprint' is no thumbprint: give the 40 hexadecimal digits that the certificate's details show.") }
    $keyless = $false
    foreach ($location in [System.Security.Cryptography.X509Certificates.StoreLocation]::CurrentUser, [System.Security.Cryptography.X509Certificates.StoreLocation]::LocalMachine) {
        $store = [System.Security.Cryptography.X509Certificates.X509Store]::new([System.Security.Cryptography.X509Certificates.StoreName]::My, $location)
        try {
            $store.Open([System.Security.Cryptography.X509Certificates.OpenFlags]'ReadOnly, OpenExistingOnly')
            foreach ($certificate in $store.Certificates) {
                if ($certificate.Thumbprint -ne $wanted) { continue }
                if ($certificate.HasPrivateKey) { return $certificate }
                $keyless = $true
            }
        }
        # Other systems than Windows have no such store of the machine, and one of the user only once something is in it.
        catch [System.Security.Cryptography.CryptographicException] { $null = $_ }
        finally { $store.Dispose() }
    }
    if ($keyless) { throw (New-CertificateFailure $wanted "The certificate $wanted has no private key in the store: import it again together with its key (a PFX).") }
    throw (New-CertificateFailure $wanted ("There is no certificate $wanted in the personal store of this user (CurrentUser\My) or of the machine (LocalMachine\My). " +
            'Import it there, or use -CertificatePath. A service sees the stores of its own account.'))
}

# Lets a certificate's private key sign, which stays where it is.
function Add-Signer {
    param($SignIn, [System.Security.Cryptography.X509Certificates.X509Certificate2] $Certificate)
    $name = $Certificate.Thumbprint
    if (-not $Certificate.HasPrivateKey) { throw (New-CertificateFailure $name "The certificate $name comes without its private key, and so can't be signed in with.") }
    try { $key = [System.Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPrivateKey($Certificate) }
    catch { throw (New-CertificateFailure $name "The private key of the certificate $name can't be used: $($_.Exception.GetBaseException().Message) Check that this account may read it.") }
    if ($null -eq $key) { throw (New-CertificateFailure $name "The private key of the certificate $name is no RSA key, and Microsoft Entra takes no other.") }
    $SignIn.Kind = 'Signer'
    $SignIn.Certificate = $Certificate.RawData
    # Keys of the older kind of provider know no PSS.
    if ($key -is [System.Security.Cryptography.RSACryptoServiceProvider]) { $SignIn.Options['assertion_algorithm'] = 'RS256' }
    $SignIn.Source = New-QuestionSource -Key $key
}

function New-CertificateFailure {
    param([string] $Target, [string] $Message)
    New-Failure -Status 'InvalidConfiguration' -Target $Target -Message $Message
}
