function Disable-Dynamics365User {
    <#
    .SYNOPSIS
    Disables users.

    .DESCRIPTION
    Sets isdisabled of each user to true. A user that is disabled already stays as it is: the action of the result is then Unchanged.
    Dynamics 365 does not delete users; disabling is what takes its place. A user keeps its roles, and they can't be changed while it is disabled.

    .PARAMETER Id
    The id of a user (systemuserid), or several; from the pipeline also objects with the property SystemUserId.

    .PARAMETER ThrottleLimit
    How many changes are made at the same time, 1 to 52. Without it, as many as the environment advises (x-ms-dop-hint), at most 32. The changes of one user are
    made one after the other, and the results come in the order of the inputs.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Disable-Dynamics365User -Id c0000000-0000-4000-8000-000000000002

    Disables a user.

    .EXAMPLE
    Get-Dynamics365User -Email bruno@contoso.example | Disable-Dynamics365User -Confirm

    Asks before it disables the user.

    .INPUTS
    System.String. Ids, or objects with the property SystemUserId.

    .OUTPUTS
    Dynamics365.UserChange
    #>
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium')]
    [OutputType('Dynamics365.UserChange')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)] [Alias('SystemUserId')] [object[]] $Id,
        [ValidateRange(1, 52)] [int] $ThrottleLimit,
        $Connection
    )
    begin {
        . $script:UseCallerPreference
        $target = Resolve-Connection $PSCmdlet $Connection
        $queue = New-ChangeQueue -Cmdlet $PSCmdlet -Connection $target -ThrottleLimit $ThrottleLimit
    }
    process {
        foreach ($item in $Id) {
            $given = if ($queue.TakesInput) { $_ } else { $item }
            try {
                $user = Resolve-UserId $item
                Add-Change -Queue $queue -InputObject $given -Function 'd365_user_set_enabled' -Arguments @($user, [byte]0) -Target "user $user in $($target.Name)" `
                    -Action 'Disable user' -Convert { param($Text) ConvertTo-UserChange $PSCmdlet $Text }
            }
            catch { Add-ChangeFailure -Queue $queue -ErrorRecord $_ -InputObject $given }
            Step-ChangeQueue $queue
        }
    }
    end { Complete-ChangeQueue $queue }
}
