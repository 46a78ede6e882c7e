# The connections of this runspace.

# The connection that a command uses: the one that was given, as an object or by name, otherwise the default one.
function Resolve-Connection {
    param($Cmdlet, $Connection)
    if ($Connection -is [psobject]) { $Connection = $Connection.psobject.BaseObject }
    if ($Connection -is (Get-DataType 'Connection')) { return $Connection }
    if ($null -eq $Connection) {
        if ($null -ne $script:DefaultConnection) { return $script:DefaultConnection }
        $Cmdlet.ThrowTerminatingError((New-Failure -Status 'NotConnected' -Message ('There is no connection to a Dynamics 365 environment in this session. ' +
                    'Use Connect-Dynamics365 first, or give -Connection.')))
    }
    foreach ($known in $script:Connections) {
        if ([string]::Equals($known.Name, [string]$Connection, [System.StringComparison]::OrdinalIgnoreCase)) { return $known }
    }
    $names = @(foreach ($known in $script:Connections) { "'$($known.Name)'" })
    $Cmdlet.ThrowTerminatingError((New-Failure -Status 'ConnectionNotFound' -TargetObject $Connection -Message (
                "There is no connection named '$Connection' in this session. Connections: $(if ($names.Length -gt 0) { $names -join ', ' } else { 'none' }).")))
}

# The native client of a connection.
function Get-ClientHandle {
    param($Connection)
    $handle = $Connection.GetHandle()
    if ($handle.IsClosed) {
        throw (New-Failure -Status 'NotConnected' -Target $Connection.Name -Message (
                "The connection '$($Connection.Name)' was closed by Disconnect-Dynamics365. Use Connect-Dynamics365 again."))
    }
    $handle
}

# A native client made of a URL, options and a way to sign in.
function New-ClientHandle {
    param([string] $Url, $Options, $SignIn)
    $native = Get-NativeType
    $configuration = [System.IntPtr]::Zero
    $client = [System.IntPtr]::Zero
    $failure = [System.IntPtr]::Zero
    foreach ($text in @($Url, $SignIn.LoginId) + @($Options.Keys) + @($Options.Values)) { Assert-NativeText $text }
    try {
        $status = $native::d365_config_new($Url, [ref]$configuration, [ref]$failure)
        if ($status -ne 0) { throw (New-NativeFailure -Status $status -NativeError $failure) }
        foreach ($name in $Options.Keys) {
            $status = $native::d365_config_set_option($configuration, $name, $Options[$name], [ref]$failure)
            if ($status -ne 0) { throw (New-NativeFailure -Status $status -NativeError $failure) }
        }
        Set-SignIn -Configuration $configuration -SignIn $SignIn
        $status = $native::d365_client_new($configuration, [ref]$client, [ref]$failure)
        if ($status -ne 0) { throw (New-NativeFailure -Status $status -NativeError $failure) }
        (Get-EmittedType -Library (Get-LibraryPath))['ClientHandle']::new($client)
    }
    finally { if ($configuration -ne [System.IntPtr]::Zero) { $native::d365_config_free($configuration) } }
}

# Asks the environment who is signed in, and keeps the answer in the connection.
function Update-Connection {
    param($Cmdlet, $Connection)
    $answer = ConvertFrom-JsonText (Invoke-Operation -Cmdlet $Cmdlet -Connection $Connection -Function 'd365_who_am_i')
    Set-ConnectionUser -Connection $Connection -Answer $answer
}

function Set-ConnectionUser {
    param($Connection, $Answer)
    $Connection.UserId = $Answer.UserId
    $Connection.BusinessUnitId = $Answer.BusinessUnitId
    $Connection.OrganizationId = $Answer.OrganizationId
    $Connection.ConnectedAt = [datetime]::Now
}

# Writes into a connection what the environment said last about how much it takes. No request is made.
function Update-ConnectionLimit {
    param($Connection)
    $handle = $Connection.GetHandle()
    if ($handle.IsClosed) { return }
    $native = Get-NativeType
    $advised = $native::d365_client_advised_parallelism($handle)
    if ($advised -gt 0) { $Connection.AdvisedParallelism = [int]$advised }
    $requests = $native::d365_client_requests_left($handle)
    if ($requests -ge 0) { $Connection.RequestsLeft = $requests }
    $milliseconds = $native::d365_client_time_left_ms($handle)
    if ($milliseconds -ge 0) { $Connection.TimeLeft = [timespan]::FromMilliseconds($milliseconds) }
}

# Puts a connection into the list in the place of one with the same name, and makes it the default one. The one before it stays
# usable for who holds it.
function Register-Connection {
    param($Connection)
    for ($index = $script:Connections.Count - 1; $index -ge 0; $index--) {
        if ([string]::Equals($script:Connections[$index].Name, $Connection.Name, [System.StringComparison]::OrdinalIgnoreCase)) { $script:Connections.RemoveAt($index) }
    }
    $script:Connections.Add($Connection)
    Set-DefaultConnection $Connection
}

function Set-DefaultConnection {
    param($Connection)
    foreach ($known in $script:Connections) { $known.IsDefault = $false }
    if ($null -ne $Connection) { $Connection.IsDefault = $true }
    $script:DefaultConnection = $Connection
}
