function Set-Dynamics365User {
    <#
    .SYNOPSIS
    Changes attributes of users.

    .DESCRIPTION
    Reads each user, and sends only what differs; if nothing differs, no change is sent and the action of the result is Unchanged. A parameter that is
    given an empty text or $null clears the attribute (IsDisabled can't be cleared). The result lists each change with the value before and after.
    Only the user comes from the pipeline, never the attributes: a user object that was read earlier can't put back old values.

    .PARAMETER Id
    The id of a user (systemuserid), or several; from the pipeline also objects with the property SystemUserId.

    .PARAMETER FirstName
    First name.

    .PARAMETER LastName
    Last name.

    .PARAMETER BusinessUnitId
    The id of the business unit that the user belongs to.

    .PARAMETER IsDisabled
    Whether the user is disabled: $true or $false, or the text True or False.

    .PARAMETER InternalEmailAddress
    E-mail address.

    .PARAMETER PhotoUrl
    Address of a photo of the user.

    .PARAMETER EmployeeId
    Employee identifier.

    .PARAMETER GovernmentId
    Government identifier.

    .PARAMETER HomePhone
    Home phone.

    .PARAMETER JobTitle
    Job title.

    .PARAMETER MiddleName
    Middle name.

    .PARAMETER MobilePhone
    Mobile phone.

    .PARAMETER Nickname
    Nickname.

    .PARAMETER Salutation
    Salutation for correspondence.

    .PARAMETER Skills
    Skill set.

    .PARAMETER Title
    Title.

    .PARAMETER Attribute
    Further attributes by logical name, as a hashtable: any column of the table that may be written, a lookup as '<name>@odata.bind' with
    '/<entity set>(<id>)'. domainname is left out with a warning, since the environment does not allow to change it.

    .PARAMETER ThrottleLimit
    How many changes are made at the same time, 1 to 52. Without it, as many as the environment advises (x-ms-dop-hint), at most 32. The changes of one user are
    made one after the other, and the results come in the order of the inputs.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Set-Dynamics365User -Id c0000000-0000-4000-8000-000000000002 -JobTitle 'Account Manager' -Nickname ''

    Sets the job title and clears the nickname.

    .EXAMPLE
    Get-Dynamics365User -Filter "jobtitle eq 'Clerk'" | Set-Dynamics365User -Attribute @{ jobtitle = 'Assistant' } -WhatIf

    Shows what would be changed, value by value.

    .INPUTS
    System.String. Ids, or objects with the property SystemUserId.

    .OUTPUTS
    Dynamics365.UserChange
    #>
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium')]
    [OutputType('Dynamics365.UserChange')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)] [Alias('SystemUserId')] [object[]] $Id,
        [string] $FirstName,
        [string] $LastName,
        $BusinessUnitId,
        $IsDisabled,
        [string] $InternalEmailAddress,
        [string] $PhotoUrl,
        [string] $EmployeeId,
        [string] $GovernmentId,
        [string] $HomePhone,
        [string] $JobTitle,
        [string] $MiddleName,
        [string] $MobilePhone,
        [string] $Nickname,
        [string] $Salutation,
        [string] $Skills,
        [string] $Title,
        [System.Collections.IDictionary] $Attribute,
        [ValidateRange(1, 52)] [int] $ThrottleLimit,
        $Connection
    )
    begin {
        . $script:UseCallerPreference
        $target = Resolve-Connection $PSCmdlet $Connection
        $queue = New-ChangeQueue -Cmdlet $PSCmdlet -Connection $target -ThrottleLimit $ThrottleLimit
        $known = 'FirstName', 'LastName', 'BusinessUnitId', 'IsDisabled', 'InternalEmailAddress', 'PhotoUrl', 'EmployeeId',
            'GovernmentId', 'HomePhone', 'JobTitle', 'MiddleName', 'MobilePhone', 'Nickname', 'Salutation', 'Skills', 'Title'
        try { $json = ConvertTo-AttributeJson -Known $known -Bound $PSBoundParameters -Attribute $Attribute }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
    }
    process {
        foreach ($item in $Id) {
            $given = if ($queue.TakesInput) { $_ } else { $item }
            try {
                $user = Resolve-UserId $item
                Add-Change -Queue $queue -InputObject $given -Function 'd365_user_update' -Arguments @($user, $json) -Flags $script:AnyAttribute `
                    -Target "user $user in $($target.Name)" -Action "Set $json" -Convert { param($Text) ConvertTo-UserChange $PSCmdlet $Text }
            }
            catch { Add-ChangeFailure -Queue $queue -ErrorRecord $_ -InputObject $given }
            Step-ChangeQueue $queue
        }
    }
    end { Complete-ChangeQueue $queue }
}
