# Running an operation of the native library: start it, wait in short steps so that Ctrl+C ends it, hand over its result.

# How long one native wait lasts at most: while it lasts, PowerShell does not see Ctrl+C.
$script:WaitMilliseconds = [uint32]50

# Preferences with which nothing is shown.
$script:Silent = [System.Management.Automation.ActionPreference]'SilentlyContinue', [System.Management.Automation.ActionPreference]'Ignore'

# Calls a function of the library whose last two parameters are the handle that it hands out and the error. Reflection fills
# those two elements of the array as the function returns, so that the caller's finally finds the handle in any case.
function Invoke-NativeStart {
    param([string] $Function, [object[]] $Call)
    for ($index = 0; $index -lt $Call.Length; $index++) {
        if ($Call[$index] -is [psobject]) { $Call[$index] = $Call[$index].psobject.BaseObject }
        if ($Call[$index] -is [string]) { Assert-NativeText $Call[$index] }
    }
    $status = $script:Native.GetMethod($Function).Invoke($null, $Call)
    if ($status -ne 0) { throw (New-NativeFailure -Status $status -NativeError $Call[$Call.Length - 1]) }
}

# Runs an operation and returns its result as JSON text. -Arguments are what stands between the client and the operation.
function Invoke-Operation {
    param($Cmdlet, $Connection, [string] $Function, [object[]] $Arguments = @())
    $native = Get-NativeType
    $call = [object[]](@(, (Get-ClientHandle $Connection)) + $Arguments + @([System.IntPtr]::Zero, [System.IntPtr]::Zero))
    $handle = $call.Length - 2
    try {
        Invoke-NativeStart -Function $Function -Call $call
        while (-not (Wait-Operation -Cmdlet $Cmdlet -Connection $Connection -Operation $call[$handle])) { continue }
        Get-OperationResult $call[$handle]
    }
    finally {
        # Freeing cancels what is still at work: that is what Ctrl+C comes to.
        if ($call[$handle] -ne [System.IntPtr]::Zero) { $native::d365_operation_free($call[$handle]) }
    }
}

# Waits for an operation in one short step; true once it is done, well or not. A question that the library has meanwhile is answered.
function Wait-Operation {
    param($Cmdlet, $Connection, [System.IntPtr] $Operation)
    $failure = [System.IntPtr]::Zero
    $status = $script:Native::d365_operation_wait($Operation, $script:WaitMilliseconds, [ref]$failure)
    # What went wrong is told again by its result.
    if ($failure -ne [System.IntPtr]::Zero) { $script:Native::d365_error_free($failure) }
    Write-NativeLog -Cmdlet $Cmdlet -Function 'd365_operation_log' -Handle $Operation
    if ($status -eq $script:AnswerNeeded) { Send-Answer $Connection }
    $status -ne 1 -and $status -ne $script:AnswerNeeded
}

# The result of an operation that is done, as JSON text.
function Get-OperationResult {
    param([System.IntPtr] $Operation)
    $text = [System.IntPtr]::Zero
    $length = [System.IntPtr]::Zero
    $failure = [System.IntPtr]::Zero
    $status = $script:Native::d365_operation_result($Operation, [ref]$text, [ref]$length, [ref]$failure)
    if ($status -ne 0) { throw (New-NativeFailure -Status $status -NativeError $failure) }
    Get-NativeText $text $length
}

# The requests that were made since the last call, as verbose lines where anybody is to see them.
function Write-NativeLog {
    param($Cmdlet, [string] $Function, [System.IntPtr] $Handle)
    if ($VerbosePreference -in $script:Silent) {
        # -Debug shows verbose lines as well.
        $bound = $Cmdlet.MyInvocation.BoundParameters
        if (-not $bound.ContainsKey('Verbose') -and -not $bound.ContainsKey('Debug')) { return }
    }
    $text = [System.IntPtr]::Zero
    $length = [System.IntPtr]::Zero
    $failure = [System.IntPtr]::Zero
    if ($Function -ceq 'd365_rows_log') { $status = $script:Native::d365_rows_log($Handle, [ref]$text, [ref]$length, [ref]$failure) }
    else { $status = $script:Native::d365_operation_log($Handle, [ref]$text, [ref]$length, [ref]$failure) }
    if ($failure -ne [System.IntPtr]::Zero) { $script:Native::d365_error_free($failure) }
    if ($status -ne 0 -or $length -eq [System.IntPtr]::Zero) { return }
    foreach ($line in (Get-NativeText $text $length).Split("`n")) {
        if ($line.Length -gt 0) { $Cmdlet.WriteVerbose($line) }
    }
}
