function Set-Dynamics365UserBusinessUnit {
    <#
    .SYNOPSIS
    Moves users to another business unit.

    .DESCRIPTION
    Moves each user to a business unit. Unless the environment is set to keep them, the move removes every role of the user, since roles belong to a
    business unit. With -RestoreRole the user gets the roles of the same names in the new business unit instead; those that have no copy there are told. What a move costs is
    shown before it happens: with -WhatIf, and since the command asks for confirmation unless -Confirm:$false is given. A user that is there already stays as it is.

    .PARAMETER Id
    The id of a user (systemuserid), or several; from the pipeline also objects with the property SystemUserId.

    .PARAMETER BusinessUnitId
    The business unit: its id, its name, or an object with the property BusinessUnitId.

    .PARAMETER RestoreRole
    Give the user the same-named roles of the new business unit: RolesRestored of the result lists them, RolesWithoutCopy those that are not to be had there.

    .PARAMETER ThrottleLimit
    How many changes are made at the same time, 1 to 52. Without it, as many as the environment advises (x-ms-dop-hint), at most 32. The changes of one user are
    made one after the other, and the results come in the order of the inputs.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Set-Dynamics365UserBusinessUnit -Id c0000000-0000-4000-8000-000000000002 -BusinessUnitId Service -RestoreRole

    Moves a user to the business unit Service, with its roles.

    .EXAMPLE
    Get-Dynamics365User -Email adele@contoso.example | Set-Dynamics365UserBusinessUnit -BusinessUnitId Service -WhatIf

    Shows which roles the move would cost.

    .INPUTS
    System.String. Ids, or objects with the property SystemUserId.

    .OUTPUTS
    Dynamics365.UserChange
    #>
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('Dynamics365.UserChange')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)] [Alias('SystemUserId', 'User')] [object[]] $Id,
        [Parameter(Mandatory, Position = 1)] [Alias('BusinessUnit')] $BusinessUnitId,
        [switch] $RestoreRole,
        [ValidateRange(1, 52)] [int] $ThrottleLimit,
        $Connection
    )
    begin {
        . $script:UseCallerPreference
        $target = Resolve-Connection $PSCmdlet $Connection
        $queue = New-ChangeQueue -Cmdlet $PSCmdlet -Connection $target -ThrottleLimit $ThrottleLimit -Impact High
        try { $unit = Resolve-BusinessUnitId $BusinessUnitId }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
        $flags = [uint32]0
        if ($RestoreRole) { $flags = $script:RestoreRoles }
    }
    process {
        foreach ($item in $Id) {
            $given = if ($queue.TakesInput) { $_ } else { $item }
            try {
                $user = Resolve-UserId $item
                Add-Change -Queue $queue -InputObject $given -Function 'd365_user_move' -Arguments @($user, $unit) -Flags $flags `
                    -Target "user $user in $($target.Name)" -Action "Move to business unit $unit" -Convert { param($Text) ConvertTo-UserChange $PSCmdlet $Text }
            }
            catch { Add-ChangeFailure -Queue $queue -ErrorRecord $_ -InputObject $given }
            Step-ChangeQueue $queue
        }
    }
    end { Complete-ChangeQueue $queue }
}
