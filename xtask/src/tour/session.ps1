# Runs the commands of docs/tour.md one block after the other, as at a prompt, and writes what a prompt would show behind each.
# The blocks are in a file, divided by lines with a form feed.
param([string] $Module, [string] $Blocks)
$ErrorActionPreference = 'Continue'
$ProgressPreference = 'SilentlyContinue'
if ($null -ne (Get-Variable -Name PSStyle -ErrorAction SilentlyContinue)) { $PSStyle.OutputRendering = 'PlainText' }
Import-Module -Name $Module

# A prompt marks what is no output.
filter Add-Mark {
    if ($_ -is [System.Management.Automation.VerboseRecord]) { "VERBOSE: $_" }
    elseif ($_ -is [System.Management.Automation.WarningRecord]) { "WARNING: $_" }
    else { $_ }
}

foreach ($block in ([System.IO.File]::ReadAllText($Blocks) -split "`n`f`n")) {
    # A prompt takes one statement after the other, and shows what each wrote.
    foreach ($statement in [scriptblock]::Create($block).Ast.EndBlock.Statements) {
        try { . ([scriptblock]::Create($statement.Extent.Text)) 2>&1 3>&1 4>&1 | Add-Mark | Out-String -Stream -Width 120 | ForEach-Object { [Console]::Out.WriteLine($_) } }
        catch { [Console]::Out.WriteLine(($_ | Out-String -Width 120)) }
    }
    [Console]::Out.WriteLine([string][char]12)
}
