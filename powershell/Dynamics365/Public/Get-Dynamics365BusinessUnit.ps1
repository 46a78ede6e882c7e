function Get-Dynamics365BusinessUnit {
    <#
    .SYNOPSIS
    Gets business units of a Dynamics 365 environment.

    .DESCRIPTION
    Gets all business units, business units by id or by name, or those that an OData filter selects. The root business unit is the one without
    ParentBusinessUnitId. An id that no business unit has is an error; a search that finds nothing writes nothing.

    .PARAMETER Id
    The id of a business unit (businessunitid), or several; from the pipeline also objects with the property BusinessUnitId, such as users.

    .PARAMETER Name
    The name, with wildcards (*, ?, [abc]); a backtick takes a wildcard's meaning away.

    .PARAMETER Filter
    An OData filter over the columns of businessunit, such as "parentbusinessunitid eq null".

    .PARAMETER First
    At most this many business units.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Get-Dynamics365BusinessUnit

    Gets all business units.

    .EXAMPLE
    Get-Dynamics365User -Email adele@contoso.example | Get-Dynamics365BusinessUnit

    Gets the business unit of a user.

    .INPUTS
    System.String. Ids, or objects with the property BusinessUnitId.

    .OUTPUTS
    Dynamics365.BusinessUnit
    #>
    [CmdletBinding(PositionalBinding = $false, DefaultParameterSetName = 'Query')]
    [OutputType('Dynamics365.BusinessUnit')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ParameterSetName = 'Id')] [Alias('BusinessUnitId')] [object[]] $Id,
        [Parameter(ParameterSetName = 'Query')] [ValidateNotNullOrEmpty()] [SupportsWildcards()] [string] $Name,
        [Parameter(ParameterSetName = 'Query')] [ValidateNotNullOrEmpty()] [string] $Filter,
        [Parameter(ParameterSetName = 'Query')] [ValidateRange(1, [long]::MaxValue)] [long] $First,
        $Connection
    )
    begin {
        . $script:UseCallerPreference
        $target = Resolve-Connection $PSCmdlet $Connection
        $list = @{ Cmdlet = $PSCmdlet; Connection = $target; Function = 'd365_business_unit_list'; Type = 'BusinessUnit' }
    }
    process {
        if ($PSCmdlet.ParameterSetName -ceq 'Id') {
            foreach ($item in $Id) {
                try {
                    $unit = Resolve-BusinessUnitId $item
                    if ((Write-Row @list -Count -Arguments @($null, (Get-IdFilter 'businessunitid' $unit), $null, [uint64]0)) -eq 0) {
                        throw (New-Failure -Status 'BusinessUnitNotFound' -Target "businessunit $unit" -Message (
                                "The business unit $unit does not exist in $($target.Url). Get-Dynamics365BusinessUnit lists those that do."))
                    }
                }
                catch { Write-Failure $PSCmdlet $_ $item }
            }
            return
        }
        try {
            Write-SearchRow -Rows $list -Name $Name -NameColumn 'name' -Condition @($Filter) -First $First
        }
        catch { Write-Failure $PSCmdlet $_ }
    }
}
