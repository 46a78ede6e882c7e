# The Dynamics365 connector of OpenIAM: the functions of the PowerShell connector template, carried out by the module Dynamics365.
# How to install it, and what to change where: README.md beside this file.

# The Web API below the Host URL of the managed system. Another version can be given here.
$baseApi = 'api/data/v9.1/'
# A file, such as 'C:\ProgramData\OpenIAM\contoso.token', that keeps how far searches for all users or all roles have come: later ones
# then give only what changed since. Each environment needs one of its own. Empty: every search gives all.
$changeTokenFile = ''

# ---- Host: everything that depends on how OpenIAM hands over requests and takes results, and nothing else. Change names here only. ----
# The sign-in host is taken from $authority where the host or this script sets it; otherwise it follows from the Host URL.

# What the host's global variables say, under names of our own.
function Get-ConnectorRequest {
    $header = Get-ConnectorVariable 'headerAttributes'
    [pscustomobject]@{
        Type         = [string](Get-ConnectorProperty $header 'Type')
        Login        = [string](Get-ConnectorProperty $header 'Login')
        Password     = Get-ConnectorProperty $header 'Password'
        Url          = [string](Get-ConnectorProperty $header 'Url')
        IdentityName = ([string](Get-ConnectorProperty $header 'IdentityName')).Trim()
        BaseApi      = [string](Get-ConnectorVariable 'baseApi')
        Authority    = [string](Get-ConnectorVariable 'authority')
    }
}

# The attributes of a Save: their values in order, each with its name and operation.
function Get-ConnectorAttributeValue {
    foreach ($attribute in @(Get-ConnectorVariable 'attributes')) {
        if ($null -eq $attribute) { continue }
        foreach ($entry in @(Get-ConnectorProperty $attribute 'Values')) {
            if ($null -eq $entry) { continue }
            [pscustomobject]@{
                Name      = ([string](Get-ConnectorProperty $attribute 'Name')).Trim()
                Value     = Get-ConnectorProperty $entry 'Value'
                Operation = ([string](Get-ConnectorProperty $entry 'Operation')).Trim().ToUpperInvariant()
            }
        }
    }
}

# The query of a search and the names that the host expects in each record.
function Get-ConnectorSearch {
    [pscustomobject]@{
        Query = [string](Get-ConnectorVariable 'searchQuery')
        Names = [string[]]@(foreach ($name in @(Get-ConnectorVariable 'requestedAttributes')) { if (-not [string]::IsNullOrEmpty([string]$name)) { [string]$name } })
    }
}

# The result of everything but a search. (A search writes one ordered dictionary a record.)
function New-ConnectorResult {
    param([string] $Status, [string] $ErrorCode, [string] $ErrorMessage, [string] $IdentityName, [bool] $Changed, [string[]] $Messages)
    [pscustomobject]@{ Status = $Status; ErrorCode = $ErrorCode; ErrorMessage = $ErrorMessage; IdentityName = $IdentityName; Changed = $Changed; Messages = @($Messages) }
}

# The error codes of OpenIAM, by the status of the module's errors. What is not listed is OTHER_ERROR.
$connectorErrorCodes = @{
    InvalidArgument = 'INVALID_ATTRIBUTE'; InvalidAttribute = 'INVALID_ATTRIBUTE'; MissingAttribute = 'INVALID_ATTRIBUTE'
    InvalidConfiguration = 'INVALID_CONFIGURATION'; LibraryNotLoaded = 'INVALID_CONFIGURATION'; LibraryVersionMismatch = 'INVALID_CONFIGURATION'
    AuthenticationFailed = 'AUTHENTICATION_FAILED'; AccessDenied = 'INSUFFICIENT_RIGHTS'
    UserNotFound = 'NO_SUCH_IDENTIFIER'; NotFound = 'NO_SUCH_OBJECT'; RoleNotFound = 'NO_SUCH_OBJECT'; BusinessUnitNotFound = 'NO_SUCH_OBJECT'
    AlreadyExists = 'ALREADY_EXISTS'; AmbiguousName = 'CONSTRAINT_VIOLATION'; PreconditionFailed = 'CONSTRAINT_VIOLATION'; ConstraintViolation = 'CONSTRAINT_VIOLATION'
    NotSupported = 'OPERATION_NOT_SUPPORTED_EXCEPTION'
    Throttled = 'SYSTEM_UNAVAILABLE'; ServiceUnavailable = 'SYSTEM_UNAVAILABLE'; TimedOut = 'TIMELIMIT_EXCEEDED'
    ServerError = 'CONNECTOR_ERROR'; UnexpectedResponse = 'CONNECTOR_ERROR'; OutcomeUnknown = 'CONNECTOR_ERROR'; Internal = 'CONNECTOR_ERROR'
}
# ---- End of the host block ----

# The folder of this script: the module is looked for beside it.
$connectorRoot = $PSScriptRoot

