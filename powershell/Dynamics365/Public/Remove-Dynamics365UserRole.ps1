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
    user's own business unit.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Remove-Dynamics365UserRole -User c0000000-0000-4000-8000-000000000002 -Role a0000003-0000-4000-8000-000000000002

    Revokes a role by its id.

    .EXAMPLE
    Get-Dynamics365UserRole -User c0000000-0000-4000-8000-000000000002 | Remove-Dynamics365UserRole

    Revokes all roles of a user.

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
        $Connection
    )
    begin {
        . $script:UseCallerPreference
        $target = Resolve-Connection $PSCmdlet $Connection
    }
    process {
        foreach ($item in $Role) {
            try {
                $userId = Resolve-UserId $User
                $roleId = Resolve-RoleId $item
                if ($PSCmdlet.ShouldProcess("user $userId in $($target.Name)", "Revoke role '$roleId'")) {
                    ConvertTo-RoleChange (Invoke-Operation -Cmdlet $PSCmdlet -Connection $target -Function 'd365_role_revoke' -Arguments @($userId, $roleId, $null, [uint32]0))
                }
            }
            catch { Write-Failure $PSCmdlet $_ $item }
        }
    }
}
