# Runs what Blocks.ps1 discovered. A block and a test are functions of their own here: what BeforeAll, BeforeEach and It dot-source
# lives in that function's scope, and the scopes inside it see it, as in Pester.

function Write-TestRunLine { param([string] $Text) [System.Console]::Out.WriteLine($Text) }

function Write-TestRunFailure {
    param([string] $Name, $ErrorRecord)
    $global:TestRunFailed++
    Write-TestRunLine "[-] $Name"
    foreach ($line in $ErrorRecord.Exception.Message.Split("`n")) { Write-TestRunLine "      $($line.TrimEnd())" }
    # Where it was, without the runner's own lines.
    foreach ($line in ([string]$ErrorRecord.ScriptStackTrace).Split("`n")) {
        if ($line -match '\.ps[m]?1: line') { Write-TestRunLine "      $($line.Trim())" }
    }
}

function Get-TestRunPath {
    param($Item)
    $names = [System.Collections.Generic.List[string]]::new()
    while ($null -ne $Item -and $null -ne $Item.Parent) { $names.Insert(0, $Item.Name); $Item = $Item.Parent }
    $names -join ' > '
}

function Write-TestRunSkip {
    param($Item)
    $global:TestRunSkipped++
    Write-TestRunLine "[!] $(Get-TestRunPath $Item) is skipped"
}

# The skipped tests of a block that has no other.
function Skip-TestRunBlock {
    param($Block)
    foreach ($item in $Block.Items) {
        if ($item.Kind -eq 'Block') { Skip-TestRunBlock $item }
        elseif ($item.Skip -and (Get-TestRunPath $item) -like $global:TestRunWanted) { Write-TestRunSkip $item }
    }
}

# All tests of a block fail alike, when what they need fails.
function Stop-TestRunBlock {
    param($Block, $ErrorRecord)
    foreach ($item in $Block.Items) {
        if ($item.Kind -eq 'Block') { Stop-TestRunBlock $item $ErrorRecord; continue }
        if ((Get-TestRunPath $item) -notlike $global:TestRunWanted) { continue }
        if ($item.Skip) { Write-TestRunSkip $item; continue }
        Write-TestRunFailure (Get-TestRunPath $item) $ErrorRecord
    }
}

# Whether a block has a test to run.
function Test-TestRunWanted {
    param($Block)
    foreach ($item in $Block.Items) {
        if ($item.Kind -eq 'Test') { if ((Get-TestRunPath $item) -like $global:TestRunWanted -and -not $item.Skip) { return $true } }
        elseif (Test-TestRunWanted $item) { return $true }
    }
    $false
}

function Invoke-TestRunBlock {
    param($TestRunBlock)
    if (-not (Test-TestRunWanted $TestRunBlock)) {
        Skip-TestRunBlock $TestRunBlock
        return
    }
    . $global:TestRunSetData $TestRunBlock.Data
    $TestRunInput = $null
    if ($null -ne $TestRunBlock.Data) { $TestRunInput = $TestRunBlock.Data.Item }
    try {
        try { ForEach-Object -InputObject $TestRunInput -Process { foreach ($TestRunScript in $TestRunBlock.BeforeAll) { $null = . $TestRunScript } } }
        catch {
            Stop-TestRunBlock $TestRunBlock $_
            return
        }
        foreach ($TestRunItem in $TestRunBlock.Items) {
            if ($TestRunItem.Kind -eq 'Block') { Invoke-TestRunBlock $TestRunItem } else { Invoke-TestRunTest $TestRunItem }
        }
    }
    finally {
        try { foreach ($TestRunScript in $TestRunBlock.AfterAll) { $null = . $TestRunScript } }
        catch { Write-TestRunFailure "$(Get-TestRunPath $TestRunBlock) > AfterAll" $_ }
    }
}