# Creates or changes a user, and assigns and revokes its roles (SAVE).
function Save-Identity {
    [CmdletBinding()]
    param()
    $saved = @{ Id = ''; Changed = $false; Messages = [System.Collections.Generic.List[string]]::new() }
    try {
        $request = Get-ConnectorRequest
        $saved.Id = $request.IdentityName
        if ($request.Type -eq 'GROUP') {
            throw (New-ConnectorFailure 'NotSupported' 'The connector changes users only: roles of Dynamics 365 are made in the environment. Assign them with the attribute roleid of a user.')
        }
        $plan = Get-ConnectorPlan -Messages $saved.Messages
        $connection = Get-ConnectorConnection $request
        $user = Find-ConnectorUser -Connection $connection -IdentityName $request.IdentityName -Known $plan.Known
        if ($null -eq $user) { $user = Add-ConnectorUser -Connection $connection -IdentityName $request.IdentityName -Plan $plan -Saved $saved }
        else {
            $saved.Id = $user.SystemUserId
            Update-ConnectorUser -Connection $connection -User $user -Plan $plan -Saved $saved
        }
        # A user must be enabled while its roles change: enabling came before, disabling comes after.
        Update-ConnectorRole -Connection $connection -UserId $saved.Id -Plan $plan -Saved $saved
        if ($plan.Disable) {
            $change = Disable-Dynamics365User -Id $saved.Id -Connection $connection -Confirm:$false -ErrorAction Stop
            Add-ConnectorChange -Change $change -Saved $saved
        }
        New-ConnectorResult -Status 'SUCCESS' -IdentityName $saved.Id -Changed $saved.Changed -Messages $saved.Messages
    }
    catch { Write-ConnectorFailure -Cmdlet $PSCmdlet -ErrorRecord $_ -Saved $saved }
}

# Runs a search query and writes one dictionary a record (SEARCH).
function Search-Data {
    [CmdletBinding()]
    param()
    try {
        $search = Get-ConnectorSearch
        $query = Read-ConnectorQuery $search.Query
        $request = Get-ConnectorRequest
        $connection = Get-ConnectorConnection $request
        Write-ConnectorRecord -Connection $connection -Query $query -Names $search.Names
    }
    catch { Write-ConnectorFailure -Cmdlet $PSCmdlet -ErrorRecord $_ -Search }
}

# Refuses (DELETE): Dynamics 365 does not delete users.
function Remove-Identity {
    [CmdletBinding()]
    param()
    Write-ConnectorRefusal -Cmdlet $PSCmdlet -Message ('Deleting users is not supported by the Dynamics 365 API. Disable the user instead: ' +
        'send a Suspend operation, or set the attribute isdisabled to True.')
}

# Refuses (RESET_PASSWORD): users of Dynamics 365 have no password there.
function Reset-IdentityPassword {
    [CmdletBinding()]
    param()
    Write-ConnectorRefusal -Cmdlet $PSCmdlet -Message ('Resetting a password is not supported: users of Dynamics 365 sign in with Microsoft Entra ID and have no password in the environment. ' +
        'Reset it there, through the connector of that system.')
}

# Refuses (LOGIN): users of Dynamics 365 have no password there.
function Test-IdentityPassword {
    [CmdletBinding()]
    param()
    Write-ConnectorRefusal -Cmdlet $PSCmdlet -Message ('Testing a password is not supported: users of Dynamics 365 sign in with Microsoft Entra ID and have no password in the environment. ' +
        'Test it there, through the connector of that system.')
}

# Disables a user (SUSPEND).
function Suspend-Identity {
    [CmdletBinding()]
    param()
    Set-ConnectorUserState -Cmdlet $PSCmdlet -Enabled $false
}

# Enables a user (RESUME).
function Resume-Identity {
    [CmdletBinding()]
    param()
    Set-ConnectorUserState -Cmdlet $PSCmdlet -Enabled $true
}

# Finds out whether the environment can be reached and lets the connector in (TEST).
function Test-ConnectorConnection {
    [CmdletBinding()]
    param()
    try {
        $request = Get-ConnectorRequest
        $connection = Get-ConnectorConnection $request
        $test = Test-Dynamics365Connection -Connection $connection
        if (-not $test.Success) { throw (New-ConnectorFailure $test.ErrorId "The step $($test.Step) failed. $($test.Message)") }
        New-ConnectorResult -Status 'SUCCESS' -IdentityName $request.IdentityName -Messages $test.Message
    }
    catch { Write-ConnectorFailure -Cmdlet $PSCmdlet -ErrorRecord $_ -Saved @{ Id = ''; Changed = $false; Messages = @() } }
}

# ---- Save ----

