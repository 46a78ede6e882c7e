function Enable-Dynamics365User {
    <#
    .SYNOPSIS
    Enables users.

    .DESCRIPTION
    Sets isdisabled of each user to false. A user that is enabled already stays as it is: the action of the result is then Unchanged.
    Roles can be changed again once a user is enabled.

    .PARAMETER Id
    The id of a user (systemuserid), or several; from the pipeline also objects with the property SystemUserId.

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
                Invoke-Change -Cmdlet $PSCmdlet -Connection $target -Function 'd365_user_set_enabled' -Arguments @($user, [byte]1) -Target "user $user in $($target.Name)" `
                    -Action 'Enable user' -Convert { param($Text) ConvertTo-UserChange $PSCmdlet $Text }
            }
            catch { Write-Failure $PSCmdlet $_ $item }
        }
    }
}
