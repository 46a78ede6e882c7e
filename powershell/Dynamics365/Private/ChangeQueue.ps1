# Changes of many inputs: they are collected for a moment and then made side by side, by a bulk of the library, which keeps the changes of one user in order. The
# results come in the order of the inputs.
#
# Nothing is at work while the command waits for its next input: PowerShell tells a function of a stop only while that itself runs. So inputs are collected
# until the command is due (Test-QueueDue), and a run makes all of their changes before it returns. What was collected when a pipeline ends early was not begun.

# For how long inputs are collected, and how many at most. One that comes after a longer pause is not kept waiting.
$script:CollectMilliseconds = 300
$script:CollectLimit = 5000
# How many operations are started ahead of the one whose result is next, for each that is at work at once. When a pipeline ends early, as with Select-Object -First, so
# many changes may have been made whose results nobody took.
$script:QueueAhead = 8
# How long a command that is stopped waits for what is under way. With one native wait it has to stay well below the 0.2 s in which Ctrl+C ends a command.
$script:SettleMilliseconds = 60
# What an operation ends with that was cancelled before it changed anything (D365_STATUS_CANCELLED).
$script:Cancelled = 61

# The queue of a command. A command that asks, or only tells what it would do, works off each input as it comes.
function New-ChangeQueue {
    param($Cmdlet, $Connection, [int] $ThrottleLimit, [System.Management.Automation.ConfirmImpact] $Impact = 'Medium')
    @{
        Cmdlet = $Cmdlet; Connection = $Connection; ThrottleLimit = $ThrottleLimit; Impact = $Impact
        # Whether an error is about what came through the pipeline, not about an argument.
        TakesInput = $Cmdlet.MyInvocation.ExpectingInput
        IsStopping = Test-StopOnError $Cmdlet
        IsDirect = (Test-WhatIf $Cmdlet) -or (Test-Asking -Cmdlet $Cmdlet -Impact $Impact)
        Entries = [System.Collections.Generic.List[object]]::new(); Bulk = $null; Ahead = 1
        Pause = [System.Diagnostics.Stopwatch]::StartNew()
        Progress = $null; Done = 0
    }
}

