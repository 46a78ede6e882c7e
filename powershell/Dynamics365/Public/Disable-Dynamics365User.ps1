function Disable-Dynamics365User {
    <#
    .SYNOPSIS
    Disables users.

    .DESCRIPTION
    Sets isdisabled of each user to true. A user that is disabled already stays as it is: the action of the result is then Unchanged.
    Dynamics 365 does not delete users; disabling is what takes its place. A user keeps its roles, and they can't be changed while it is disabled.

    .PARAMETER Id
    The id of a user (systemuserid), or several; from the pipeline also objects with the property SystemUserId.

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
        $Connection
    )
    begin {
        . $script:UseCallerPreference
        $target = Resolve-Connection $PSCmdlet $Connection
    }
    process {
        foreach ($item in $Id) {
            try {
                $user = Resolve-UserId $item
                Invoke-Change -Cmdlet $PSCmdlet -Connection $target -Function 'd365_user_set_enabled' -Arguments @($user, [byte]0) -Target "user $user in $($target.Name)" `
                    -Action 'Disable user' -Convert { param($Text) ConvertTo-UserChange $PSCmdlet $Text }
            }
            catch { Write-Failure $PSCmdlet $_ $item }
        }
    }
}
