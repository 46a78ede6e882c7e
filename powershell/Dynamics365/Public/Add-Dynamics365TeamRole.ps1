function Add-Dynamics365TeamRole {
    <#
    .SYNOPSIS
    Assigns security roles to teams.

    .DESCRIPTION
    Assigns each role to the team, so that all of its members have it. A role that the team holds already is no error: the action of the result is then
    Unchanged. An access team can't hold roles.

    .PARAMETER Team
    The id of the team (teamid); from the pipeline also objects with the property TeamId.

    .PARAMETER Role
    The id or the name of the role, or several; from the pipeline also objects with the property RoleId. A name means the role of that name in the
    team's own business unit, or in the one of -BusinessUnit. Wildcards have no meaning in it.

    .PARAMETER BusinessUnit
    The business unit whose role a name means: its id, its name, or an object with the property BusinessUnitId. Without it, the team's own.

    .PARAMETER ThrottleLimit
    How many changes are made at the same time, 1 to 52. Without it, as many as the environment advises (x-ms-dop-hint), at most 32. The changes of one team are
    made one after the other, and the results come in the order of the inputs.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Get-Dynamics365Team -Name Sales | Add-Dynamics365TeamRole -Role Salesperson

    Gives the role Salesperson to the members of the team Sales.

    .INPUTS
    System.String. Ids; objects with the property TeamId, RoleId, or both.

    .OUTPUTS
    Dynamics365.TeamRoleChange
    #>
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium')]
    [OutputType('Dynamics365.TeamRoleChange')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)] [Alias('TeamId', 'Id')] $Team,
        [Parameter(Mandatory, Position = 1, ValueFromPipeline)] [Alias('RoleId')] [object[]] $Role,
        $BusinessUnit,
        [ValidateRange(1, 52)] [int] $ThrottleLimit,
        $Connection
    )
    begin {
        . $script:UseCallerPreference
        $target = Resolve-Connection $PSCmdlet $Connection
        $queue = New-ChangeQueue -Cmdlet $PSCmdlet -Connection $target -ThrottleLimit $ThrottleLimit
        $roleId = $unit = $null
        $asked = [object]::new()
        try { if ($null -ne $BusinessUnit) { $unit = Resolve-BusinessUnitId $BusinessUnit } }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
    }
    process {
        foreach ($item in $Role) {
            $given = if ($queue.TakesInput) { $_ } else { $item }
            try {
                $holder = Resolve-TeamId $Team
                # Usually it is the same for all teams.
                if (-not [object]::ReferenceEquals($item, $asked)) { $roleId = Resolve-RoleId $item; $asked = $item }
                Add-Change -Queue $queue -InputObject $given -Function 'd365_team_role_assign' -Arguments @($holder, $roleId, $unit) -Target "team $holder in $($target.Name)" `
                    -Action "Assign role '$roleId'" -Convert { param($Text) ConvertTo-TeamRoleChange $Text }
            }
            catch { Add-ChangeFailure -Queue $queue -ErrorRecord $_ -InputObject $given }
            Step-ChangeQueue $queue
        }
    }
    end { Complete-ChangeQueue $queue }
}
