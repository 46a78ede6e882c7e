function Set-Dynamics365UserRole {
    <#
    .SYNOPSIS
    Gives users exactly the given security roles.

    .DESCRIPTION
    Compares the roles that each user holds itself with the given ones, assigns what is missing, and then revokes what is too much. All roles are found before anything
    is changed, and adding comes first: a failure half way never leaves the user without roles, and the error says what was done before it. Where nothing differs
    nothing is sent. The result has one object for each role of the user: Added, Removed or Unchanged. Roles of a disabled user can't be changed.

    .PARAMETER User
    The id of the user (systemuserid), or several; from the pipeline also objects with the property SystemUserId.

    .PARAMETER Role
    The ids or names of all roles that the user is to hold; an empty list takes all roles. A name means the role of that name in the user's own business unit, or in the
    one of -BusinessUnit.

    .PARAMETER BusinessUnit
    The business unit whose roles names mean: its id, its name, or an object with the property BusinessUnitId. Without it, the user's own.

    .PARAMETER ThrottleLimit
    How many changes are made at the same time, 1 to 52. Without it, as many as the environment advises (x-ms-dop-hint), at most 32. The changes of one user are
    made one after the other, and the results come in the order of the inputs.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Set-Dynamics365UserRole -User c0000000-0000-4000-8000-000000000002 -Role 'Sales Manager', 'Basic User'

    The user holds these two roles and no others afterwards.

    .EXAMPLE
    Get-Dynamics365User -BusinessUnit Sales | Set-Dynamics365UserRole -Role Salesperson -WhatIf

    Shows what would have to change for all users of the business unit Sales to hold just that role.

    .INPUTS
    System.String. Ids, or objects with the property SystemUserId.

    .OUTPUTS
    Dynamics365.RoleChange
    #>
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium')]
    [OutputType('Dynamics365.RoleChange')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)] [Alias('SystemUserId', 'Id')] [object[]] $User,
        [Parameter(Mandatory, Position = 1)] [AllowEmptyCollection()] [object[]] $Role,
        $BusinessUnit,
        [ValidateRange(1, 52)] [int] $ThrottleLimit,
        $Connection
    )
    begin {
        . $script:UseCallerPreference
        $target = Resolve-Connection $PSCmdlet $Connection
        $queue = New-ChangeQueue -Cmdlet $PSCmdlet -Connection $target -ThrottleLimit $ThrottleLimit
        $unit = $null
        try {
            if ($null -ne $BusinessUnit) { $unit = Resolve-BusinessUnitId $BusinessUnit }
            $wanted = [string[]]@(foreach ($item in $Role) { Resolve-RoleId $item })
        }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
        $json = ConvertTo-JsonText $wanted
    }
    process {
        foreach ($item in $User) {
            $given = if ($queue.TakesInput) { $_ } else { $item }
            try {
                $id = Resolve-UserId $item
                Add-Change -Queue $queue -InputObject $given -Function 'd365_user_set_roles' -Arguments @($id, $json, $unit) -Target "user $id in $($target.Name)" `
                    -Action "Set roles to '$($wanted -join "', '")'" -Convert { param($Text) ConvertTo-RoleSet $Text }
            }
            catch { Add-ChangeFailure -Queue $queue -ErrorRecord $_ -InputObject $given }
            Step-ChangeQueue $queue
        }
    }
    end { Complete-ChangeQueue $queue }
}
