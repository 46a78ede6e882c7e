function New-Dynamics365User {
    <#
    .SYNOPSIS
    Creates a user in a Dynamics 365 environment.

    .DESCRIPTION
    Creates a user. The environment needs a business unit and an e-mail address; they may come as parameters or in -Attribute, and if one is
    missing the error says so before anything is sent. The id of the user is chosen before the request, so that a lost reply never makes a second user:
    the command looks whether the user is there. All parameters bind by property name, so that rows of a CSV file can be piped.

    .PARAMETER SystemUserId
    The id of the new user. Without it, the client chooses one.

    .PARAMETER DomainName
    The user name in the environment (domainname). It can be given for a new user only.

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

    .PARAMETER ApplicationId
    The application (client) id of an application of Microsoft Entra ID: the user is then its application user, and needs no e-mail address.

    .PARAMETER Attribute
    Further attributes by logical name, as a hashtable: any column of the table that may be written, a lookup as '<name>@odata.bind' with
    '/<entity set>(<id>)'.

    .PARAMETER ThrottleLimit
    How many changes are made at the same time, 1 to 52. Without it, as many as the environment advises (x-ms-dop-hint), at most 32. The changes of one user are
    made one after the other, and the results come in the order of the inputs.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    New-Dynamics365User -InternalEmailAddress erin@contoso.example -DomainName erin@contoso.example -FirstName Erin -LastName Example -BusinessUnitId b0000000-0000-4000-8000-000000000002

    Creates a user in a business unit.

    .EXAMPLE
    Import-Csv users.csv | New-Dynamics365User

    Creates a user for each row; the columns have the names of the attributes.

    .EXAMPLE
    New-Dynamics365User -ApplicationId 77777777-7777-4777-8777-777777777777 -BusinessUnitId b0000000-0000-4000-8000-000000000001

    Creates the application user of an application.

    .INPUTS
    System.Object. Objects whose properties have the names of the attributes.

    .OUTPUTS
    Dynamics365.UserChange
    #>
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium')]
    [OutputType('Dynamics365.UserChange')]
    param(
        [Parameter(ValueFromPipelineByPropertyName)] $SystemUserId,
        [Parameter(ValueFromPipelineByPropertyName)] [string] $DomainName,
        [Parameter(ValueFromPipelineByPropertyName)] [string] $FirstName,
        [Parameter(ValueFromPipelineByPropertyName)] [string] $LastName,
        [Parameter(ValueFromPipelineByPropertyName)] $BusinessUnitId,
        [Parameter(ValueFromPipelineByPropertyName)] $IsDisabled,
        [Parameter(ValueFromPipelineByPropertyName)] [string] $InternalEmailAddress,
        [Parameter(ValueFromPipelineByPropertyName)] [string] $PhotoUrl,
        [Parameter(ValueFromPipelineByPropertyName)] [string] $EmployeeId,
        [Parameter(ValueFromPipelineByPropertyName)] [string] $GovernmentId,
        [Parameter(ValueFromPipelineByPropertyName)] [string] $HomePhone,
        [Parameter(ValueFromPipelineByPropertyName)] [string] $JobTitle,
        [Parameter(ValueFromPipelineByPropertyName)] [string] $MiddleName,
        [Parameter(ValueFromPipelineByPropertyName)] [string] $MobilePhone,
        [Parameter(ValueFromPipelineByPropertyName)] [string] $Nickname,
        [Parameter(ValueFromPipelineByPropertyName)] [string] $Salutation,
        [Parameter(ValueFromPipelineByPropertyName)] [string] $Skills,
        [Parameter(ValueFromPipelineByPropertyName)] [string] $Title,
        [Parameter(ValueFromPipelineByPropertyName)] $ApplicationId,
        [Parameter(ValueFromPipelineByPropertyName)] [System.Collections.IDictionary] $Attribute,
        [ValidateRange(1, 52)] [int] $ThrottleLimit,
        $Connection
    )
    begin {
        . $script:UseCallerPreference
        $target = Resolve-Connection $PSCmdlet $Connection
        $queue = New-ChangeQueue -Cmdlet $PSCmdlet -Connection $target -ThrottleLimit $ThrottleLimit
        $known = 'SystemUserId', 'DomainName', 'FirstName', 'LastName', 'BusinessUnitId', 'IsDisabled', 'InternalEmailAddress',
            'PhotoUrl', 'EmployeeId', 'GovernmentId', 'HomePhone', 'JobTitle', 'MiddleName', 'MobilePhone', 'Nickname',
            'Salutation', 'Skills', 'Title', 'ApplicationId'
        $fixed = @($PSBoundParameters.Keys)
    }
    process {
        $subject = $InternalEmailAddress
        if ([string]::IsNullOrEmpty($subject) -and $null -ne $Attribute) { $subject = [string]$Attribute['internalemailaddress'] }
        $given = if ($queue.TakesInput) { $_ } else { $subject }
        # What an earlier input bound stays in $PSBoundParameters, without its value.
        $bound = @{}
        foreach ($name in $known) {
            if ($fixed -contains $name -or ($null -ne $_ -and $null -ne $_.psobject.Properties[$name])) { $bound[$name] = $PSBoundParameters[$name] }
        }
        try {
            $json = ConvertTo-AttributeJson -Known $known -Bound $bound -Attribute $Attribute
            Add-Change -Queue $queue -InputObject $given -Function 'd365_user_create' -Arguments @($json) -Flags $script:AnyAttribute `
                -Target "user '$subject' in $($target.Name)" -Action 'Create user' -Convert { param($Text) ConvertTo-UserChange $PSCmdlet $Text }
        }
        catch { Add-ChangeFailure -Queue $queue -ErrorRecord $_ -InputObject $given }
        Step-ChangeQueue $queue
    }
    end { Complete-ChangeQueue $queue }
}
