function Get-Dynamics365TeamRole {
    <#
    .SYNOPSIS
    Gets the security roles that teams hold.

    .DESCRIPTION
    Writes the roles that are assigned to each team, and which all of its members have.

    .PARAMETER Team
    The id of a team (teamid), or several; from the pipeline also objects with the property TeamId.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Get-Dynamics365Team -Name Sales | Get-Dynamics365TeamRole

    Gets the roles of the team Sales.

    .INPUTS
    System.String. Ids, or objects with the property TeamId.

    .OUTPUTS
    Dynamics365.Role
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('Dynamics365.Role')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)] [Alias('TeamId', 'Id')] [object[]] $Team,
        $Connection
    )
    begin {
        . $script:UseCallerPreference
        $target = Resolve-Connection $PSCmdlet $Connection
    }
    process {
        foreach ($item in $Team) {
            try { Write-Row -Cmdlet $PSCmdlet -Connection $target -Function 'd365_team_roles' -Arguments @((Resolve-TeamId $item), $null) -Type 'Role' }
            catch { Write-Failure $PSCmdlet $_ $item }
        }
    }
}
