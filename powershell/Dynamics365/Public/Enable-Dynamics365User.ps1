function Enable-Dynamics365User {
    <#
    .SYNOPSIS
    Enables users.

    .DESCRIPTION
    Sets isdisabled of each user to false. A user that is enabled already stays as it is: the action of the result is then Unchanged.
    Roles can be changed again once a user is enabled.

    .PARAMETER Id
    The id of a user (systemuserid), or several; from the pipeline also objects with the property SystemUserId.

    .PARAMETER ThrottleLimit
    How many changes are made at the same time, 1 to 52. Without it, as many as the environment advises (x-ms-dop-hint), at most 32. The changes of one user are
    made one after the other, and the results come in the order of the inputs.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Enable-Dynamics365User -Id c0000000-0000-4000-8000-000000000004

    Enables a user.

    .EXAMPLE
    Get-Dynamics365User -Filter "isdisabled eq true and lastname eq 'Example'" | Enable-Dynamics365User

    Enables all disabled users of that name.

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
                Add-Change -Queue $queue -InputObject $given -Function 'd365_user_set_enabled' -Arguments @($user, [byte]1) -Target "user $user in $($target.Name)" `
                    -Action 'Enable user' -Convert { param($Text) ConvertTo-UserChange $PSCmdlet $Text }
            }
            catch { Add-ChangeFailure -Queue $queue -ErrorRecord $_ -InputObject $given }
            Step-ChangeQueue $queue
        }
    }
    end { Complete-ChangeQueue $queue }
}
