# Failures: an exception of the module in an error record whose id, category and target tell what happened.

# The category of a failure, by the name of its status. What is not listed is NotSpecified.
$script:FailureCategories = @{
    InvalidArgument = 'InvalidArgument'; InvalidConfiguration = 'InvalidArgument'; InvalidAttribute = 'InvalidData'; MissingAttribute = 'InvalidData'
    AuthenticationFailed = 'AuthenticationError'; AccessDenied = 'PermissionDenied'
    NotFound = 'ObjectNotFound'; UserNotFound = 'ObjectNotFound'; RoleNotFound = 'ObjectNotFound'; BusinessUnitNotFound = 'ObjectNotFound'
    TeamNotFound = 'ObjectNotFound'; NotTracked = 'NotEnabled'; TokenExpired = 'InvalidData'
    AmbiguousName = 'InvalidArgument'; AlreadyExists = 'ResourceExists'; PreconditionFailed = 'ResourceBusy'
    ConstraintViolation = 'InvalidOperation'; NotSupported = 'NotImplemented'
    Throttled = 'LimitsExceeded'; ServiceUnavailable = 'ConnectionError'; TimedOut = 'OperationTimeout'; ServerError = 'InvalidResult'
    UnexpectedResponse = 'ProtocolError'; OutcomeUnknown = 'OperationStopped'; Cancelled = 'OperationStopped'
    NotConnected = 'ConnectionError'; ConnectionNotFound = 'ObjectNotFound'; LibraryNotLoaded = 'ResourceUnavailable'; LibraryVersionMismatch = 'ResourceUnavailable'
}

# Failures that every further input would meet as well: they end the command.
$script:EndingFailures = 'InvalidConfiguration', 'AuthenticationFailed', 'ServiceUnavailable', 'Throttled', 'NotConnected', 'ConnectionNotFound',
'LibraryNotLoaded', 'LibraryVersionMismatch'

# An error record; -Detail sets further fields of its exception.
function New-Failure {
    param([string] $Status, [string] $Message, [string] $Target, [hashtable] $Detail = @{}, $TargetObject)
    $exception = (Get-DataType 'RequestException')::new($Message)
    $exception.Status = $Status
    $exception.Target = $Target
    foreach ($name in $Detail.Keys) { $exception.$name = $Detail[$name] }
    $category = [System.Management.Automation.ErrorCategory]::NotSpecified
    if ($script:FailureCategories.ContainsKey($Status)) { $category = [System.Management.Automation.ErrorCategory]$script:FailureCategories[$Status] }
    if ($null -eq $TargetObject) { $TargetObject = $Target }
    [System.Management.Automation.ErrorRecord]::new($exception, "Dynamics365.$Status", $category, $TargetObject)
}

# The error record of an error that the library returned. Frees the error.
function New-NativeFailure {
    param([int] $Status, [System.IntPtr] $NativeError)
    $native = $script:Native
    $name = Get-NativeString $native::d365_status_name($Status)
    if ($NativeError -eq [System.IntPtr]::Zero) {
        return New-Failure -Status $name -Message "The native library reported $name without a text."
    }
    try {
        $fields = foreach ($field in 0..4) {
            $text = [System.IntPtr]::Zero
            $length = [System.IntPtr]::Zero
            $null = $native::d365_error_text($NativeError, [uint32]$field, [ref]$text, [ref]$length)
            , (Get-NativeText $text $length)
        }
        $detail = @{ StatusCode = [int]$native::d365_error_http_status($NativeError); ErrorCode = $fields[1]; RequestId = $fields[3]; Privilege = $fields[4] }
        $milliseconds = $native::d365_error_retry_after_ms($NativeError)
        if ($milliseconds -ge 0) { $detail['RetryAfter'] = [timespan]::FromMilliseconds($milliseconds) }
        New-Failure -Status $name -Message $fields[0] -Target $fields[2] -Detail $detail
    }
    finally { $native::d365_error_free($NativeError) }
}

# What ended a later command of a pipeline, where that came back through a command of the module.
$script:LaterFailure = $null

# Reports what a command caught: a failure of the module as an error of the input that it is about, or as the end of the command
# where further inputs would fail alike; what something else threw (a later command of the pipeline) goes on its way.
function Write-Failure {
    param($Cmdlet, [System.Management.Automation.ErrorRecord] $ErrorRecord, $TargetObject)
    $exception = $ErrorRecord.Exception
    $isLater = $null -ne $script:LaterFailure -and [object]::ReferenceEquals($exception, $script:LaterFailure)
    if ($isLater -or $exception -isnot (Get-DataType 'RequestException')) { $Cmdlet.ThrowTerminatingError($ErrorRecord) }
    if ($null -ne $TargetObject) {
        $ErrorRecord = [System.Management.Automation.ErrorRecord]::new($exception, "Dynamics365.$($exception.Status)", $ErrorRecord.CategoryInfo.Category, $TargetObject)
    }
    Clear-CaughtFailure -Cmdlet $Cmdlet -Exception $exception
    if ($script:EndingFailures -ccontains $exception.Status) { $Cmdlet.ThrowTerminatingError($ErrorRecord) }
    $Cmdlet.WriteError($ErrorRecord)
}

# PowerShell adds a failure to $Error, and to the list of -ErrorVariable, each time that it leaves one of the module's functions. The caller is to find it there
# once, as it is reported, and with -ErrorAction Ignore not at all: what was caught is taken out before.
function Clear-CaughtFailure {
    param($Cmdlet, [System.Exception] $Exception)
    # The newest come first.
    Remove-Failure -List $global:Error -Exception $Exception -Count ([System.Math]::Min(20, $global:Error.Count))
    if (-not $Cmdlet.MyInvocation.BoundParameters.ContainsKey('ErrorVariable')) { return }
    $list = $Cmdlet.SessionState.PSVariable.GetValue($Cmdlet.MyInvocation.BoundParameters['ErrorVariable'].TrimStart('+'))
    if ($list -is [System.Collections.IList]) { Remove-Failure -List $list -Exception $Exception -Count $list.Count }
}

function Remove-Failure {
    param([System.Collections.IList] $List, [System.Exception] $Exception, [int] $Count)
    for ($index = $Count - 1; $index -ge 0; $index--) {
        $caught = $List[$index]
        if ($caught -is [System.Management.Automation.ErrorRecord]) { $caught = $caught.Exception }
        if ([object]::ReferenceEquals($caught, $Exception)) { $List.RemoveAt($index) }
    }
}
