# Ways to sign in: what the parameters of Connect-Dynamics365 come to, and how the library is told.
#
# A sign-in is a hashtable: Kind (Secret, Token, Pem, Signer or Provider), LoginId, what the kind needs, the Options that it sets, and
# Source, which is what answers the questions of the library later on (Question.ps1).

# The sign-in for the parameters of Connect-Dynamics365.
function Get-SignIn {
    param($Cmdlet, $Bound)
    $loginId = ''
    if ($Bound.ContainsKey('ClientId')) { $loginId = $Bound['ClientId'].Trim() }
    if ($Bound.ContainsKey('TenantId')) { $loginId = "$loginId@$($Bound['TenantId'].Trim())" }
    $signIn = @{ Kind = $Cmdlet.ParameterSetName; LoginId = $loginId; Options = @{}; Source = $null }
    switch -CaseSensitive ($Cmdlet.ParameterSetName) {
        'Credential' {
            $signIn.Kind = 'Secret'
            $signIn.LoginId = $Bound['Credential'].UserName
            $signIn.Secret = $Bound['Credential'].Password
        }
        'ClientSecret' { $signIn.Kind = 'Secret'; $signIn.Secret = $Bound['ClientSecret'] }
        'AccessToken' { $signIn.Kind = 'Token'; $signIn.Secret = $Bound['AccessToken'] }
        'TokenProvider' { $signIn.Kind = 'Provider'; $signIn.Source = New-QuestionSource -Provider $Bound['TokenProvider'] }
        'CertificatePath' { Add-CertificateFile -SignIn $signIn -Path ($Cmdlet.GetUnresolvedProviderPathFromPSPath($Bound['CertificatePath'])) -Password $Bound['CertificatePassword'] }
        'CertificateThumbprint' { Add-Signer -SignIn $signIn -Certificate (Find-Certificate $Bound['CertificateThumbprint']) }
        'Certificate' { Add-Signer -SignIn $signIn -Certificate $Bound['Certificate'] }
    }
    $signIn
}

# Tells a configuration of the library how to sign in. Secrets go over as bytes that are cleared afterwards.
function Set-SignIn {
    param([System.IntPtr] $Configuration, $SignIn)
    $native = Get-NativeType
    $failure = [System.IntPtr]::Zero
    $none = [System.IntPtr]::Zero
    switch -CaseSensitive ($SignIn.Kind) {
        'Provider' { $status = $native::d365_config_set_token_source($Configuration, $none, $none, $none, [ref]$failure) }
        'Signer' {
            $certificate = $SignIn.Certificate
            $status = $native::d365_config_set_certificate_signer($Configuration, $SignIn.LoginId, $certificate, [System.IntPtr]$certificate.Length, $none, $none, $none, [ref]$failure)
        }
        'Pem' {
            $pem = $SignIn.Pem
            try { $status = $native::d365_config_set_certificate($Configuration, $SignIn.LoginId, $pem, [System.IntPtr]$pem.Length, [ref]$failure) }
            finally { [System.Array]::Clear($pem, 0, $pem.Length) }
        }
        default {
            # The block runs inside of a function of the module: it may only use names that this one does not have.
            Use-SecretByte -Secret $SignIn.Secret -Action {
                param($Utf8, $Count)
                $refused = [System.IntPtr]::Zero
                if ($SignIn.Kind -ceq 'Token') { $answer = $native::d365_config_set_access_token($Configuration, $Utf8, [System.IntPtr]$Count, [ref]$refused) }
                else { $answer = $native::d365_config_set_secret($Configuration, $SignIn.LoginId, $Utf8, [System.IntPtr]$Count, [ref]$refused) }
                if ($answer -ne 0) { throw (New-NativeFailure -Status $answer -NativeError $refused) }
            }
            $status = 0
        }
    }
    if ($status -ne 0) { throw (New-NativeFailure -Status $status -NativeError $failure) }
}
