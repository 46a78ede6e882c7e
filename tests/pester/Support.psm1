# What the tests share: the server, a connection to it, the connector in a runspace of its own.
# Needs DYNAMICS365_MODULE, DYNAMICS365_CONNECTOR and LOCAL_DATAVERSE_URL: `cargo xtask test` sets them.
# Nothing here needs more commands than the bare engine has, but ConvertFrom-Json.

foreach ($name in 'DYNAMICS365_MODULE', 'DYNAMICS365_CONNECTOR', 'LOCAL_DATAVERSE_URL') {
    if ([string]::IsNullOrEmpty([System.Environment]::GetEnvironmentVariable($name))) {
        throw "The environment variable $name is not set: run the tests by 'cargo xtask test'."
    }
}

$script:Url = $env:LOCAL_DATAVERSE_URL
$script:LoginId = '22222222-2222-4222-8222-222222222222@11111111-1111-4111-8111-111111111111'
$script:Secret = 'local-dataverse-secret'

# The ids of the seed 'contoso'.
$script:Known = @{
    Contoso = 'b0000000-0000-4000-8000-000000000001'; Sales = 'b0000000-0000-4000-8000-000000000002'; Service = 'b0000000-0000-4000-8000-000000000003'
    Adele = 'c0000000-0000-4000-8000-000000000002'; Bruno = 'c0000000-0000-4000-8000-000000000003'; Chiara = 'c0000000-0000-4000-8000-000000000004'
    Dora = 'c0000000-0000-4000-8000-000000000005'; Application = 'c0000000-0000-4000-8000-000000000001'; Nobody = 'ffff0000-0000-4000-8000-000000000009'
    Salesperson = 'a0000003-0000-4000-8000-000000000002'; SalesManager = 'a0000004-0000-4000-8000-000000000002'
    ServiceSalesManager = 'a0000004-0000-4000-8000-000000000003'; SalesTeam = '90000000-0000-4000-8000-000000000002'
}

function Get-Known { $script:Known }
function Get-ServerUrl { $script:Url }
function Get-LoginId { $script:LoginId }
function Get-Secret { $script:Secret }

# Whether the wine that runs this lacks one of these of Windows: names that xtask/src/windows/gaps.c gives, with what shows them. Nothing is
# lacking elsewhere.
function Test-Gap {
    param([string[]] $Name)
    @("$env:DYNAMICS365_GAPS".Split(',') | Where-Object { $Name -contains $_ }).Length -gt 0
}

# A request to the control part of the server.
function Invoke-Control {
    param([string] $Method, [string] $Path, [string] $Body = '')
    $client = [System.Net.WebClient]::new()
    try {
        # The server is on this machine, whatever proxy the system has.
        $client.Proxy = $null
        $client.Encoding = [System.Text.Encoding]::UTF8
        $client.Headers['Content-Type'] = 'application/json'
        if ($Method -eq 'GET') { return $client.DownloadString("$script:Url$Path") }
        $client.UploadString("$script:Url$Path", $Method, $Body)
    }
    finally { $client.Dispose() }
}

# Back to the seed: data, settings, faults, ledger and request log.
function Reset-Server { $null = Invoke-Control POST '_local/reset' }
function Set-ServerSetting { param([string] $Json) $null = Invoke-Control PATCH '_local/settings' $Json }
function Add-ServerFault { param([string] $Json) $null = Invoke-Control POST '_local/faults' $Json }

# The changes since the reset, such as 'update systemusers jobtitle'.
function Get-Change {
    $ledger = ConvertFrom-Json (Invoke-Control GET '_local/ledger')
    foreach ($entry in $ledger.entries) {
        $names = ''
        if ($entry.operation -eq 'update') { $names = ' ' + (@(foreach ($property in $entry.after.psobject.Properties) { $property.Name }) -join ' ') }
        "$($entry.operation) $($entry.entitySet)$names"
    }
}

# The requests of the Web API since the reset, such as 'PATCH 200'.
function Get-Wire {
    $log = ConvertFrom-Json (Invoke-Control GET '_local/requests')
    foreach ($request in $log.requests) { if ($request.path.StartsWith('/api/')) { "$($request.method) $($request.status)" } }
}

# The same with their paths.
function Get-WirePath {
    $log = ConvertFrom-Json (Invoke-Control GET '_local/requests')
    foreach ($request in $log.requests) { "$($request.method) $($request.path)" }
}

