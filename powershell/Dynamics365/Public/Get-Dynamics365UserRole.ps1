function Get-Dynamics365UserRole {
    <#
    .SYNOPSIS
    Gets the security roles that users hold.

    .DESCRIPTION
    Writes the roles that are assigned to each user directly. (Roles that a user has as a member of a team are the team's and are not among them.)
    Each role carries the user's id as SystemUserId, so that it can be piped to Remove-Dynamics365UserRole.

    .PARAMETER User
    The id of a user (systemuserid), or several; from the pipeline also objects with the property SystemUserId.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Get-Dynamics365UserRole -User c0000000-0000-4000-8000-000000000002

    Gets the roles of a user.

    .EXAMPLE
    Get-Dynamics365User -Filter 'isdisabled eq true' | Get-Dynamics365UserRole

    Gets the roles that disabled users still hold.

    .INPUTS
    System.String. Ids, or objects with the property SystemUserId.

    .OUTPUTS
    Dynamics365.UserRole
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('Dynamics365.UserRole')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)] [Alias('SystemUserId', 'Id')] [object[]] $User,
        $Connection
    )
    begin {
        . $script:UseCallerPreference
        $target = Resolve-Connection $PSCmdlet $Connection
    }
    process {
        foreach ($item in $User) {
            try {
                $id = Resolve-UserId $item
                Write-Row -Cmdlet $PSCmdlet -Connection $target -Function 'd365_user_roles' -Arguments @($id, $null) -Type 'UserRole' -Holder $id
            }
            catch { Write-Failure $PSCmdlet $_ $item }
        }
    }
}