# What a Save is to do: the attributes to set, the roles to assign and revoke, and whether to disable the user at the end.
# Rules for single-valued attributes: NO_CHANGE is left alone; the last value with ADD or REPLACE is set; DELETE clears the attribute where
# no value is set. A value without an operation counts as REPLACE.
function Get-ConnectorPlan {
    param($Messages)
    $known = @{}
    $set = [ordered]@{}
    $clear = [ordered]@{}
    $roles = [ordered]@{}
    foreach ($entry in Get-ConnectorAttributeValue) {
        $name = $entry.Name.ToLowerInvariant()
        if ($entry.Operation -ceq '') { $entry.Operation = 'REPLACE' }
        if ('NO_CHANGE', 'ADD', 'REPLACE', 'DELETE' -cnotcontains $entry.Operation) {
            throw (New-ConnectorFailure 'InvalidAttribute' "The attribute '$($entry.Name)' has a value with the operation '$($entry.Operation)'; known are ADD, REPLACE, DELETE and NO_CHANGE.")
        }
        if ($entry.Operation -cne 'DELETE') { $known[$name] = ([string]$entry.Value).Trim() }
        if ($entry.Operation -ceq 'NO_CHANGE') { continue }
        if ($name -ceq 'roleid') {
            $role = ([string]$entry.Value).Trim()
            if ($role.Length -eq 0) { continue }
            $roles.Remove($role)
            $roles[$role] = $entry.Operation -ceq 'DELETE'
        }
        elseif ($entry.Operation -ceq 'DELETE') { $clear[$name] = $true }
        else { $set[$name] = $entry.Value }
    }
    foreach ($name in $clear.Keys) {
        if ($set.Contains($name) -or $name -ceq 'systemuserid') { continue }
        if ($name -ceq 'isdisabled') { $Messages.Add('The attribute isdisabled was not cleared: a user is enabled or disabled, and a user without a value there can no longer be changed.') }
        else { $set[$name] = '' }
    }
    $disable = $set.Contains('isdisabled') -and ([string]$set['isdisabled']).Trim() -eq 'true'
    if ($disable) { $set.Remove('isdisabled') }
    @{ Known = $known; Attributes = $set; Roles = $roles; Disable = $disable }
}

# The user that the request is about, or null. A GUID is the id; any other name is looked up as domain name, then as e-mail address.
# Without a name the attributes tell: systemuserid, otherwise domainname, otherwise internalemailaddress.
function Find-ConnectorUser {
    param($Connection, [string] $IdentityName, [hashtable] $Known)
    $id = [guid]::Empty
    $text = $IdentityName
    if ($text.Length -eq 0) { $text = [string]$Known['systemuserid'] }
    if ([guid]::TryParse($text, [ref]$id)) {
        try { return Get-Dynamics365User -Id $id.ToString() -Connection $Connection -ErrorAction Stop }
        catch {
            if ($_.FullyQualifiedErrorId -notlike 'Dynamics365.UserNotFound*') { throw }
            return
        }
    }
    $searches = @(
        @{ Key = 'DomainName'; Text = $(if ($text.Length -gt 0) { $text } else { [string]$Known['domainname'] }) }
        @{ Key = 'Email'; Text = $(if ($text.Length -gt 0) { $text } else { [string]$Known['internalemailaddress'] }) }
    )
    foreach ($search in $searches) {
        if ($search.Text.Length -eq 0) { continue }
        $by = @{ $search.Key = $search.Text }
        $found = @(Get-Dynamics365User @by -First 2 -Connection $Connection -ErrorAction Stop)
        if ($found.Length -gt 1) {
            throw (New-ConnectorFailure 'AmbiguousName' "Several users have '$($search.Text)' as $($search.Key), among them $($found[0].SystemUserId) and $($found[1].SystemUserId). Use the systemuserid as the identity.")
        }
        if ($found.Length -eq 1) { return $found[0] }
    }
}

# Creates the user. Where the identity is a GUID it becomes the id of the user, so that later requests find it.
function Add-ConnectorUser {
    param($Connection, [string] $IdentityName, $Plan, $Saved)
    $attributes = $Plan.Attributes
    foreach ($name in @($attributes.Keys)) { if (([string]$attributes[$name]).Length -eq 0) { $attributes.Remove($name) } }
    $id = [guid]::Empty
    if ([guid]::TryParse($IdentityName, [ref]$id)) { $attributes['systemuserid'] = $id.ToString() }
    $change = New-Dynamics365User -Attribute $attributes -Connection $Connection -Confirm:$false -ErrorAction Stop -WarningVariable warnings -WarningAction SilentlyContinue
    $Saved.Id = $change.SystemUserId
    Add-ConnectorChange -Change $change -Warnings $warnings -Saved $Saved
    $change.User
}

