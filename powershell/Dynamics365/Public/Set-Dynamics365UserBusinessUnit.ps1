function Set-Dynamics365UserBusinessUnit {
    <#
    .SYNOPSIS
    Moves users to another business unit.

    .DESCRIPTION
    Moves each user to a business unit. Unless the environment is set to keep them, the move removes every role of the user, since roles belong to a
    business unit: the result lists them in RolesRemoved, and a warning names them. That is why the command asks for confirmation unless
    -Confirm:$false is given. A user that is there already stays as it is.

    .PARAMETER Id
    The id of a user (systemuserid), or several; from the pipeline also objects with the property SystemUserId.

    .PARAMETER BusinessUnitId
    The id of the business unit, or an object with the property BusinessUnitId.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Set-Dynamics365UserBusinessUnit -Id c0000000-0000-4000-8000-000000000002 -BusinessUnitId b0000000-0000-4000-8000-000000000003

    Moves a user.

    .EXAMPLE
    $unit = Get-Dynamics365BusinessUnit -Name Service
    Get-Dynamics365User -Email adele@contoso.example | Set-Dynamics365UserBusinessUnit -BusinessUnitId $unit -Confirm:$false

    Moves a user to the business unit Service without asking.

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
        $Connection
    )
    begin {
        . $script:UseCallerPreference
        $target = Resolve-Connection $PSCmdlet $Connection
        try { $unit = Resolve-BusinessUnitId $BusinessUnitId }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
    }
    process {
        foreach ($item in $Id) {
            try {
                $user = Resolve-UserId $item
                if ($PSCmdlet.ShouldProcess("user $user in $($target.Name)", "Move to business unit $unit")) {
                    ConvertTo-UserChange $PSCmdlet (Invoke-Operation -Cmdlet $PSCmdlet -Connection $target -Function 'd365_user_move' -Arguments @($user, $unit, [uint32]0))
                }
            }
            catch { Write-Failure $PSCmdlet $_ $item }
        }
    }
}
