function Get-Dynamics365Team {
    <#
    .SYNOPSIS
    Gets teams of a Dynamics 365 environment.

    .DESCRIPTION
    Gets teams by id, or those that fit all that is asked for; without any condition, all teams. Every business unit has a default team of its name, to which all of
    its users belong. TeamType is 0 for an owner team, 1 for an access team, 2 and 3 for the teams of a security or Office group.

    .PARAMETER Id
    The id of a team (teamid), or several; from the pipeline also objects with the property TeamId.

    .PARAMETER Name
    The name, with wildcards (*, ?, [abc]); a backtick takes a wildcard's meaning away.

    .PARAMETER BusinessUnit
    Only teams of this business unit: its id, its name, or an object with the property BusinessUnitId.

    .PARAMETER Filter
    An OData filter over the columns of team, such as 'isdefault eq false'.

    .PARAMETER Property
    Only these columns, by logical name: rows are then objects with these properties, spelled as given.

    .PARAMETER First
    At most this many teams.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Get-Dynamics365Team -Name 'Sales*'

    Gets the teams whose names begin with Sales.

    .EXAMPLE
    Get-Dynamics365Team -Filter 'isdefault eq false' | Get-Dynamics365TeamMember

    Gets the members of all teams that are not default ones.

    .INPUTS
    System.String. Ids, or objects with the property TeamId.

    .OUTPUTS
    Dynamics365.Team
    #>
    [CmdletBinding(PositionalBinding = $false, DefaultParameterSetName = 'Search')]
    [OutputType('Dynamics365.Team')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ParameterSetName = 'Id')] [Alias('TeamId')] [object[]] $Id,
        [Parameter(ParameterSetName = 'Search')] [ValidateNotNullOrEmpty()] [SupportsWildcards()] [string] $Name,
        [Parameter(ParameterSetName = 'Search')] [ValidateNotNullOrEmpty()] $BusinessUnit,
        [Parameter(ParameterSetName = 'Search')] [ValidateNotNullOrEmpty()] [string] $Filter,
        [Parameter(ParameterSetName = 'Search')] [ValidateRange(1, [long]::MaxValue)] [long] $First,
        [ValidateNotNullOrEmpty()] [string[]] $Property,
        $Connection
    )
    begin {
        . $script:UseCallerPreference
        $target = Resolve-Connection $PSCmdlet $Connection
        $columns = Select-UniqueName $Property
        $bound = $PSBoundParameters
    }
    process {
        if ($PSCmdlet.ParameterSetName -ceq 'Id') {
            foreach ($item in $Id) {
                try {
                    $team = Resolve-TeamId $item
                    $found = Write-Row -Cmdlet $PSCmdlet -Connection $target -Function 'd365_team_list' -Arguments @((Join-Column $columns), (Get-IdFilter 'teamid' $team), $null, [uint64]1) -Type 'Team' -Property $columns -Count
                    if ($found -eq 0) { throw (New-Failure -Status 'TeamNotFound' -Target "team $team" -Message "There is no team with the id $team.") }
                }
                catch { Write-Failure $PSCmdlet $_ $item }
            }
            return
        }
        try {
            $conditions = @()
            if ($bound.ContainsKey('BusinessUnit')) { $conditions += Get-UnitFilter $BusinessUnit }
            if ($bound.ContainsKey('Filter')) { $conditions += $Filter }
            $rows = @{ Cmdlet = $PSCmdlet; Connection = $target; Function = 'd365_team_list'; Type = 'Team'; Property = $columns }
            Write-SearchRow -Rows $rows -Asked (Join-Column $columns) -Name $Name -NameColumn 'name' -Condition $conditions -First $First
        }
        catch { Write-Failure $PSCmdlet $_ }
    }
}
