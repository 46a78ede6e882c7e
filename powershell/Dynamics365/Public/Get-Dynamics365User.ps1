function Get-Dynamics365User {
    <#
    .SYNOPSIS
    Gets users of a Dynamics 365 environment.

    .DESCRIPTION
    Gets users by id, or those that fit all that is asked for: e-mail address, domain name, name, business unit, state, role, and an OData filter. Without any
    of these, all users. Lists are written as they come in, page by page, so that memory stays flat for any number of users. An id that no user has is an
    error; a search that finds nothing writes nothing.

    .PARAMETER Id
    The id of a user (systemuserid), or several; from the pipeline also objects with the property SystemUserId.

    .PARAMETER Name
    The full name, with wildcards (*, ?, [abc]); a backtick takes a wildcard's meaning away. Case does not count.

    .PARAMETER Email
    The e-mail address (internalemailaddress), whole.

    .PARAMETER DomainName
    The user name in the environment (domainname), whole.

    .PARAMETER BusinessUnit
    Only users of this business unit: its id, its name, or an object with the property BusinessUnitId.

    .PARAMETER Role
    Only users who hold one of these roles themselves: names or ids. A name means the roles of that name in all business units.

    .PARAMETER Enabled
    Only users who are enabled.

    .PARAMETER Disabled
    Only users who are disabled.

    .PARAMETER Filter
    An OData filter over the columns of systemuser, such as "lastname eq 'Example' and isdisabled eq false".

    .PARAMETER IncludeRole
    Read the names of the roles that each user holds itself, too: they are in the property Roles.

    .PARAMETER Property
    Only these columns, by logical name: rows are then objects with these properties, spelled as given. isdisabled comes as true or false and accessmode as a
    number, all else as text; roles are the names of the roles that the user holds itself.

    .PARAMETER First
    At most this many users.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Get-Dynamics365User

    Gets all users.

    .EXAMPLE
    Get-Dynamics365User -Id c0000000-0000-4000-8000-000000000002

    Gets one user.

    .EXAMPLE
    Get-Dynamics365User -Name 'A*' -BusinessUnit Sales -Enabled -IncludeRole

    Gets the enabled users of the business unit Sales whose names begin with A, with the names of their roles.

    .EXAMPLE
    Get-Dynamics365User -Disabled -Property fullname, domainname, modifiedon

    Gets three columns of all disabled users.

    .EXAMPLE
    Get-Dynamics365User -Email adele@contoso.example | Get-Dynamics365UserRole

    Gets the roles of the user with that address.

    .INPUTS
    System.String. Ids, or objects with the property SystemUserId.

    .OUTPUTS
    Dynamics365.User
    #>
    [CmdletBinding(PositionalBinding = $false, DefaultParameterSetName = 'Search')]
    [OutputType('Dynamics365.User')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ParameterSetName = 'Id')] [Alias('SystemUserId')] [object[]] $Id,
        [Parameter(ParameterSetName = 'Search')] [ValidateNotNullOrEmpty()] [SupportsWildcards()] [string] $Name,
        [Parameter(ParameterSetName = 'Search')] [Alias('InternalEmailAddress')] [ValidateNotNullOrEmpty()] [string] $Email,
        [Parameter(ParameterSetName = 'Search')] [ValidateNotNullOrEmpty()] [string] $DomainName,
        [Parameter(ParameterSetName = 'Search')] [ValidateNotNullOrEmpty()] $BusinessUnit,
        [Parameter(ParameterSetName = 'Search')] [ValidateNotNullOrEmpty()] [object[]] $Role,
        [Parameter(ParameterSetName = 'Search')] [switch] $Enabled,
        [Parameter(ParameterSetName = 'Search')] [switch] $Disabled,
        [Parameter(ParameterSetName = 'Search')] [ValidateNotNullOrEmpty()] [string] $Filter,
        [Parameter(ParameterSetName = 'Search')] [ValidateRange(1, [long]::MaxValue)] [long] $First,
        [switch] $IncludeRole,
        [ValidateNotNullOrEmpty()] [string[]] $Property,
        $Connection
    )
    begin {
        . $script:UseCallerPreference
        $target = Resolve-Connection $PSCmdlet $Connection
        $columns = Select-UniqueName $Property
        $bound = $PSBoundParameters
        if ($IncludeRole -and $columns.Length -gt 0 -and $columns -notcontains 'roles') { $columns += 'roles' }
        $extra = ''
        $asked = Join-Column $columns
        if ($columns.Length -eq 0) { $asked = Get-UsualColumn 'User' }
        if ($IncludeRole -and $columns.Length -eq 0) {
            $extra = 'Roles'
            $asked += ',roles'
        }
    }
    process {
        if ($PSCmdlet.ParameterSetName -ceq 'Id') {
            foreach ($item in $Id) {
                try {
                    $user = Resolve-UserId $item
                    if (-not $IncludeRole -and $columns -notcontains 'roles') { Get-Row -Cmdlet $PSCmdlet -Connection $target -Function 'd365_user_get' -Id $user -Type 'User' -Property $columns; continue }
                    $found = Write-Row -Cmdlet $PSCmdlet -Connection $target -Function 'd365_user_list' -Arguments @($asked, (Get-IdFilter 'systemuserid' $user), $null, [uint64]1) -Type 'User' -Property $columns -Extra $extra -Count
                    if ($found -eq 0) { throw (New-Failure -Status 'UserNotFound' -Target "systemuser $user" -Message "There is no user with the id $user.") }
                }
                catch { Write-Failure $PSCmdlet $_ $item }
            }
            return
        }
        try {
            $conditions = @()
            if ($bound.ContainsKey('Email')) { $conditions += "internalemailaddress eq $(ConvertTo-ODataText $Email)" }
            if ($bound.ContainsKey('DomainName')) { $conditions += "domainname eq $(ConvertTo-ODataText $DomainName)" }
            if ($bound.ContainsKey('BusinessUnit')) { $conditions += Get-UnitFilter $BusinessUnit }
            if ($bound.ContainsKey('Role')) { $conditions += Get-HolderFilter $Role }
            if ($Enabled -and $Disabled) { throw (New-Failure -Status 'InvalidArgument' -Message 'A user is either enabled or disabled: give -Enabled or -Disabled, or neither for both.') }
            if ($Enabled) { $conditions += 'isdisabled eq false' }
            if ($Disabled) { $conditions += 'isdisabled eq true' }
            if ($bound.ContainsKey('Filter')) { $conditions += $Filter }
            $rows = @{ Cmdlet = $PSCmdlet; Connection = $target; Function = 'd365_user_list'; Type = 'User'; Property = $columns; Extra = $extra }
            Write-SearchRow -Rows $rows -Asked $asked -Name $Name -NameColumn 'fullname' -Condition $conditions -First $First
        }
        catch { Write-Failure $PSCmdlet $_ }
    }
}
