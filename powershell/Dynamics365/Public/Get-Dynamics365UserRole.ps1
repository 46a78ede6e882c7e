function Get-Dynamics365UserRole {
    <#
    .SYNOPSIS
    Gets the security roles that users hold.

    .DESCRIPTION
    Writes the roles that are assigned to each user directly. With -All it writes the roles of all users of the environment, those that they hold through a team
    included and marked with the team, from a few streamed requests. Each role carries the user's id as SystemUserId, so that it can be piped to
    Remove-Dynamics365UserRole.

    .PARAMETER User
    The id of a user (systemuserid), or several; from the pipeline also objects with the property SystemUserId.

    .PARAMETER All
    The roles of all users, and of their teams: TeamId and TeamName are set for a role that a user holds through a team.

    .PARAMETER IncludeName
    With -All, read the names of the users, too: FullName is then set. It takes one more request for each 5,000 users.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Get-Dynamics365UserRole -User c0000000-0000-4000-8000-000000000002

    Gets the roles of a user.

    .EXAMPLE
    Get-Dynamics365User -Disabled | Get-Dynamics365UserRole

    Gets the roles that disabled users still hold.

    .EXAMPLE
    Get-Dynamics365UserRole -All -IncludeName | Export-Csv roles.csv -NoTypeInformation

    Writes who holds which role in the whole environment into a file.

    .INPUTS
    System.String. Ids, or objects with the property SystemUserId.

    .OUTPUTS
    Dynamics365.UserRole
    #>
    [CmdletBinding(PositionalBinding = $false, DefaultParameterSetName = 'User')]
    [OutputType('Dynamics365.UserRole')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ParameterSetName = 'User')] [Alias('SystemUserId', 'Id')] [object[]] $User,
        [Parameter(Mandatory, ParameterSetName = 'All')] [switch] $All,
        [Parameter(ParameterSetName = 'All')] [switch] $IncludeName,
        $Connection
    )
    begin {
        . $script:UseCallerPreference
        $target = Resolve-Connection $PSCmdlet $Connection
    }
    process {
        if ($All) {
            try { Write-Row -Cmdlet $PSCmdlet -Connection $target -Function 'd365_role_assignments' -Arguments @([byte]$IncludeName.IsPresent) -Type 'UserRole' }
            catch { Write-Failure $PSCmdlet $_ }
            return
        }
        foreach ($item in $User) {
            try {
                $id = Resolve-UserId $item
                Write-Row -Cmdlet $PSCmdlet -Connection $target -Function 'd365_user_roles' -Arguments @($id, 'roleid,name,businessunitid') -Type 'UserRole' -Holder $id
            }
            catch { Write-Failure $PSCmdlet $_ $item }
        }
    }
}
