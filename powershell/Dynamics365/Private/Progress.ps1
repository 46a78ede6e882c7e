# The progress of commands that take longer than a moment: how much is done, how fast, and how long the rest will take where that is known.

# When a command first shows its progress, and how often it does.
$script:ProgressAfterMilliseconds = 2000
$script:ProgressEveryMilliseconds = 250

function New-Progress {
    param($Cmdlet)
    @{ Cmdlet = $Cmdlet; Watch = [System.Diagnostics.Stopwatch]::StartNew(); ShownAt = [long]0; IsShown = $false }
}

# Shows the progress where that is due. -Left is how much there is to do still, as far as is known; with -IsAll nothing comes to that.
function Show-Progress {
    param($Progress, [long] $Done, [long] $Left = -1, [switch] $IsAll)
    $elapsed = $Progress.Watch.ElapsedMilliseconds
    if ($elapsed -lt $script:ProgressAfterMilliseconds -or $elapsed - $Progress.ShownAt -lt $script:ProgressEveryMilliseconds) { return }
    $Progress.ShownAt = $elapsed
    $Progress.IsShown = $true
    $rate = $Done / $Progress.Watch.Elapsed.TotalSeconds
    $culture = [System.Globalization.CultureInfo]::CurrentCulture
    $of = $Done.ToString('N0', $culture)
    if ($IsAll) { $of += " of $(($Done + $Left).ToString('N0', $culture))" }
    $record = New-ProgressRecord -Progress $Progress -Status "$of done, $($rate.ToString('N1', $culture)) a second"
    if ($IsAll) { $record.PercentComplete = [int][System.Math]::Floor(100 * $Done / ($Done + $Left)) }
    if ($Left -ge 0 -and $rate -gt 0) { $record.SecondsRemaining = [int][System.Math]::Min([int]::MaxValue, [System.Math]::Ceiling($Left / $rate)) }
    $Progress.Cmdlet.WriteProgress($record)
}

# Takes the progress away, where it was shown.
function Complete-Progress {
    param($Progress)
    if (-not $Progress.IsShown) { return }
    $record = New-ProgressRecord -Progress $Progress -Status 'done'
    $record.RecordType = [System.Management.Automation.ProgressRecordType]::Completed
    $Progress.Cmdlet.WriteProgress($record)
}

function New-ProgressRecord {
    param($Progress, [string] $Status)
    [System.Management.Automation.ProgressRecord]::new(365, $Progress.Cmdlet.MyInvocation.MyCommand.Name, $Status)
}
