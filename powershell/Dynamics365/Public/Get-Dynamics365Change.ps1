function Get-Dynamics365Change {
    <#
    .SYNOPSIS
    Gets what was created, changed or deleted in a table since the last time.

    .DESCRIPTION
    Reads the changes of a table from Dataverse's change tracking. Without a token it writes all rows; the token for the next time is left in the variable that
    -TokenVariable names, or in the file of -TokenFile. Each object has the properties Change (Changed or Deleted) and Id, and the columns of the table; a row that is gone has
    no more than these two. A token lasts 7 days. Where the environment does not track the table's changes, or the token is too old, the error says so: read all rows then.

    .PARAMETER Table
    The table: systemuser, role, businessunit, team, systemuserroles (who holds which role), teamroles or teammembership.

    .PARAMETER Token
    The token of the last time. Without it, all rows.

    .PARAMETER TokenVariable
    The name of a variable that gets the token for the next time, once all rows were written.

    .PARAMETER TokenFile
    A file that the token is read from, where it is there, and that gets the next one, once all rows were written.

    .PARAMETER Property
    Only these columns, by logical name, behind the one of the id. They must be the same each time for one token.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Get-Dynamics365Change -Table systemuser -Property systemuserid, fullname, isdisabled -TokenFile users.token

    Gets all users the first time, and then only those that changed since the last time.

    .EXAMPLE
    Get-Dynamics365Change -Table systemuserroles -TokenVariable token
    Get-Dynamics365Change -Table systemuserroles -Token $token -TokenVariable token

    Reads who holds which role, and later what changed in that.

    .INPUTS
    None.

    .OUTPUTS
    Dynamics365.Change
    #>
    [CmdletBinding(PositionalBinding = $false, DefaultParameterSetName = 'Token')]
    [OutputType('Dynamics365.Change')]
    param(
        [Parameter(Mandatory, Position = 0)] [ValidateSet('systemuser', 'role', 'businessunit', 'team', 'systemuserroles', 'teamroles', 'teammembership')] [string] $Table,
        [Parameter(ParameterSetName = 'Token')] [string] $Token,
        [Parameter(ParameterSetName = 'Token')] [ValidateNotNullOrEmpty()] [string] $TokenVariable,
        [Parameter(Mandatory, ParameterSetName = 'File')] [ValidateNotNullOrEmpty()] [string] $TokenFile,
        [ValidateNotNullOrEmpty()] [string[]] $Property,
        $Connection
    )
    . $script:UseCallerPreference
    $target = Resolve-Connection $PSCmdlet $Connection
    try {
        $table = $Table.ToLowerInvariant()
        $columns = Select-UniqueName $Property
        $usual = [string[]]$script:ChangeColumns[$table]
        # The key leads, whatever is asked for: it names the row.
        $key = $usual[0]
        if ($columns.Length -eq 0) { $columns = $usual }
        else { $columns = [string[]](@(, $key) + @(foreach ($column in $columns) { if ($column -ne $key) { $column } })) }
        $since = $Token
        $file = $null
        if ($PSCmdlet.ParameterSetName -ceq 'File') {
            $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($TokenFile)
            if ([System.IO.File]::Exists($file)) { $since = [System.IO.File]::ReadAllText($file).Trim() }
        }
        if ([string]::IsNullOrEmpty($since)) { $since = $null }
        $next = Write-Row -Cmdlet $PSCmdlet -Connection $target -Function 'd365_changes' -Arguments @($table, ($columns -join ','), $since) -Type 'Change' -Property $columns -Token
        # The token goes out only now that every row was written: a run that breaks off is read again.
        if ($null -ne $file) { Save-TextFile -Path $file -Text $next }
        elseif ($PSBoundParameters.ContainsKey('TokenVariable')) { $PSCmdlet.SessionState.PSVariable.Set($TokenVariable, $next) }
    }
    catch { Write-Failure $PSCmdlet $_ $Table }
}