# Queues a change. -Arguments are those of the function between the client and the flags; -Convert makes the command's object of the result; -Target and -Action
# tell the change where nobody asks for more.
function Add-Change {
    param($Queue, $InputObject, [string] $Function, [object[]] $Arguments, [uint32] $Flags = 0, [string] $Target, [string] $Action, [scriptblock] $Convert)
    if ($Queue.IsDirect) {
        Invoke-Change -Cmdlet $Queue.Cmdlet -Connection $Queue.Connection -Function $Function -Arguments $Arguments -Flags $Flags -Impact $Queue.Impact `
            -Target $Target -Action $Action -Convert $Convert
        return
    }
    if (-not $Queue.Cmdlet.ShouldProcess($Target, $Action)) { return }
    $Queue.Entries.Add(@{ InputObject = $InputObject; Function = $Function; Arguments = $Arguments + @($Flags); Target = $Target; Action = $Action; Convert = $Convert
            Handle = [System.IntPtr]::Zero; IsRead = $false; Result = $null; Failure = $null })
}

# Queues what a command caught when it looked at an input: it is reported in its turn.
function Add-ChangeFailure {
    param($Queue, [System.Management.Automation.ErrorRecord] $ErrorRecord, $InputObject)
    if ($Queue.Entries.Count -eq 0 -or $ErrorRecord.Exception -isnot (Get-DataType 'RequestException')) { Write-Failure $Queue.Cmdlet $ErrorRecord $InputObject; return }
    $Queue.Entries.Add(@{ InputObject = $InputObject; Handle = [System.IntPtr]::Zero; IsRead = $true; Result = $null; Failure = $ErrorRecord })
}

# Makes the changes that were collected, where it is time for them.
function Step-ChangeQueue {
    param($Queue)
    if ($Queue.Entries.Count -eq 0) { return }
    if ($Queue.Entries.Count -lt $script:CollectLimit -and $Queue.Pause.ElapsedMilliseconds -lt $script:CollectMilliseconds) { return }
    Invoke-ChangeQueue -Queue $Queue
}

# Makes the rest of the changes: there are no more inputs.
function Complete-ChangeQueue {
    param($Queue)
    try {
        if ($Queue.Entries.Count -gt 0) { Invoke-ChangeQueue -Queue $Queue -IsLast }
        if ($null -ne $Queue.Progress) { Complete-Progress $Queue.Progress }
    }
    finally { if ($null -ne $Queue.Bulk) { $Queue.Bulk.Dispose() } }
}

# Makes the changes that were collected. However it ends, what became of each change that was begun is told.
function Invoke-ChangeQueue {
    param($Queue, [switch] $IsLast)
    $run = @{ Entries = $Queue.Entries; Next = 0; Started = 0; IsDone = $false; IsLast = [bool]$IsLast }
    $Queue.Entries = [System.Collections.Generic.List[object]]::new()
    if ($null -eq $Queue.Progress) { $Queue.Progress = New-Progress $Queue.Cmdlet }
    try {
        if ($null -eq $Queue.Bulk -and $run.Entries.Count -gt 1) {
            $Queue.Bulk = New-BulkHandle $Queue
            $Queue.Ahead = $script:QueueAhead * [int]$script:Native::d365_client_limit($Queue.Bulk)
        }
        while ($run.Next -lt $run.Entries.Count) {
            Start-QueuedChange -Queue $Queue -Run $run
            Receive-QueuedChange -Queue $Queue -Run $run
        }
        $run.IsDone = $true
    }
    finally {
        if (-not $run.IsDone) { Stop-QueuedChange -Queue $Queue -Run $run }
        Remove-QueuedHandle $run
        $Queue.Pause = [System.Diagnostics.Stopwatch]::StartNew()
    }
}

# A client for many operations.
function New-BulkHandle {
    param($Queue)
    $native = Get-NativeType
    $pointer = [System.IntPtr]::Zero
    $failure = [System.IntPtr]::Zero
    $status = $native::d365_client_bulk((Get-ClientHandle $Queue.Connection), [uint32]$Queue.ThrottleLimit, [ref]$pointer, [ref]$failure)
    if ($status -ne 0) { throw (New-NativeFailure -Status $status -NativeError $failure) }
    (Get-EmittedType -Library (Get-LibraryPath))['ClientHandle']::new($pointer)
}

# Starts operations, as far ahead of the next result as is good for it.
function Start-QueuedChange {
    param($Queue, $Run)
    $native = Get-NativeType
    # A single input needs no queue in the library.
    $client = if ($null -ne $Queue.Bulk) { $Queue.Bulk } else { Get-ClientHandle $Queue.Connection }
    while ($Run.Started -lt $Run.Entries.Count -and $Run.Started - $Run.Next -lt $Queue.Ahead) {
        $entry = $Run.Entries[$Run.Started]
        if (-not $entry.IsRead) {
            $call = [object[]](@(, $client) + $entry.Arguments + @([System.IntPtr]::Zero, [System.IntPtr]::Zero))
            try { Invoke-NativeStart -Function $entry.Function -Call $call }
            catch { Set-ChangeFailure -Entry $entry -ErrorRecord $_ }
            finally { $entry.Handle = $call[$call.Length - 2] }
        }
        $Run.Started++
    }
}

# What went wrong with a change; what is no failure of a change is thrown.
function Set-ChangeFailure {
    param($Entry, [System.Management.Automation.ErrorRecord] $ErrorRecord)
    if ($ErrorRecord.Exception -isnot (Get-DataType 'RequestException')) { throw $ErrorRecord }
    $Entry.Failure = $ErrorRecord
    $Entry.IsRead = $true
}

# Reads what a change that is done came to.
function Read-ChangeResult {
    param($Queue, $Entry)
    try { $Entry.Result = @(& $Entry.Convert (Get-OperationResult $Entry.Handle)) }
    catch { Set-ChangeFailure -Entry $Entry -ErrorRecord $_ }
    $Entry.IsRead = $true
}

# Reads the results that are there behind the one that is waited for: there is time for it now, and little left to do should the command be stopped.
function Read-FinishedChange {
    param($Queue, $Run)
    for ($index = $Run.Next + 1; $index -lt $Run.Started; $index++) {
        $entry = $Run.Entries[$index]
        if ($entry.IsRead) { continue }
        $failure = [System.IntPtr]::Zero
        $status = $script:Native::d365_operation_wait($entry.Handle, [uint32]0, [ref]$failure)
        if ($failure -ne [System.IntPtr]::Zero) { $script:Native::d365_error_free($failure) }
        if ($status -eq 1 -or $status -eq $script:AnswerNeeded) { continue }
        Write-NativeLog -Cmdlet $Queue.Cmdlet -Function 'd365_operation_log' -Handle $entry.Handle
        Read-ChangeResult -Queue $Queue -Entry $entry
    }
}

# Waits for the next result, and writes it.
function Receive-QueuedChange {
    param($Queue, $Run)
    $entry = $Run.Entries[$Run.Next]
    if (-not $entry.IsRead) {
        while (-not (Wait-Operation -Cmdlet $Queue.Cmdlet -Connection $Queue.Connection -Operation $entry.Handle)) {
            Read-FinishedChange -Queue $Queue -Run $Run
            Show-Progress -Progress $Queue.Progress -Done $Queue.Done -Left ($Run.Entries.Count - $Run.Next) -IsAll:$Run.IsLast
        }
        Read-ChangeResult -Queue $Queue -Entry $entry
    }
    $failure = $entry.Failure
    # From here on it is told.
    $Run.Next++
    $Queue.Done++
    if ($null -ne $failure) {
        # The command ends with this error. Nothing can be written after it, not even from a catch block.
        if ($Queue.IsStopping -or $script:EndingFailures -ccontains $failure.Exception.Status) { Complete-QueuedChange -Queue $Queue -Run $Run }
        Write-Failure $Queue.Cmdlet $failure $entry.InputObject
    }
    else {
        $entry.Result
    }
    Show-Progress -Progress $Queue.Progress -Done $Queue.Done -Left ($Run.Entries.Count - $Run.Next) -IsAll:$Run.IsLast
}

# Whether the first error ends the command.
function Test-StopOnError {
    param($Cmdlet)
    $bound = $Cmdlet.MyInvocation.BoundParameters
    if ($bound.ContainsKey('ErrorAction')) { return [string]$bound['ErrorAction'] -eq 'Stop' }
    [string]$ErrorActionPreference -eq 'Stop'
}

# Before an error that ends the command: nothing more is begun, what is under way is waited for, and written.
function Complete-QueuedChange {
    param($Queue, $Run)
    $outcomes = Get-QueuedOutcome -Queue $Queue -Run $Run -IsPatient
    $Run.Next = $Run.Entries.Count
    foreach ($outcome in $outcomes) {
        if ($null -eq $outcome.Error) { $outcome.Result; continue }
        if (-not $Queue.IsStopping) { $Queue.Cmdlet.WriteError($outcome.Error); continue }
        # The command can end with one error only: this one came later.
        $Queue.Cmdlet.WriteWarning("Of what was under way at the same time: $($outcome.Change): $($outcome.Error.Exception.Message)")
        $global:Error.Insert(0, $outcome.Error)
    }
}

# After a stop: nothing more is begun, what is under way gets a moment, and what nobody was told is put into one error record: the pipeline may take no more
# objects then.
function Stop-QueuedChange {
    param($Queue, $Run)
    $begun = $Run.Entries.Count - $Run.Next
    $outcomes = @(Get-QueuedOutcome -Queue $Queue -Run $Run)
    $Run.Next = $Run.Entries.Count
    if ($outcomes.Length -eq 0) { return }
    $record = New-StopFailure -Outcome $outcomes -NotBegun ($begun - $outcomes.Length)
    # This one is shown even after Ctrl+C.
    $Queue.Cmdlet.WriteWarning("The command was stopped before its end. Changes that were begun and are not in its output: $($outcomes.Length). `$Error[0] tells what became of them.")
    try { $Queue.Cmdlet.WriteError($record) }
    catch { $null = $_ }
    finally {
        # Where the stopped pipeline took no error either.
        $known = $global:Error.Count -gt 0 -and $global:Error[0] -is [System.Management.Automation.ErrorRecord] -and [object]::ReferenceEquals($global:Error[0].Exception, $record.Exception)
        if (-not $known) { $global:Error.Insert(0, $record) }
    }
}

# What became of the changes that were begun and not told, in the order of their inputs. Without -IsPatient what takes longer than a moment is cancelled:
# its outcome is unknown.
function Get-QueuedOutcome {
    param($Queue, $Run, [switch] $IsPatient)
    $native = Get-NativeType
    if ($null -ne $Queue.Bulk) { $native::d365_client_stop($Queue.Bulk) }
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    for ($index = $Run.Next; $index -lt $Run.Started; $index++) {
        $entry = $Run.Entries[$index]
        if ($entry.Handle -eq [System.IntPtr]::Zero) { continue }
        if (-not $entry.IsRead) {
            $failure = [System.IntPtr]::Zero
            $left = [System.Math]::Max(0, $script:SettleMilliseconds - $watch.ElapsedMilliseconds)
            if ($IsPatient) {
                $left = 0
                while (-not (Wait-Operation -Cmdlet $Queue.Cmdlet -Connection $Queue.Connection -Operation $entry.Handle)) { continue }
            }
            $status = $native::d365_operation_wait($entry.Handle, [uint32]$left, [ref]$failure)
            if ($failure -ne [System.IntPtr]::Zero) { $native::d365_error_free($failure) }
            if ($status -eq 1 -or $status -eq $script:AnswerNeeded) { $native::d365_operation_cancel($entry.Handle) }
            # It says that nothing was changed: that counts as not begun.
            if ($status -eq $script:Cancelled) { continue }
            Read-ChangeResult -Queue $Queue -Entry $entry
        }
        $record = $entry.Failure
        if ($null -ne $record -and $record.Exception.Status -ceq 'Cancelled') { continue }
        $outcome = (Get-DataType 'ChangeOutcome')::new()
        $outcome.InputObject = $entry.InputObject
        $outcome.Change = "$($entry.Action): $($entry.Target)"
        $outcome.Result = $entry.Result
        $outcome.Outcome = 'Done'
        if ($null -ne $record) {
            $outcome.Outcome = if ($record.Exception.Status -ceq 'OutcomeUnknown') { 'Unknown' } else { 'Failed' }
            $outcome.Error = [System.Management.Automation.ErrorRecord]::new($record.Exception, "Dynamics365.$($record.Exception.Status)", $record.CategoryInfo.Category, $entry.InputObject)
        }
        $outcome
    }
}

# The error record of a stopped command: its TargetObject has an object for each change that was begun and not written any more.
function New-StopFailure {
    param([object[]] $Outcome, [int] $NotBegun)
    $texts = @('The command was stopped before its end.')
    foreach ($kind in @(@('Done', 'Changes that were made and are not in the output'), @('Failed', 'Changes that failed and were not reported'),
            @('Unknown', 'Changes that were under way and whose outcome is unknown'))) {
        $of = @(foreach ($one in $Outcome) { if ($one.Outcome -ceq $kind[0]) { $one.Change } })
        if ($of.Length -eq 0) { continue }
        $named = @($of[0..([System.Math]::Min(2, $of.Length - 1))]) -join '; '
        if ($of.Length -gt 3) { $named += '; and others' }
        $texts += "$($kind[1]): $($of.Length) ($named)."
    }
    if ($NotBegun -gt 0) { $texts += "Inputs that were not begun: $NotBegun." }
    $texts += 'What to do: see $Error[0].TargetObject, which has each of these changes with its input; before a change of unknown outcome is repeated, read the row and compare.'
    $status = if (@(foreach ($one in $Outcome) { if ($one.Outcome -ceq 'Unknown') { $one } }).Length -gt 0) { 'OutcomeUnknown' } else { 'Cancelled' }
    New-Failure -Status $status -Message ($texts -join ' ') -TargetObject $Outcome
}

function Remove-QueuedHandle {
    param($Run)
    for ($index = 0; $index -lt $Run.Started; $index++) {
        $entry = $Run.Entries[$index]
        if ($entry.Handle -eq [System.IntPtr]::Zero) { continue }
        $script:Native::d365_operation_free($entry.Handle)
        $entry.Handle = [System.IntPtr]::Zero
    }
}
