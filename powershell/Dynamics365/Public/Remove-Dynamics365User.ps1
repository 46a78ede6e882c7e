function Remove-Dynamics365User {
    <#
    .SYNOPSIS
    Refuses to delete users, unless the environment offers that and -Force is given.

    .DESCRIPTION
    Dynamics 365 does not delete users: disable them instead (Disable-Dynamics365User). Some environments have the feature "delete disabled users", a preview that is off
    by default. There, with -Force, the command deletes a user who is disabled and whose account is gone from Microsoft Entra ID: the first time the user is marked as
    deleted, the second time the row goes. It can't be undone.

    .PARAMETER Id
    The id of a user (systemuserid), or several; from the pipeline also objects with the property SystemUserId.

    .PARAMETER Force
    Try to delete the user.

    .PARAMETER ThrottleLimit
    How many changes are made at the same time, 1 to 52. Without it, as many as the environment advises (x-ms-dop-hint), at most 32. The changes of one user are
    made one after the other, and the results come in the order of the inputs.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Remove-Dynamics365User -Id c0000000-0000-4000-8000-000000000004 -Force -WhatIf

    Shows which user would be deleted.

    .INPUTS
    System.String. Ids, or objects with the property SystemUserId.

    .OUTPUTS
    Dynamics365.UserChange
    #>
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('Dynamics365.UserChange')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)] [Alias('SystemUserId')] [object[]] $Id,
        [switch] $Force,
        [ValidateRange(1, 52)] [int] $ThrottleLimit,
        $Connection
    )
    begin {
        . $script:UseCallerPreference
        $target = Resolve-Connection $PSCmdlet $Connection
        $queue = New-ChangeQueue -Cmdlet $PSCmdlet -Connection $target -ThrottleLimit $ThrottleLimit -Impact High
    }
    process {
        foreach ($item in $Id) {
            $given = if ($queue.TakesInput) { $_ } else { $item }
            try {
                $user = Resolve-UserId $item
                if (-not $Force) {
                    throw (New-Failure -Status 'NotSupported' -Target "systemuser $user" -Message ('Deleting users is not supported by Dynamics 365. What to do: disable the user instead ' +
                            "(Disable-Dynamics365User -Id $user). Where the environment has the feature 'delete disabled users', give -Force."))
                }
                Add-Change -Queue $queue -InputObject $given -Function 'd365_user_delete' -Arguments @($user) -Target "user $user in $($target.Name)" `
                    -Action 'Delete user' -Convert { param($Text) ConvertTo-UserChange $PSCmdlet $Text }
            }
            catch { Add-ChangeFailure -Queue $queue -ErrorRecord $_ -InputObject $given }
            Step-ChangeQueue $queue
        }
    }
    end { Complete-ChangeQueue $queue }
}
