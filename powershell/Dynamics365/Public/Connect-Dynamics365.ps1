function Connect-Dynamics365 {
    <#
    .SYNOPSIS
    Connects this session to a Dynamics 365 environment.

    .DESCRIPTION
    Signs in as an application of Microsoft Entra ID with its client secret (or a given access token), asks the environment who that is,
    and makes the connection the default one of this session. Several connections can be open at once: each has a name, and every command
    takes -Connection. A connection with the name of another one takes its place.

    The application needs an application user in the environment, with a security role that allows what the commands are to do.
    Tokens are renewed by themselves. Neither the secret nor a token appears in what the commands write.

    .PARAMETER Url
    The address of the environment, such as https://yourcompany.api.crm4.dynamics.com/.

    .PARAMETER Credential
    Login Id (client_id@tenant_id) and client secret as a credential, as OpenIAM keeps them.

    .PARAMETER TenantId
    The id (or domain) of the tenant that the application belongs to.

    .PARAMETER ClientId
    The application (client) id.

    .PARAMETER ClientSecret
    The client secret of the application.

    .PARAMETER AccessToken
    An access token for the environment, obtained elsewhere. It is used as it is until it ends.

    .PARAMETER ApiPath
    The path of the Web API below the address of the environment; api/data/v9.1/ where it is not given.

    .PARAMETER Authority
    The sign-in host, such as https://login.microsoftonline.us/. Without it, the one that goes with the environment's address.

    .PARAMETER Proxy
    The address of a proxy, or 'none' for no proxy. Without it, the settings of the system.

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
        [Parameter(Mandatory, ParameterSetName = 'ClientSecret')] [string] $TenantId,
        [Parameter(Mandatory, ParameterSetName = 'ClientSecret')] [string] $ClientId,
        [Parameter(Mandatory, ParameterSetName = 'ClientSecret')] [securestring] $ClientSecret,
        [Parameter(Mandatory, ParameterSetName = 'AccessToken')] [securestring] $AccessToken,
        [ValidateNotNullOrEmpty()] [string] $ApiPath,
        [ValidateNotNullOrEmpty()] [string] $Authority,
        [ValidateNotNullOrEmpty()] [string] $Proxy,
        [ValidateRange(1, 86400)] [int] $TimeoutSecond,
        [ValidateRange(1, 3600)] [int] $ConnectTimeoutSecond,
        [ValidateRange(1, 100)] [int] $MaxTries,
        [ValidateRange(0, 86400)] [int] $MaxWaitSecond,
        [ValidateRange(1, 5000)] [int] $PageSize,
        [ValidateNotNullOrEmpty()] [string] $RootCertificate,
        [ValidateNotNullOrEmpty()] [string] $Name,
        [switch] $SkipTest
    )
    . $script:UseCallerPreference
    try {
        $bound = $PSBoundParameters
        $options = [ordered]@{ user_agent = "Dynamics365-PowerShell/$($ExecutionContext.SessionState.Module.Version) PowerShell/$($PSVersionTable.PSVersion)" }
        $texts = [ordered]@{ ApiPath = 'api_path'; Authority = 'authority'; Proxy = 'proxy'; MaxTries = 'max_tries'; PageSize = 'page_size' }
        foreach ($parameter in $texts.Keys) { if ($bound.ContainsKey($parameter)) { $options[$texts[$parameter]] = [string]$bound[$parameter] } }
        $seconds = [ordered]@{ TimeoutSecond = 'timeout_ms'; ConnectTimeoutSecond = 'connect_timeout_ms'; MaxWaitSecond = 'max_wait_ms' }
        foreach ($parameter in $seconds.Keys) { if ($bound.ContainsKey($parameter)) { $options[$seconds[$parameter]] = [string](1000 * [long]$bound[$parameter]) } }
        if ($bound.ContainsKey('RootCertificate')) { $options['root_certificate'] = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($RootCertificate) }

        $loginId = ''
        $isToken = $PSCmdlet.ParameterSetName -ceq 'AccessToken'
        if ($isToken) { $given = $AccessToken }
        elseif ($PSCmdlet.ParameterSetName -ceq 'Credential') { $loginId = $Credential.UserName; $given = $Credential.Password }
        else { $loginId = "$ClientId@$TenantId"; $given = $ClientSecret }
        $client = New-ClientHandle -Url $Url -Options $options -SetCredential {
            param($Configuration)
            $native = Get-NativeType
            # The block runs inside functions of the module: it may only use names that none of them has.
            Use-SecretByte -Secret $given -Action {
                param($Bytes, $Count)
                $failure = [System.IntPtr]::Zero
                if ($isToken) { $status = $native::d365_config_set_access_token($Configuration, $Bytes, [System.IntPtr]$Count, [ref]$failure) }
                else { $status = $native::d365_config_set_secret($Configuration, $loginId, $Bytes, [System.IntPtr]$Count, [ref]$failure) }
                if ($status -ne 0) { throw (New-NativeFailure -Status $status -NativeError $failure) }
            }
        }

        $connection = (Get-DataType 'Connection')::new($client)
        $connection.Url = $Url
        $connection.ApiPath = 'api/data/v9.1/'
        if ($bound.ContainsKey('ApiPath')) { $connection.ApiPath = $ApiPath }
        $connection.LoginId = $loginId
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
