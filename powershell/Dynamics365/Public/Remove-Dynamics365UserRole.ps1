function Remove-Dynamics365UserRole {
    <#
    .SYNOPSIS
    Takes security roles away from users.

    .DESCRIPTION
    Revokes each role. A role that the user does not hold is no error: the action of the result is then Unchanged.
    Roles of a disabled user can't be changed; enable the user first.

    .PARAMETER User
    The id of the user (systemuserid); from the pipeline also objects with the property SystemUserId.

    .PARAMETER Role
    The id or the name of the role, or several; from the pipeline also objects with the property RoleId. A name means the role of that name in the
    user's own business unit, or in the one of -BusinessUnit. Wildcards have no meaning in it.

    .PARAMETER BusinessUnit
    The business unit whose role a name means: its id, its name, or an object with the property BusinessUnitId. Without it, the user's own.

    .PARAMETER ThrottleLimit
    How many changes are made at the same time, 1 to 52. Without it, as many as the environment advises (x-ms-dop-hint), at most 32. The changes of one user are
    made one after the other, and the results come in the order of the inputs.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Remove-Dynamics365UserRole -User c0000000-0000-4000-8000-000000000002 -Role a0000003-0000-4000-8000-000000000002

    Revokes a role by its id.

    .EXAMPLE
    Get-Dynamics365User -Disabled | Get-Dynamics365UserRole | Remove-Dynamics365UserRole -WhatIf

    Shows which roles disabled users would lose.

    .INPUTS
    System.String. Ids; objects with the property SystemUserId, RoleId, or both.

    .OUTPUTS
    Dynamics365.RoleChange
    #>
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium')]
    [OutputType('Dynamics365.RoleChange')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)] [Alias('SystemUserId', 'Id')] $User,
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
                $holder = Resolve-UserId $User
                # Usually it is the same for all users.
                if (-not [object]::ReferenceEquals($item, $asked)) { $roleId = Resolve-RoleId $item; $asked = $item }
                Add-Change -Queue $queue -InputObject $given -Function 'd365_role_revoke' -Arguments @($holder, $roleId, $unit) -Target "user $holder in $($target.Name)" `
                    -Action "Revoke role '$roleId'" -Convert { param($Text) ConvertTo-RoleChange $Text }
            }
            catch { Add-ChangeFailure -Queue $queue -ErrorRecord $_ -InputObject $given }
            Step-ChangeQueue $queue
        }
    }
    end { Complete-ChangeQueue $queue }
}
