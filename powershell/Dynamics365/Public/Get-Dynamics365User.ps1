function Get-Dynamics365User {
    <#
    .SYNOPSIS
    Gets users of a Dynamics 365 environment.

    .DESCRIPTION
    Gets all users, users by id, by e-mail address or by domain name, or those that an OData filter selects. Lists are written as they come in,
    page by page, so that memory stays flat for any number of users. An id that no user has is an error; a search that finds nothing writes nothing.

    .PARAMETER Id
    The id of a user (systemuserid), or several; from the pipeline also objects with the property SystemUserId.

    .PARAMETER Email
    The e-mail address (internalemailaddress), whole.

    .PARAMETER DomainName
    The user name in the environment (domainname), whole.

    .PARAMETER Filter
    An OData filter over the columns of systemuser, such as "lastname eq 'Example' and isdisabled eq false".

    .PARAMETER Property
    Only these columns, by logical name: rows are then objects with these properties, spelled as given. isdisabled comes as true or false and accessmode as a
    number, all else as text.

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
    Get-Dynamics365User -Filter 'isdisabled eq true' -Property fullname, domainname, modifiedon

    Gets three columns of all disabled users.

    .EXAMPLE
    Get-Dynamics365User -Email adele@contoso.example | Get-Dynamics365UserRole

    Gets the roles of the user with that address.

    .INPUTS
    System.String. Ids, or objects with the property SystemUserId.

    .OUTPUTS
    Dynamics365.User
    #>
    [CmdletBinding(PositionalBinding = $false, DefaultParameterSetName = 'All')]
    [OutputType('Dynamics365.User')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ParameterSetName = 'Id')] [Alias('SystemUserId')] [object[]] $Id,
        [Parameter(Mandatory, ParameterSetName = 'Email')] [Alias('InternalEmailAddress')] [ValidateNotNullOrEmpty()] [string] $Email,
        [Parameter(Mandatory, ParameterSetName = 'DomainName')] [ValidateNotNullOrEmpty()] [string] $DomainName,
        [Parameter(Mandatory, ParameterSetName = 'Filter')] [ValidateNotNullOrEmpty()] [string] $Filter,
        [ValidateNotNullOrEmpty()] [string[]] $Property,
        [Parameter(ParameterSetName = 'All')] [Parameter(ParameterSetName = 'Email')] [Parameter(ParameterSetName = 'DomainName')] [Parameter(ParameterSetName = 'Filter')]
        [ValidateRange(1, [long]::MaxValue)] [long] $First,
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
                try { Get-Row -Cmdlet $PSCmdlet -Connection $target -Function 'd365_user_get' -Id (Resolve-UserId $item) -Type 'User' -Property $columns }
                catch { Write-Failure $PSCmdlet $_ $item }
            }
            return
        }
        try {
            $condition = $null
            if ($PSCmdlet.ParameterSetName -ceq 'Filter') { $condition = $Filter }
            if ($PSCmdlet.ParameterSetName -ceq 'Email') { $condition = "internalemailaddress eq $(ConvertTo-ODataText $Email)" }
            if ($PSCmdlet.ParameterSetName -ceq 'DomainName') { $condition = "domainname eq $(ConvertTo-ODataText $DomainName)" }
            Write-Row -Cmdlet $PSCmdlet -Connection $target -Function 'd365_user_list' -Arguments @((Join-Column $columns), $condition, $null, [uint64]$First) -Type 'User' -Property $columns
        }
        catch { Write-Failure $PSCmdlet $_ }
    }
}