function ConvertTo-TestSecureString {
    param([string] $Text)
    $secret = [securestring]::new()
    foreach ($character in $Text.ToCharArray()) { $secret.AppendChar($character) }
    $secret.MakeReadOnly()
    $secret
}

function New-TestCredential {
    param([string] $LoginId = $script:LoginId, [string] $Secret = $script:Secret)
    [pscredential]::new($LoginId, (ConvertTo-TestSecureString $Secret))
}

# Imports the module, and connects to the server, which is as at its start then.
function Connect-TestServer {
    Import-Module -Name $env:DYNAMICS365_MODULE -Global
    Reset-Server
    Disconnect-Dynamics365 -All
    $null = Connect-Dynamics365 -Url $script:Url -Authority $script:Url -Credential (New-TestCredential)
    Reset-Server
}

# The error record that a script block ends with or writes first.
function Get-Failure {
    param([scriptblock] $Action)
    try { $null = & $Action }
    catch { return $_ }
    throw 'The action did not fail.'
}

# The error record of the first use of the module with this native library, in a runspace of its own.
function Get-LibraryFailure {
    param([string] $Library)
    $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
    $shell = [powershell]::Create()
    $before = $env:DYNAMICS365_LIBRARY
    try {
        $env:DYNAMICS365_LIBRARY = $Library
        $runspace.Open()
        $shell.Runspace = $runspace
        $connect = 'Connect-Dynamics365 -Url https://contoso.example -TenantId t -ClientId 22222222-2222-4222-8222-222222222222 -ClientSecret ([securestring]::new()) -SkipTest'
        @($shell.AddScript("Import-Module '$($env:DYNAMICS365_MODULE)'; try { $connect } catch { `$_ }").Invoke())[0]
    }
    finally {
        $env:DYNAMICS365_LIBRARY = $before
        $shell.Dispose()
        $runspace.Dispose()
    }
}

# ---- The connector, as its host runs it ----

# A runspace that has loaded the connector. It is the caller's to dispose.
function New-ConnectorRunspace {
    param([string] $Connector = $env:DYNAMICS365_CONNECTOR)
    $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
    $runspace.Open()
    $shell = [powershell]::Create()
    try {
        $shell.Runspace = $runspace
        $null = $shell.AddScript(". '$($Connector.Replace("'", "''"))'").Invoke()
        if ($shell.HadErrors) { throw "The connector could not be loaded: $($shell.Streams.Error[0])" }
    }
    finally { $shell.Dispose() }
    $runspace
}

# An attribute with one value; -More adds values as pairs of value and operation.
function New-ConnectorAttribute {
    param([string] $Name, $Value, [string] $Operation = 'REPLACE', [object[]] $More = @())
    $values = @([pscustomobject]@{ Value = $Value; Operation = $Operation })
    for ($index = 0; $index -lt $More.Length; $index += 2) { $values += [pscustomobject]@{ Value = $More[$index]; Operation = $More[$index + 1] } }
    [pscustomobject]@{ Name = $Name; Values = $values }
}

# Sets the host's global variables and calls a function of the connector.
function Invoke-Connector {
    param($Runspace, [string] $Function, [string] $Identity = '', [object[]] $Attributes = @(), [string] $Query = '', [string[]] $Requested = @(),
        [string] $Type = 'USER', [string] $LoginId = $script:LoginId, $Secret = $script:Secret, [string] $Url = $script:Url, [hashtable] $Variables = @{})
    $header = [pscustomobject]@{ Type = $Type; Login = $LoginId; Password = $Secret; Url = $Url; IdentityName = $Identity }
    $state = $Runspace.SessionStateProxy
    $state.SetVariable('headerAttributes', $header)
    $state.SetVariable('attributes', $Attributes)
    $state.SetVariable('searchQuery', $Query)
    $state.SetVariable('requestedAttributes', $Requested)
    $state.SetVariable('authority', $script:Url)
    foreach ($name in $Variables.Keys) { $state.SetVariable($name, $Variables[$name]) }
    $shell = [powershell]::Create()
    try {
        $shell.Runspace = $Runspace
        $output = @($shell.AddScript($Function).Invoke())
        $errors = @($shell.Streams.Error)
        $result = $null
        if ($output.Length -gt 0) { $result = $output[0] }
        [pscustomobject]@{ Output = $output; Result = $result; Errors = $errors; Verbose = @($shell.Streams.Verbose); Warnings = @($shell.Streams.Warning) }
    }
    finally { $shell.Dispose() }
}
