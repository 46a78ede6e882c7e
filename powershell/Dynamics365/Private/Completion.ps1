# Tab completion: names of roles and business units, columns, connections. It never fails and never takes long: what does not come in time is left out.

# The commands that take -Connection.
$script:ConnectionCommands = @(
    'Add-Dynamics365TeamRole', 'Add-Dynamics365UserRole', 'Disable-Dynamics365User', 'Disconnect-Dynamics365', 'Enable-Dynamics365User',
    'Get-Dynamics365BusinessUnit', 'Get-Dynamics365Change', 'Get-Dynamics365Role', 'Get-Dynamics365RoleMember', 'Get-Dynamics365Team',
    'Get-Dynamics365TeamMember', 'Get-Dynamics365TeamRole', 'Get-Dynamics365User', 'Get-Dynamics365UserRole', 'Invoke-Dynamics365Request',
    'New-Dynamics365User', 'Remove-Dynamics365TeamRole', 'Remove-Dynamics365User', 'Remove-Dynamics365UserRole', 'Set-Dynamics365User',
    'Set-Dynamics365UserBusinessUnit', 'Set-Dynamics365UserRole', 'Test-Dynamics365Connection'
)

# What was read lately, by connection and kind.
$script:CompletionCache = @{}
$script:CompletionLifetime = [timespan]::FromMinutes(5)
$script:CompletionLimit = [timespan]::FromSeconds(2)

# The columns that -Property completes, beside those of the command's own objects.
$script:MoreColumns = @{
    User = @('createdon', 'modifiedon', 'azureactivedirectoryobjectid', 'islicensed', 'caltype', 'parentsystemuserid', 'createdby', 'modifiedby', 'roles',
        'personalemailaddress', 'mobilealertemail', 'preferredphonecode', 'address1_city', 'address1_country', 'address1_line1', 'address1_postalcode',
        'address1_telephone1', 'windowsliveid', 'deletedstate', 'azurestate')
    Role = @('createdon', 'modifiedon', 'parentroleid', 'roletemplateid')
    BusinessUnit = @('createdon', 'modifiedon', 'description', 'divisionname', 'costcenter', 'emailaddress', 'websiteurl')
    Team = @('createdon', 'modifiedon', 'emailaddress', 'azureactivedirectoryobjectid', 'membershiptype')
}

# Completes a word with the names of a kind.
function Complete-Name {
    param([string] $Kind, [string] $Command, [string] $Word, [System.Collections.IDictionary] $Bound)
    try {
        $names = Get-CompletionName -Kind $Kind -Command $Command -Bound $Bound
        $start = $Word.Trim([char[]]@("'", '"'))
        foreach ($name in $names) {
            if (-not $name.StartsWith($start, [System.StringComparison]::OrdinalIgnoreCase)) { continue }
            $text = $name
            if ($name -notmatch '^[A-Za-z0-9_.:/-]+$') { $text = "'" + $name.Replace("'", "''") + "'" }
            [System.Management.Automation.CompletionResult]::new($text, $name, [System.Management.Automation.CompletionResultType]::ParameterValue, $name)
        }
    }
    catch { return }
}

function Get-CompletionName {
    param([string] $Kind, [string] $Command, [System.Collections.IDictionary] $Bound)
    if ($Kind -ceq 'Connection') { foreach ($connection in $script:Connections) { $connection.Name }; return }
    if ($Kind -ceq 'Column') {
        $type = $Command.Replace('Get-Dynamics365', '').Replace('Change', 'User')
        if (-not $script:RowColumns.ContainsKey($type)) { return }
        $names = @((Get-UsualColumn $type).Split(',')) + $script:MoreColumns[$type]
        # Changes have the columns of the table only.
        if ($Command -ceq 'Get-Dynamics365Change') { $names = @(foreach ($name in $names) { if ($name -notin 'roles', 'businessunitname') { $name } }) }
        $names
        return
    }
    $connection = $script:DefaultConnection
    if ($null -ne $Bound -and $Bound.Contains('Connection')) {
        foreach ($known in $script:Connections) { if ($known.Name -eq [string]$Bound['Connection']) { $connection = $known } }
    }
    if ($null -eq $connection) { return }
    $key = "$Kind $($connection.Name) $($connection.Url)"
    $cached = $script:CompletionCache[$key]
    if ($null -ne $cached -and [datetime]::UtcNow - $cached.At -lt $script:CompletionLifetime) { return $cached.Names }
    $function = @{ Role = 'd365_role_list'; BusinessUnit = 'd365_business_unit_list' }[$Kind]
    $read = Read-CompletionName -Connection $connection -Function $function
    if ($read.IsWhole) { $script:CompletionCache[$key] = @{ At = [datetime]::UtcNow; Names = $read.Names } }
    $read.Names
}

# The names in a list, each once, as far as they come in time.
function Read-CompletionName {
    param($Connection, [string] $Function)
    $native = Get-NativeType
    $call = [object[]]@((Get-ClientHandle $Connection), 'name', $null, 'name', [uint64]0, [System.IntPtr]::Zero, [System.IntPtr]::Zero)
    $pointer = [System.IntPtr]::Size
    $batch = [System.IntPtr]::Zero
    $names = [System.Collections.Generic.SortedSet[string]]::new([System.StringComparer]::OrdinalIgnoreCase)
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $isWhole = $false
    try {
        $batch = [System.Runtime.InteropServices.Marshal]::AllocHGlobal(4 * $pointer)
        Invoke-NativeStart -Function $Function -Call $call
        while ($watch.Elapsed -lt $script:CompletionLimit) {
            $failure = [System.IntPtr]::Zero
            $status = $native::d365_rows_next($call[5], [uint32]50, $batch, [ref]$failure)
            if ($failure -ne [System.IntPtr]::Zero) { $native::d365_error_free($failure) }
            if ($status -eq 1) { continue }
            # A certificate signs at once. A token provider may ask a person, who only pressed Tab.
            if ($status -eq $script:AnswerNeeded -and $null -ne $Connection.GetSource().Key) { Send-Answer $Connection; continue }
            $isWhole = $status -eq 2
            if ($status -ne 0) { break }
            $text = Get-NativeText ([System.Runtime.InteropServices.Marshal]::ReadIntPtr($batch)) ([System.Runtime.InteropServices.Marshal]::ReadIntPtr($batch, $pointer))
            foreach ($name in $text.Split([char[]]@([char]0x1F, [char]0x1E), [System.StringSplitOptions]::RemoveEmptyEntries)) { $null = $names.Add($name) }
        }
    }
    finally {
        if ($call[5] -ne [System.IntPtr]::Zero) { $native::d365_rows_free($call[5]) }
        if ($batch -ne [System.IntPtr]::Zero) { [System.Runtime.InteropServices.Marshal]::FreeHGlobal($batch) }
    }
    @{ IsWhole = $isWhole; Names = [string[]]@($names) }
}
