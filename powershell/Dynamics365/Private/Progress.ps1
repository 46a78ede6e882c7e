# The progress of commands that take longer than a moment.

# When a command first shows its progress, and how often it does.
$script:ProgressAfterMilliseconds = 2000
$script:ProgressEveryMilliseconds = 250

# Shows how far a queue of changes has come, where that is due.
function Show-QueueProgress {
    param($Queue, $Run)
    $elapsed = $Queue.Watch.ElapsedMilliseconds
    if ($elapsed -lt $script:ProgressAfterMilliseconds -or $elapsed - $Queue.ShownAt -lt $script:ProgressEveryMilliseconds) { return }
    $Queue.ShownAt = $elapsed
    $Queue.IsShown = $true
    Write-QueueProgress -Queue $Queue -Left ($Run.Entries.Count - $Run.Next) -IsLast:$Run.IsLast
}

# The percentage is told once all inputs are known; the remaining time is that of the inputs that are there.
function Write-QueueProgress {
    param($Queue, [int] $Left, [switch] $IsLast, [switch] $IsComplete)
    $rate = $Queue.Done / [System.Math]::Max(0.001, $Queue.Watch.Elapsed.TotalSeconds)
    $culture = [System.Globalization.CultureInfo]::CurrentCulture
    $total = $Queue.Done + $Left
    $of = if ($IsLast) { "$($Queue.Done.ToString('N0', $culture)) of $($total.ToString('N0', $culture))" } else { $Queue.Done.ToString('N0', $culture) }
    $progress = [System.Management.Automation.ProgressRecord]::new(365, $Queue.Cmdlet.MyInvocation.MyCommand.Name, "$of done, $($rate.ToString('N1', $culture)) a second")
    if ($IsComplete) { $progress.RecordType = [System.Management.Automation.ProgressRecordType]::Completed }
    elseif ($Queue.Done -gt 0) {
        if ($IsLast) { $progress.PercentComplete = [int][System.Math]::Floor(100 * $Queue.Done / $total) }
        $progress.SecondsRemaining = [int][System.Math]::Ceiling($Left / $rate)
    }
    $Queue.Cmdlet.WriteProgress($progress)
}
