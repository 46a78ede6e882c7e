function Connect-Dynamics365 {
    <#
    .SYNOPSIS
    Connects this session to a Dynamics 365 environment.

    .DESCRIPTION
    Signs in as an application of Microsoft Entra ID with its client secret or its certificate, or with access tokens that you give, asks the
    environment who that is, and makes the connection the default one of this session. Several connections can be open at once: each has a
    name, and every command takes -Connection. A connection with the name of another one takes its place.

    The application needs an application user in the environment, with a security role that allows what the commands are to do.
    Tokens are renewed by themselves. Neither a secret nor a key nor a token appears in what the commands write.

    Where no tenant is given, the environment is asked for it. A secret goes to the sign-in host of the environment's own cloud only, or to
    the one that -Authority names.

    .PARAMETER Url
    The address of the environment, such as https://yourcompany.api.crm4.dynamics.com/.

    .PARAMETER Credential
    Login Id (client_id@tenant_id, or the client id alone) and client secret as a credential, as OpenIAM keeps them.

    .PARAMETER TenantId
    The id (or domain) of the tenant that the application belongs to. Without it, the environment is asked for its tenant.

    .PARAMETER ClientId
    The application (client) id.

    .PARAMETER ClientSecret
    The client secret of the application.

    .PARAMETER CertificatePath
    The path of a file with the certificate of the application and its private key (RSA): PFX, or PEM with an unencrypted key. A PFX is opened
    without writing its key to the disk.

    .PARAMETER CertificatePassword
    The password of the PFX file.

    .PARAMETER CertificateThumbprint
    The thumbprint of the application's certificate in the personal store of the user or of the machine (Cert:\CurrentUser\My,
    Cert:\LocalMachine\My). Its key stays there and signs.

    .PARAMETER Certificate
    The certificate of the application as an object, with its private key.

    .PARAMETER AccessToken
    An access token for the environment, obtained elsewhere. It is used as it is until it ends.

    .PARAMETER TokenProvider
    A script block that gives an access token whenever one is needed: at first, ahead of the end of the one before, and once where the
    environment refuses it. It gets the resource that the token must be for (such as https://yourcompany.crm4.dynamics.com), and writes the
    token as text or SecureString, or an object with AccessToken or Token and ExpiresOn or ExpiresIn, as Get-AzAccessToken does. It runs while
    a command waits, in the runspace that made the connection.

    .PARAMETER ApiPath
    The path of the Web API below the address of the environment; api/data/v9.1/ where it is not given.

    .PARAMETER Authority
    The sign-in host, such as https://login.microsoftonline.us/. Without it, the one that goes with the environment's address.

    .PARAMETER TokenEndpointVersion
    The version of the sign-in host's token end point: 1 or 2 (2 where it is not given).

    .PARAMETER Proxy
    The address of a proxy, or 'none' for no proxy. Without it, the variables HTTPS_PROXY, ALL_PROXY and NO_PROXY, and on Windows the proxy server of
    the account's Internet Options where the variables name none.

    .PARAMETER TimeoutSecond
    How long one request may take (120 seconds where it is not given).

    .PARAMETER ConnectTimeoutSecond
    How long it may take to reach the server (15 seconds where it is not given).

    .PARAMETER MaxTries
    How often a request that can be repeated is tried at most (8 where it is not given).

    .PARAMETER MaxWaitSecond
    How long the waits between the tries of one request may be together (600 seconds where it is not given).

    .PARAMETER PageSize
    How many rows the server is asked for at once in a list: 1 to 5000 (5000 where it is not given).

    .PARAMETER RootCertificate
    The path of a PEM file with a root certificate to trust besides those of the system.

    .PARAMETER Option
    Further settings of the native library by their names, such as @{ max_body_bytes = 1000000 }: about_Dynamics365 lists them.

    .PARAMETER Name
    The name of the connection. Without it, the host of the address.

    .PARAMETER SkipTest
    Make no request: the first command will sign in.

    .EXAMPLE
    Connect-Dynamics365 -Url https://yourcompany.api.crm4.dynamics.com/ -Credential (Get-Credential)

    Asks for the Login Id (client_id@tenant_id) and the secret, and connects.

    .EXAMPLE
    $secret = Read-Host -AsSecureString
    Connect-Dynamics365 -Url https://test.crm4.dynamics.com -TenantId contoso.example -ClientId 22222222-2222-4222-8222-222222222222 -ClientSecret $secret -Name test
    Get-Dynamics365User -Connection test -First 5

    Connects under the name 'test', and uses the connection by its name.

    .EXAMPLE
    Connect-Dynamics365 -Url https://yourcompany.crm4.dynamics.com -ClientId 22222222-2222-4222-8222-222222222222 -CertificateThumbprint 4747A9885C40B058BB6D1166B3526BB1FEC7776C

    Signs in with a certificate of the Windows certificate store; the environment names its tenant.

    .EXAMPLE
    Connect-Dynamics365 -Url https://yourcompany.crm4.dynamics.com -TokenProvider { param($Resource) Get-AzAccessToken -ResourceUrl $Resource }

    Uses the sign-in of the Az module, and asks it for another token when one ends.

    .INPUTS
    None.

    .OUTPUTS
    Dynamics365.Connection
    #>
    [CmdletBinding(PositionalBinding = $false, DefaultParameterSetName = 'Credential')]
    [OutputType('Dynamics365.Connection')]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Url,
        [Parameter(Mandatory, Position = 1, ParameterSetName = 'Credential')] [System.Management.Automation.Credential()] [pscredential] $Credential,
        [Parameter(ParameterSetName = 'ClientSecret')]
        [Parameter(ParameterSetName = 'CertificatePath')]
        [Parameter(ParameterSetName = 'CertificateThumbprint')]
        [Parameter(ParameterSetName = 'Certificate')]
        [ValidateNotNullOrEmpty()] [string] $TenantId,
        [Parameter(Mandatory, ParameterSetName = 'ClientSecret')]
        [Parameter(Mandatory, ParameterSetName = 'CertificatePath')]
        [Parameter(Mandatory, ParameterSetName = 'CertificateThumbprint')]
        [Parameter(Mandatory, ParameterSetName = 'Certificate')]
        [string] $ClientId,
        [Parameter(Mandatory, ParameterSetName = 'ClientSecret')] [securestring] $ClientSecret,
        [Parameter(Mandatory, ParameterSetName = 'CertificatePath')] [string] $CertificatePath,
        [Parameter(ParameterSetName = 'CertificatePath')] [securestring] $CertificatePassword,
        [Parameter(Mandatory, ParameterSetName = 'CertificateThumbprint')] [string] $CertificateThumbprint,
        [Parameter(Mandatory, ParameterSetName = 'Certificate')] [System.Security.Cryptography.X509Certificates.X509Certificate2] $Certificate,
        [Parameter(Mandatory, ParameterSetName = 'AccessToken')] [securestring] $AccessToken,
        [Parameter(Mandatory, ParameterSetName = 'TokenProvider')] [Alias('AccessTokenCallback')] [scriptblock] $TokenProvider,
        [ValidateNotNullOrEmpty()] [string] $ApiPath,
        [ValidateNotNullOrEmpty()] [string] $Authority,
        [ValidateRange(1, 2)] [int] $TokenEndpointVersion,
        [ValidateNotNullOrEmpty()] [string] $Proxy,
        [ValidateRange(1, 86400)] [int] $TimeoutSecond,
        [ValidateRange(1, 3600)] [int] $ConnectTimeoutSecond,
        [ValidateRange(1, 100)] [int] $MaxTries,
        [ValidateRange(0, 86400)] [int] $MaxWaitSecond,
        [ValidateRange(1, 5000)] [int] $PageSize,
        [ValidateNotNullOrEmpty()] [string] $RootCertificate,
        [ValidateNotNull()] [System.Collections.IDictionary] $Option,
        [ValidateNotNullOrEmpty()] [string] $Name,
        [switch] $SkipTest
    )
    . $script:UseCallerPreference
    try {
        $bound = $PSBoundParameters
        $options = [ordered]@{ user_agent = "Dynamics365-PowerShell/$($ExecutionContext.SessionState.Module.Version) PowerShell/$($PSVersionTable.PSVersion)" }
        $texts = [ordered]@{ ApiPath = 'api_path'; Authority = 'authority'; TokenEndpointVersion = 'token_endpoint_version'; Proxy = 'proxy'
            MaxTries = 'max_tries'; PageSize = 'page_size' }
        foreach ($parameter in $texts.Keys) { if ($bound.ContainsKey($parameter)) { $options[$texts[$parameter]] = [string]$bound[$parameter] } }
        $seconds = [ordered]@{ TimeoutSecond = 'timeout_ms'; ConnectTimeoutSecond = 'connect_timeout_ms'; MaxWaitSecond = 'max_wait_ms' }
        foreach ($parameter in $seconds.Keys) { if ($bound.ContainsKey($parameter)) { $options[$seconds[$parameter]] = [string](1000 * [long]$bound[$parameter]) } }
        if ($bound.ContainsKey('RootCertificate')) { $options['root_certificate'] = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($RootCertificate) }

        $signIn = Get-SignIn -Cmdlet $PSCmdlet -Bound $bound
        foreach ($setting in @($signIn.Options.Keys)) { $options[$setting] = $signIn.Options[$setting] }
        if ($bound.ContainsKey('Option')) { foreach ($setting in @($Option.Keys)) { $options[[string]$setting] = [string]$Option[$setting] } }

        $client = New-ClientHandle -Url $Url -Options $options -SignIn $signIn
        $connection = (Get-DataType 'Connection')::new($client, $signIn.Source)
        $connection.Url = $Url
        $connection.ApiPath = 'api/data/v9.1/'
        if ($bound.ContainsKey('ApiPath')) { $connection.ApiPath = $ApiPath }
        $connection.LoginId = $signIn.LoginId
        $connection.Name = $Name
        if (-not $bound.ContainsKey('Name')) {
            $uri = $null
            $connection.Name = $Url
            if ([uri]::TryCreate($Url, [System.UriKind]::Absolute, [ref]$uri)) { $connection.Name = $uri.Authority }
        }
        if (-not $SkipTest) { Update-Connection -Cmdlet $PSCmdlet -Connection $connection }
        Register-Connection $connection
        $connection
    }
    # Without a connection nothing can follow: whatever the failure is, it ends the command.
    catch { $PSCmdlet.ThrowTerminatingError($_) }
}