# Changes the attributes of a user that is there; the module sends only what differs.
function Update-ConnectorUser {
    param($Connection, $User, $Plan, $Saved)
    $attributes = $Plan.Attributes
    $attributes.Remove('systemuserid')
    if ($attributes.Count -eq 0) { return }
    $change = Set-Dynamics365User -Id $User.SystemUserId -Attribute $attributes -Connection $Connection -Confirm:$false -ErrorAction Stop -WarningVariable warnings -WarningAction SilentlyContinue
    Add-ConnectorChange -Change $change -Warnings $warnings -Saved $Saved
}

# Assigns roles, then revokes roles, so that a user is never without any on the way. One that fails does not stop the others.
function Update-ConnectorRole {
    param($Connection, [string] $UserId, $Plan, $Saved)
    $failures = [System.Collections.Generic.List[object]]::new()
    foreach ($revoke in $false, $true) {
        foreach ($role in @($Plan.Roles.Keys)) {
            if ($Plan.Roles[$role] -ne $revoke) { continue }
            try {
                if ($revoke) { $change = Remove-Dynamics365UserRole -User $UserId -Role $role -Connection $Connection -Confirm:$false -ErrorAction Stop }
                else { $change = Add-Dynamics365UserRole -User $UserId -Role $role -Connection $Connection -Confirm:$false -ErrorAction Stop }
                if ($change.Changed) { $Saved.Changed = $true }
                $Saved.Messages.Add("$($change.Action): role '$($change.RoleName)' ($($change.RoleId)).")
            }
            catch { $failures.Add($_) }
        }
    }
    if ($failures.Count -eq 0) { return }
    for ($index = 1; $index -lt $failures.Count; $index++) { $Saved.Messages.Add("Failed: $($failures[$index].Exception.Message)") }
    throw $failures[0]
}

# Notes what a change of a user came to.
function Add-ConnectorChange {
    param($Change, $Warnings, $Saved)
    if ($Change.Changed) { $Saved.Changed = $true }
    $text = "$($Change.Action): user $($Change.FullName) ($($Change.SystemUserId))"
    $names = @(foreach ($entry in $Change.Changes) { $entry.Attribute })
    if ($names.Length -gt 0) { $text += ": $($names -join ', ')" }
    $Saved.Messages.Add("$text.")
    foreach ($warning in @($Warnings)) { if ($null -ne $warning) { $Saved.Messages.Add([string]$warning) } }
}

# Suspend and resume. They look at the identity only: attributes belong to a Save.
function Set-ConnectorUserState {
    param($Cmdlet, [bool] $Enabled)
    $saved = @{ Id = ''; Changed = $false; Messages = [System.Collections.Generic.List[string]]::new() }
    try {
        $request = Get-ConnectorRequest
        $saved.Id = $request.IdentityName
        if ($request.IdentityName.Length -eq 0) { throw (New-ConnectorFailure 'UserNotFound' 'The request names no user: IdentityName is empty.') }
        $connection = Get-ConnectorConnection $request
        $user = Find-ConnectorUser -Connection $connection -IdentityName $request.IdentityName -Known @{}
        if ($null -eq $user) { throw (New-ConnectorFailure 'UserNotFound' "The user '$($request.IdentityName)' does not exist in $($request.Url).") }
        $saved.Id = $user.SystemUserId
        if ($Enabled) { $change = Enable-Dynamics365User -Id $user.SystemUserId -Connection $connection -Confirm:$false -ErrorAction Stop }
        else { $change = Disable-Dynamics365User -Id $user.SystemUserId -Connection $connection -Confirm:$false -ErrorAction Stop }
        Add-ConnectorChange -Change $change -Saved $saved
        New-ConnectorResult -Status 'SUCCESS' -IdentityName $saved.Id -Changed $saved.Changed -Messages $saved.Messages
    }
    catch { Write-ConnectorFailure -Cmdlet $Cmdlet -ErrorRecord $_ -Saved $saved }
}

# ---- Search ----

# The longest search query. The environment takes addresses of 32 KB, in which a filter is longer than here.
$connectorQueryLength = 16000

