function Get-Dynamics365RoleMember {
    <#
    .SYNOPSIS
    Gets the users who hold a security role.

    .DESCRIPTION
    Writes each user who holds the role itself, and then the members of each team that holds it: TeamId and TeamName tell the team. A user who holds the role in several
    ways comes once for each. It takes a few streamed requests, whatever the number of users.

    .PARAMETER Role
    The id or the name of the role; from the pipeline also objects with the property RoleId. A name means the roles of that name in all business units, or in the one of
    -BusinessUnit.

    .PARAMETER BusinessUnit
    Only the role of this business unit: its id, its name, or an object with the property BusinessUnitId.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Get-Dynamics365RoleMember -Role 'System Administrator'

    Gets all System Administrators, whatever their business unit, and those who are it through a team.

    .EXAMPLE
    Get-Dynamics365RoleMember -Role 'Sales Manager' -BusinessUnit Sales | Get-Dynamics365User

    Gets the users behind a role of one business unit.

    .INPUTS
    System.String. Names or ids of roles, or objects with the property RoleId.

    .OUTPUTS
    Dynamics365.RoleMember
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('Dynamics365.RoleMember')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)] [Alias('RoleId', 'Name')] [object[]] $Role,
        $BusinessUnit,
        $Connection
    )
    begin {
        . $script:UseCallerPreference
        $target = Resolve-Connection $PSCmdlet $Connection
        $unit = $null
        try { if ($null -ne $BusinessUnit) { $unit = Resolve-BusinessUnitId $BusinessUnit } }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
    }
    process {
        foreach ($item in $Role) {
            try { Write-Row -Cmdlet $PSCmdlet -Connection $target -Function 'd365_role_members' -Arguments @((Resolve-RoleId $item), $unit) -Type 'RoleMember' }
            catch { Write-Failure $PSCmdlet $_ $item }
        }
    }
}
