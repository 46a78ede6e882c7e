# Runs test files with Pester 5; the last line tells how many tests passed, failed and were skipped.
param([Parameter(Mandatory)] [string] $Path, [string] $Pester)

$ErrorActionPreference = 'Stop'
if ($Pester) { Import-Module -Name $Pester } else { Import-Module -Name Pester -MinimumVersion 5.0 -MaximumVersion 5.999 }
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Detailed'
$configuration.Output.RenderMode = 'Plaintext'
$result = Invoke-Pester -Configuration $configuration
# A file that can't be discovered and a block whose BeforeAll fails are failures as well, and a suite without any test is one.
$failed = $result.FailedCount + $result.FailedContainersCount + $result.NotRunCount + $result.InconclusiveCount
if ($result.TotalCount -eq 0) { $failed++ }
[System.Console]::Out.WriteLine("$($result.PassedCount) passed, $failed failed, $($result.SkippedCount) skipped")
exit [int]($failed -gt 0)