# One word of a search query: a parameter, a text in quotation marks, or a plain word, which white space or the end must follow. That is all
# there is: the query never reaches PowerShell's own parser, which could load what a query names.
$connectorQueryWord = [regex]::new('\G[ \t\r\n]*(?:-(?<parameter>[A-Za-z]+)(?:[ \t]*:|(?=\s|$))|' +
    "(?:'(?<text>(?:[^'\p{Cc}]|'')*)'|`"(?<text>(?:[^`"``$\p{Cc}]|`"`")*)`"|(?<word>-?[0-9][A-Za-z0-9-]*|[A-Za-z][A-Za-z0-9-]*))(?=\s|$))", 'CultureInvariant, ExplicitCapture')

# What is refused where no word is: how the rest of the query begins, and the reason.
$connectorQueryRefusals = [ordered]@{
    '"[^"]*\$\(|^\$\(' = 'it has a sub-expression, $(...)'; '"[^"]*\$|^\$' = 'it has a variable, and values must be constant'
    '@[''"]' = 'it has a here-string'; '@\(' = 'it has an array'; '@\{' = 'it has a hash table'; '@' = 'it has splatting'
    '\{' = 'it has a script block'; '\(' = 'it has an expression in parentheses'; '\[' = 'it has a type'; '\|' = 'it has a pipeline'; '#|<#' = 'it has a comment'; '[<>]' = 'it has a redirection'
    '--%' = 'it has the stop-parsing sign, --%'; '&' = 'it has the call operator'; '\.' = 'it has a dot outside of quotation marks'; ';' = 'it has a second command'
    '"[^"]*`|^`' = 'it has a backtick'; '=' = 'it has an assignment'; ',' = 'it has a list'
    '[\u2018-\u201F\u2032\u2033]' = 'it has typographic quotation marks: use '' and "'; '[\u2010-\u2015\u2212]' = 'it has a typographic dash: use -'
    '["''][^\p{Cc}]*\p{Cc}|^\p{Cc}' = 'it has a control character'; '''(?:[^'']|'''')*''|"(?:[^"]|"")*"' = 'something follows a closing quotation mark at once'
    '["'']' = 'a quotation mark is not closed'
}

# The command and the arguments of a search query. It is read, never evaluated: what is not exactly one of the known forms is refused.
function Read-ConnectorQuery {
    param([string] $Query)
    if ($Query.Length -gt $connectorQueryLength) { throw (New-ConnectorQueryFailure $Query "it is longer than $connectorQueryLength characters") }
    $types = @{ 'Get-Dynamics365User' = 'User'; 'Get-Dynamics365Role' = 'Role' }
    $words = [System.Collections.Generic.List[object]]::new()
    # A semicolon at the end begins no second command.
    $rest = $Query.TrimEnd("; `t`r`n".ToCharArray())
    $end = 0
    while ($end -lt $rest.Length) {
        $match = $connectorQueryWord.Match($rest, $end)
        if (-not $match.Success) { throw (New-ConnectorQueryFailure $Query (Get-ConnectorQueryRefusal $rest.Substring($end))) }
        $words.Add($match)
        $end = $match.Index + $match.Length
        $name = $words[0].Groups['word'].Value
        if (-not $types.ContainsKey($name)) { throw (New-ConnectorQueryFailure $Query "the command '$($words[0].Value.Trim())' is not one of those") }
    }
    if ($words.Count -eq 0) { throw (New-ConnectorQueryFailure $Query 'it is empty') }
    $arguments = @{}
    for ($index = 1; $index -lt $words.Count; $index += 2) {
        $parameter = $words[$index].Groups['parameter']
        if (-not $parameter.Success) { throw (New-ConnectorQueryFailure $Query "'$($words[$index].Value.Trim())' follows no parameter") }
        $key = @('Id', 'Filter', 'First') -eq $parameter.Value
        if ($key.Length -ne 1) { throw (New-ConnectorQueryFailure $Query "the parameter -$($parameter.Value) is not one of -Id, -Filter and -First") }
        if ($arguments.ContainsKey($key[0])) { throw (New-ConnectorQueryFailure $Query "the parameter -$($key[0]) is there twice") }
        if ($index + 1 -eq $words.Count -or $words[$index + 1].Groups['parameter'].Success) { throw (New-ConnectorQueryFailure $Query "the parameter -$($key[0]) has no value") }
        $arguments[$key[0]] = Read-ConnectorQueryValue -Query $Query -Parameter $key[0] -Word $words[$index + 1]
    }
    if ($arguments.ContainsKey('Id') -and $arguments.Count -gt 1) { throw (New-ConnectorQueryFailure $Query '-Id stands alone') }
    @{ Type = $types[$name]; Arguments = $arguments }
}

# The value of an argument, which must be of the right kind.
function Read-ConnectorQueryValue {
    param([string] $Query, [string] $Parameter, $Word)
    $value = $Word.Groups['word'].Value
    if ($Word.Groups['text'].Success) {
        $value = $Word.Groups['text'].Value
        $quote = $Word.Value.Trim().Substring(0, 1)
        $value = $value.Replace("$quote$quote", $quote)
    }
    if ($Parameter -ceq 'First') {
        $number = [long]0
        if ($value -notmatch '^[0-9]{1,18}$' -or -not [long]::TryParse($value, [ref]$number) -or $number -lt 1) { throw (New-ConnectorQueryFailure $Query "-First needs a whole number of at least 1, not '$value'") }
        return $number
    }
    if ($Parameter -ceq 'Id') {
        $id = [guid]::Empty
        if (-not [guid]::TryParse($value, [ref]$id)) { throw (New-ConnectorQueryFailure $Query "-Id needs a GUID, not '$value'") }
        return $id.ToString()
    }
    if ($value.Trim().Length -eq 0) { throw (New-ConnectorQueryFailure $Query "-$Parameter is empty") }
    if (-not $Word.Groups['text'].Success) { throw (New-ConnectorQueryFailure $Query "-$Parameter needs its value in quotation marks") }
    $value
}

# Why the rest of a query, which is no word, is refused.
function Get-ConnectorQueryRefusal {
    param([string] $Rest)
    $Rest = [regex]::Replace($Rest, '^[ \t\r\n]+', '')
    foreach ($tried in $Rest, ($Rest -replace '^[A-Za-z0-9-]+', '')) {
        foreach ($start in $connectorQueryRefusals.Keys) { if ($tried -cmatch "^(?:$start)") { return $connectorQueryRefusals[$start] } }
    }
    "'$($Rest.Substring(0, [System.Math]::Min(20, $Rest.Length)))' has no place in it"
}

function New-ConnectorQueryFailure {
    param([string] $Query, [string] $Reason)
    if ($Query.Length -gt 200) { $Query = $Query.Substring(0, 200) + '...' }
    $Query = [regex]::Replace($Query, '\p{Cc}', ' ')
    New-ConnectorFailure 'InvalidArgument' ("The search query '$Query' was refused: $Reason. Allowed are Get-Dynamics365User and Get-Dynamics365Role, alone or with -Id <guid>, " +
        "or with -Filter '<OData filter>' and -First <number>, all with constant values.")
}

# Runs a query and writes its records. Only the columns that are asked for are requested; a name that is no column of the table gives null.
function Write-ConnectorRecord {
    [CmdletBinding()]
    param($Connection, $Query, [string[]] $Names)
    $command = "Get-Dynamics365$($Query.Type)"
    $arguments = $Query.Arguments
    $columns = [ordered]@{}
    foreach ($name in $Names) {
        if ($name -match '^[A-Za-z_][A-Za-z0-9_]*$') { $columns[$name.ToLowerInvariant()] = $true }
    }
    # A name that is no column makes the environment refuse the whole query: such names are left out, and remembered for this connection.
    $unknown = (Get-ConnectorState)['Unknown']
    $memory = '{0}|{1}' -f $Connection.Name, $Query.Type
    if (-not $unknown.ContainsKey($memory)) { $unknown[$memory] = @{} }
    foreach ($name in @($columns.Keys)) { if ($unknown[$memory].ContainsKey($name)) { $columns.Remove($name) } }

    $key = @{ User = 'systemuserid'; Role = 'roleid' }[$Query.Type]
    $tokenFile = ''
    if ($arguments.Count -eq 0 -and $Names.Length -gt 0) { $tokenFile = [string](Get-ConnectorVariable 'changeTokenFile') }
    if ($tokenFile.Length -gt 0) {
        $command = 'Get-Dynamics365Change'
        $tokenFile = "$tokenFile.$($Query.Type.ToLowerInvariant())"
        $arguments = @{ Table = @{ User = 'systemuser'; Role = 'role' }[$Query.Type]; TokenFile = $tokenFile }
    }
    while ($true) {
        $property = @{}
        if ($Names.Length -gt 0) {
            $property['Property'] = [string[]]@($columns.Keys)
            if ($columns.Count -eq 0) { $property['Property'] = [string[]]@($key) }
        }
        try {
            & $command @arguments @property -Connection $Connection -ErrorAction Stop | . { process {
                    if ([string](Get-ConnectorProperty $_ 'Change') -cne 'Deleted') { ConvertTo-ConnectorRecord -Row $_ -Names $Names }
                    else { $PSCmdlet.WriteWarning("The $($Query.Type.ToLowerInvariant()) $($_.Id) was deleted in the environment.") }
                } }
            return
        }
        catch {
            $status = [string](Get-ConnectorProperty $_.Exception 'Status')
            # All is read again where the file's token is too old, or was made for other columns or another environment; and always where
            # changes are not tracked.
            if ($tokenFile.Length -gt 0 -and $status -in 'TokenExpired', 'InvalidArgument' -and [System.IO.File]::Exists($tokenFile)) {
                $PSCmdlet.WriteWarning("All is read: $($_.Exception.Message)")
                [System.IO.File]::Delete($tokenFile)
                continue
            }
            if ($tokenFile.Length -gt 0 -and $status -ceq 'NotTracked') {
                $PSCmdlet.WriteWarning("All is read: $($_.Exception.Message)")
                $command, $arguments, $tokenFile = "Get-Dynamics365$($Query.Type)", @{}, ''
                continue
            }
            $refused = Get-ConnectorRefusedColumn -ErrorRecord $_ -Columns $columns
            if ($null -eq $refused) { throw }
            $columns.Remove($refused)
            $unknown[$memory][$refused] = $true
        }
    }
}

# The column that the environment does not know, where that is what the error says.
function Get-ConnectorRefusedColumn {
    param($ErrorRecord, $Columns)
    if ([string](Get-ConnectorProperty $ErrorRecord.Exception 'ErrorCode') -ne '0x80060888') { return $null }
    foreach ($name in @($Columns.Keys)) {
        if ($ErrorRecord.Exception.Message -match "'$([regex]::Escape($name))'") { return $name }
    }
    $null
}

# A record: the requested names as they are spelled, otherwise every column of the row under its logical name.
function ConvertTo-ConnectorRecord {
    param($Row, [string[]] $Names)
    $record = [ordered]@{}
    if ($Names.Length -gt 0) {
        foreach ($name in $Names) {
            $property = $Row.psobject.Properties[$name]
            $record[$name] = $null
            if ($null -ne $property) { $record[$name] = $property.Value }
        }
    }
    else { foreach ($property in $Row.psobject.Properties) { if ($property.Name -cnotin 'Roles', 'BusinessUnitName') { $record[$property.Name.ToLowerInvariant()] = $property.Value } } }
    $record
}

# ---- Connection ----

# What is kept between requests of one runspace: connections, and the names that are no columns.
function Get-ConnectorState {
    $state = $ExecutionContext.SessionState.PSVariable.GetValue('global:Dynamics365ConnectorState')
    if ($null -eq $state) {
        $state = @{ Connections = @{}; Unknown = @{} }
        $ExecutionContext.SessionState.PSVariable.Set('global:Dynamics365ConnectorState', $state)
    }
    $state
}

# The connection for a request: one is kept for each environment and login, and made anew when the secret changes.
function Get-ConnectorConnection {
    param($Request)
    foreach ($name in 'Url', 'Login', 'BaseApi') {
        if ([string]::IsNullOrEmpty($Request.$name)) { throw (New-ConnectorFailure 'InvalidConfiguration' "The managed system has no $name. Set Host URL, Login Id (client_id@tenant_id) and Password (client secret).") }
    }
    $secret = ConvertTo-ConnectorSecret $Request.Password
    if ($null -eq $secret -or $secret.Length -eq 0) { throw (New-ConnectorFailure 'InvalidConfiguration' 'The managed system has no Password. Set it to the client secret of the application.') }
    Import-ConnectorModule
    $connections = (Get-ConnectorState)['Connections']
    $key = '{0}|{1}|{2}|{3}' -f $Request.Url, $Request.Login, $Request.BaseApi, $Request.Authority
    $kept = $connections[$key]
    if ($null -ne $kept) {
        if ((Get-ConnectorSecretHash -Secret $secret -Salt $kept.Salt) -ceq $kept.Hash) { return $kept.Connection }
        $connections.Remove($key)
        Disconnect-Dynamics365 -Connection $kept.Connection
    }
    $options = @{ Url = $Request.Url; ApiPath = $Request.BaseApi; Name = "Connector|$key"; SkipTest = $true
        Credential = [System.Management.Automation.PSCredential]::new($Request.Login, $secret)
    }
    if ($Request.Authority.Length -gt 0) { $options['Authority'] = $Request.Authority }
    $salt = [guid]::NewGuid().ToByteArray()
    $connection = Connect-Dynamics365 @options -ErrorAction Stop
    $connections[$key] = @{ Connection = $connection; Salt = $salt; Hash = Get-ConnectorSecretHash -Secret $secret -Salt $salt }
    $connection
}

# What to import of a folder: the module that lies in it, or the newest of the versions that lie in folders named after them, as PowerShell lays
# modules out. Nothing where there is none of them.
function Find-ConnectorModule {
    param([string] $Folder)
    $manifest = [System.IO.Path]::Combine($Folder, 'Dynamics365.psd1')
    if ([System.IO.File]::Exists($manifest)) { return @{ Name = $manifest } }
    if (-not [System.IO.Directory]::Exists($Folder)) { return }
    $newest = $null
    foreach ($inner in [System.IO.Directory]::GetDirectories($Folder)) {
        $version = [System.IO.Path]::GetFileName($inner) -as [version]
        $manifest = [System.IO.Path]::Combine($inner, 'Dynamics365.psd1')
        if ($null -eq $version -or -not [System.IO.File]::Exists($manifest)) { continue }
        if ($null -eq $newest -or $version -gt $newest.RequiredVersion) { $newest = @{ Name = $manifest; RequiredVersion = $version } }
    }
    $newest
}

# The module: beside this script, beside its folder, or wherever modules are installed.
function Import-ConnectorModule {
    if ($null -ne (Get-Module -Name 'Dynamics365')) { return }
    $module = @{ Name = 'Dynamics365' }
    foreach ($folder in $connectorRoot, [System.IO.Path]::Combine($connectorRoot, '..')) {
        $found = Find-ConnectorModule ([System.IO.Path]::GetFullPath([System.IO.Path]::Combine($folder, 'Dynamics365')))
        if ($null -ne $found) { $module = $found; break }
    }
    try { Import-Module @module -Global -ErrorAction Stop }
    catch {
        $advice = "Put its folder beside Connector.ps1 ($connectorRoot), or into a folder of PSModulePath."
        if ($null -ne $module['RequiredVersion']) { $advice = "Its folder must be named after the ModuleVersion in '$($module.Name)'." }
        throw (New-ConnectorFailure 'InvalidConfiguration' "The module Dynamics365 could not be loaded: $($_.Exception.Message) $advice")
    }
}

# The password as a SecureString, whether the host hands over text, a SecureString or a credential.
function ConvertTo-ConnectorSecret {
    param($Password)
    if ($Password -is [System.Security.SecureString]) { return $Password }
    if ($Password -is [System.Management.Automation.PSCredential]) { return $Password.Password }
    if ($null -eq $Password) { return $null }
    $secret = [System.Security.SecureString]::new()
    foreach ($character in ([string]$Password).ToCharArray()) { $secret.AppendChar($character) }
    $secret.MakeReadOnly()
    $secret
}

# A salted hash of a secret: enough to see that it changed, and of no use to anybody else.
function Get-ConnectorSecretHash {
    param([System.Security.SecureString] $Secret, [byte[]] $Salt)
    $bytes = [byte[]]::new($Salt.Length + 2 * $Secret.Length)
    $pin = [System.Runtime.InteropServices.GCHandle]::Alloc($bytes, [System.Runtime.InteropServices.GCHandleType]::Pinned)
    $pointer = [System.IntPtr]::Zero
    $hash = [System.Security.Cryptography.SHA256]::Create()
    try {
        [System.Array]::Copy($Salt, $bytes, $Salt.Length)
        $pointer = [System.Runtime.InteropServices.Marshal]::SecureStringToCoTaskMemUnicode($Secret)
        [System.Runtime.InteropServices.Marshal]::Copy($pointer, $bytes, $Salt.Length, 2 * $Secret.Length)
        [System.Convert]::ToBase64String($hash.ComputeHash($bytes))
    }
    finally {
        [System.Array]::Clear($bytes, 0, $bytes.Length)
        $pin.Free()
        if ($pointer -ne [System.IntPtr]::Zero) { [System.Runtime.InteropServices.Marshal]::ZeroFreeCoTaskMemUnicode($pointer) }
        $hash.Dispose()
    }
}

# ---- Failures, and reading what the host hands over ----

# A failure of the connector itself; -Status is one of the module's, so that it has an error code.
function New-ConnectorFailure {
    param([string] $Status, [string] $Message)
    [System.Management.Automation.ErrorRecord]::new([System.InvalidOperationException]::new($Message), "Dynamics365.$Status",
        [System.Management.Automation.ErrorCategory]::InvalidOperation, $null)
}

# The failure as a result, and as one error record. The result comes first: a host that stops at errors has it then.
function Write-ConnectorFailure {
    param($Cmdlet, [System.Management.Automation.ErrorRecord] $ErrorRecord, $Saved, [switch] $Search)
    $status = ($ErrorRecord.FullyQualifiedErrorId -replace '^Dynamics365\.', '' -split ',')[0]
    $code = 'OTHER_ERROR'
    if ($connectorErrorCodes.ContainsKey($status)) { $code = $connectorErrorCodes[$status] }
    $message = $ErrorRecord.Exception.Message
    if (-not $Search) {
        $result = New-ConnectorResult -Status 'FAILURE' -ErrorCode $code -ErrorMessage $message -IdentityName $Saved.Id -Changed $Saved.Changed -Messages $Saved.Messages
        $Cmdlet.WriteObject($result)
    }
    $Cmdlet.WriteError([System.Management.Automation.ErrorRecord]::new($ErrorRecord.Exception, "$code,Dynamics365.$status", $ErrorRecord.CategoryInfo.Category, $ErrorRecord.TargetObject))
}

function Write-ConnectorRefusal {
    param($Cmdlet, [string] $Message)
    Write-ConnectorFailure -Cmdlet $Cmdlet -ErrorRecord (New-ConnectorFailure 'NotSupported' $Message) -Saved @{ Id = (Get-ConnectorRequest).IdentityName; Changed = $false; Messages = @() }
}

# A variable that the host may or may not have set.
function Get-ConnectorVariable {
    param([string] $Name)
    $ExecutionContext.SessionState.PSVariable.GetValue($Name)
}

# A property of an object or an entry of a dictionary; null where it is missing.
function Get-ConnectorProperty {
    param($Object, [string] $Name)
    if ($null -eq $Object) { return $null }
    if ($Object -is [System.Collections.IDictionary]) {
        foreach ($key in $Object.Keys) { if ([string]$key -eq $Name) { return $Object[$key] } }
        return $null
    }
    $property = $Object.psobject.Properties[$Name]
    if ($null -eq $property) { return $null }
    $property.Value
}
