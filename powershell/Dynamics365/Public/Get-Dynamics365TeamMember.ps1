function Get-Dynamics365TeamMember {
    <#
    .SYNOPSIS
    Gets the users who belong to teams.

    .DESCRIPTION
    Writes the members of each team. The members of a default team are the users of its business unit.

    .PARAMETER Team
    The id of a team (teamid), or several; from the pipeline also objects with the property TeamId.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Get-Dynamics365Team -Name Sales | Get-Dynamics365TeamMember

    Gets the members of the team Sales.

    .INPUTS
    System.String. Ids, or objects with the property TeamId.

    .OUTPUTS
    Dynamics365.User
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('Dynamics365.User')]
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
            try { Write-Row -Cmdlet $PSCmdlet -Connection $target -Function 'd365_team_members' -Arguments @((Resolve-TeamId $item), (Get-UsualColumn 'User')) -Type 'User' }
            catch { Write-Failure $PSCmdlet $_ $item }
        }
    }
}