function Invoke-TestRunTest {
    param($TestRunTest)
    $TestRunTestPath = Get-TestRunPath $TestRunTest
    if ($TestRunTestPath -notlike $global:TestRunWanted) { return }
    if ($TestRunTest.Skip) {
        Write-TestRunSkip $TestRunTest
        return
    }
    $TestRunBefore = [System.Collections.Generic.List[scriptblock]]::new()
    $TestRunAfter = [System.Collections.Generic.List[scriptblock]]::new()
    for ($TestRunOuter = $TestRunTest.Parent; $null -ne $TestRunOuter; $TestRunOuter = $TestRunOuter.Parent) {
        $TestRunBefore.InsertRange(0, $TestRunOuter.BeforeEach)
        $TestRunAfter.AddRange($TestRunOuter.AfterEach)
    }
    $TestRunWatch = [System.Diagnostics.Stopwatch]::StartNew()
    $TestRunError = $null
    . $global:TestRunSetData $TestRunTest.Data
    # Without data of its own, a test sees $_ of the nearest block that has some.
    $TestRunInput = $null
    foreach ($TestRunSet in (Get-TestRunDataChain $TestRunTest.Data $TestRunTest.Parent)) {
        if ($null -ne $TestRunSet) { $TestRunInput = $TestRunSet.Item; break }
    }
    try {
        try {
            # ForEach-Object runs its block in this scope, with $_ set.
            ForEach-Object -InputObject $TestRunInput -Process {
                foreach ($TestRunScript in $TestRunBefore) { $null = . $TestRunScript }
                $null = . $TestRunTest.Body
            }
        }
        finally { foreach ($TestRunScript in $TestRunAfter) { $null = . $TestRunScript } }
    }
    catch { $TestRunError = $_ }
    if ($null -ne $TestRunError) { Write-TestRunFailure $TestRunTestPath $TestRunError; return }
    $global:TestRunPassed++
    Write-TestRunLine "[+] $TestRunTestPath ($($TestRunWatch.ElapsedMilliseconds) ms)"
}

# Discovers a file and returns its tree.
function Find-TestRunTest {
    param([string] $TestRunFile)
    $TestRunRoot = New-TestRunBlock -Name $TestRunFile
    $global:TestRunCurrent = $TestRunRoot
    try { $null = & $TestRunFile }
    finally {
        $global:TestRunCurrent = $null
        foreach ($name in $global:TestRunDiscovered) { $ExecutionContext.SessionState.PSVariable.Remove("global:$name") }
        $global:TestRunDiscovered.Clear()
    }
    $TestRunRoot
}

function Get-TestRunFile {
    param([string[]] $Path)
    foreach ($one in $Path) {
        $full = [System.IO.Path]::GetFullPath($one)
        if ([System.IO.File]::Exists($full)) { $full; continue }
        if (-not [System.IO.Directory]::Exists($full)) { throw "'$one' is neither a file nor a folder." }
        $files = [System.IO.Directory]::GetFiles($full, '*.Tests.ps1', [System.IO.SearchOption]::AllDirectories)
        [System.Array]::Sort($files, [System.StringComparer]::Ordinal)
        $files
    }
}

# Runs the files; the result is how many tests failed.
function Invoke-TestRun {
    param([string[]] $Path, [string] $Name)
    $global:TestRunPassed = 0
    $global:TestRunFailed = 0
    $global:TestRunSkipped = 0
    $global:TestRunWanted = $Name
    foreach ($file in (Get-TestRunFile $Path)) {
        Write-TestRunLine "Running $file"
        $before = $global:TestRunPassed + $global:TestRunFailed + $global:TestRunSkipped
        try { $root = Find-TestRunTest $file }
        catch {
            Write-TestRunFailure "$file can't be discovered" $_
            continue
        }
        Invoke-TestRunBlock $root
        if ($Name -eq '*' -and $global:TestRunPassed + $global:TestRunFailed + $global:TestRunSkipped -eq $before) {
            $global:TestRunFailed++
            Write-TestRunLine "[-] $file has no test"
        }
    }
    Write-TestRunLine "$global:TestRunPassed passed, $global:TestRunFailed failed, $global:TestRunSkipped skipped"
    $global:TestRunFailed
}
