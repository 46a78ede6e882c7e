function Get-Dynamics365Role {
    <#
    .SYNOPSIS
    Gets security roles of a Dynamics 365 environment.

    .DESCRIPTION
    Gets all roles, roles by id, or those with a name, of a business unit, or that an OData filter selects. Every business unit has its own copy of
    every role, with an id of its own: ParentRootRoleId names the copy of the root business unit. An id that no role has is an error;
    a search that finds nothing writes nothing.

    .PARAMETER Id
    The id of a role (roleid), or several; from the pipeline also objects with the property RoleId.

    .PARAMETER Name
    The name, with wildcards (*, ?, [abc]); a backtick takes a wildcard's meaning away.

    .PARAMETER BusinessUnit
    Only roles of this business unit: its id, its name, or an object with the property BusinessUnitId.

    .PARAMETER Filter
    An OData filter over the columns of role, such as "startswith(name,'Sales')".

    .PARAMETER Property
    Only these columns, by logical name: rows are then objects with these properties, spelled as given.

    .PARAMETER First
    At most this many roles.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Get-Dynamics365Role

    Gets all roles of all business units.

    .EXAMPLE
    Get-Dynamics365Role -Id a0000003-0000-4000-8000-000000000002

    Gets one role.

    .EXAMPLE
    Get-Dynamics365BusinessUnit -Name Sales | Get-Dynamics365Role -Name Salesperson

    Gets the copy of the role Salesperson that belongs to the business unit Sales.

    .INPUTS
    System.String. Ids of roles, or objects with the property RoleId; business units with -Name or -Filter.

    .OUTPUTS
    Dynamics365.Role
    #>
    [CmdletBinding(PositionalBinding = $false, DefaultParameterSetName = 'Query')]
    [OutputType('Dynamics365.Role')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ParameterSetName = 'Id')] [Alias('RoleId')] [object[]] $Id,
        [Parameter(ParameterSetName = 'Query')] [ValidateNotNullOrEmpty()] [SupportsWildcards()] [string] $Name,
        [Parameter(ParameterSetName = 'Query', ValueFromPipelineByPropertyName)] [Alias('BusinessUnitId')] $BusinessUnit,
        [Parameter(ParameterSetName = 'Query')] [ValidateNotNullOrEmpty()] [string] $Filter,
        [ValidateNotNullOrEmpty()] [string[]] $Property,
        [Parameter(ParameterSetName = 'Query')] [ValidateRange(1, [long]::MaxValue)] [long] $First,
        $Connection
    )
    begin {
        . $script:UseCallerPreference
        $target = Resolve-Connection $PSCmdlet $Connection
        $columns = Select-UniqueName $Property
    }
    process {
        if ($PSCmdlet.ParameterSetName -ceq 'Id') {
            foreach ($item in $Id) {
                try { Get-Row -Cmdlet $PSCmdlet -Connection $target -Function 'd365_role_get' -Id (Resolve-RoleId $item) -Type 'Role' -Property $columns }
                catch { Write-Failure $PSCmdlet $_ $item }
            }
            return
        }
        try {
            $conditions = @($Filter)
            if ($PSBoundParameters.ContainsKey('BusinessUnit')) { $conditions += Get-UnitFilter $BusinessUnit }
            $rows = @{ Cmdlet = $PSCmdlet; Connection = $target; Function = 'd365_role_list'; Type = 'Role'; Property = $columns }
            Write-SearchRow -Rows $rows -Asked (Join-Column $columns) -Name $Name -NameColumn 'name' -Condition $conditions -First $First
        }
        catch { Write-Failure $PSCmdlet $_ }
    }
}
