# The words of a test file. Discovery runs the files once: Describe, Context and It note what there is, in a tree; nothing of a test
# runs yet. Run.ps1 runs the tree afterwards.

# Every name of the runner starts with TestRun, so that a test's own variables do not meet it.
$global:TestRunCurrent = $null

function New-TestRunBlock {
    param([string] $Name, $Parent, $Data, [bool] $Skip)
    [pscustomobject]@{
        Kind = 'Block'; Name = $Name; Parent = $Parent; Data = $Data; Skip = $Skip
        Items = [System.Collections.Generic.List[object]]::new()
        BeforeAll = [System.Collections.Generic.List[scriptblock]]::new(); AfterAll = [System.Collections.Generic.List[scriptblock]]::new()
        BeforeEach = [System.Collections.Generic.List[scriptblock]]::new(); AfterEach = [System.Collections.Generic.List[scriptblock]]::new()
    }
}

# The data sets of -ForEach and -TestCases; one without data where neither was given.
function Get-TestRunData {
    param([bool] $Given, $ForEach)
    if (-not $Given) { return , @(, $null) }
    , @(foreach ($item in $ForEach) { , @{ Item = $item } })
}

# A name with its templates filled in: <name> is a key of the data of the test or of a block around it, <_> the data itself.
function Expand-TestRunName {
    param([string] $Name, [object[]] $DataSets)
    [regex]::Replace($Name, '<(\w+(?:\.\w+)*)>', {
            param($match)
            $path = $match.Groups[1].Value.Split('.')
            foreach ($data in $DataSets) {
                if ($null -eq $data) { continue }
                $value = $data.Item
                if ($path[0] -ne '_') {
                    if ($value -isnot [System.Collections.IDictionary] -or -not $value.Contains($path[0])) { continue }
                    $value = $value[$path[0]]
                }
                for ($index = 1; $index -lt $path.Length; $index++) { $value = $value.($path[$index]) }
                if ($null -eq $value) { return '$null' }
                return [string]$value
            }
            $match.Value
        })
}

# The data of an item and of the blocks around it, the innermost first.
function Get-TestRunDataChain {
    param($Data, $Parent)
    $Data
    for (; $null -ne $Parent; $Parent = $Parent.Parent) { $Parent.Data }
}

# Makes the keys of the data variables of the scope that dot-sources this. The data itself becomes $_ in Run.ps1.
$global:TestRunSetData = {
    param($TestRunData)
    if ($null -ne $TestRunData) {
        if ($TestRunData.Item -is [System.Collections.IDictionary]) {
            foreach ($TestRunKey in @($TestRunData.Item.Keys)) { $ExecutionContext.SessionState.PSVariable.Set($TestRunKey, $TestRunData.Item[$TestRunKey]) }
        }
    }
}

function Add-TestRunBlock {
    param([string] $TestRunName, [scriptblock] $TestRunFixture, $TestRunDataSets, [bool] $TestRunSkip)
    foreach ($TestRunSet in $TestRunDataSets) {
        $TestRunParent = $global:TestRunCurrent
        $TestRunBlock = New-TestRunBlock -Name (Expand-TestRunName $TestRunName (Get-TestRunDataChain $TestRunSet $TestRunParent)) -Parent $TestRunParent -Data $TestRunSet -Skip ($TestRunSkip -or $TestRunParent.Skip)
        $TestRunParent.Items.Add($TestRunBlock)
        $global:TestRunCurrent = $TestRunBlock
        try {
            . $global:TestRunSetData $TestRunSet
            $TestRunInput = $null
            if ($null -ne $TestRunSet) { $TestRunInput = $TestRunSet.Item }
            $null = ForEach-Object -InputObject $TestRunInput -Process { & $TestRunFixture }
        }
        finally { $global:TestRunCurrent = $TestRunParent }
    }
}

# Words stand inside others: outside of a file's discovery they are a mistake.
function Assert-TestRunPlace {
    param([string] $Word, [switch] $InBlock)
    if ($null -eq $global:TestRunCurrent) { throw "$Word stands where no tests are discovered: inside a test, or in a file that is no test file." }
    if ($InBlock -and $null -eq $global:TestRunCurrent.Parent) { throw "$Word must stand inside Describe or Context." }
}

function Describe {
    param([Parameter(Mandatory, Position = 0)] [string] $Name, [Parameter(Mandatory, Position = 1)] [scriptblock] $Fixture, [object[]] $ForEach, [string[]] $Tag, [switch] $Skip)
    Assert-TestRunPlace Describe
    Add-TestRunBlock $Name $Fixture (Get-TestRunData $PSBoundParameters.ContainsKey('ForEach') $ForEach) $Skip
}

function Context {
    param([Parameter(Mandatory, Position = 0)] [string] $Name, [Parameter(Mandatory, Position = 1)] [scriptblock] $Fixture, [object[]] $ForEach, [string[]] $Tag, [switch] $Skip)
    Assert-TestRunPlace Context
    Add-TestRunBlock $Name $Fixture (Get-TestRunData $PSBoundParameters.ContainsKey('ForEach') $ForEach) $Skip
}

function It {
    param([Parameter(Mandatory, Position = 0)] [string] $Name, [Parameter(Mandatory, Position = 1)] [scriptblock] $Test, [Alias('TestCases')] [object[]] $ForEach, [string[]] $Tag, [switch] $Skip)
    Assert-TestRunPlace It -InBlock
    foreach ($set in (Get-TestRunData $PSBoundParameters.ContainsKey('ForEach') $ForEach)) {
        $global:TestRunCurrent.Items.Add([pscustomobject]@{
                Kind = 'Test'; Name = Expand-TestRunName $Name (Get-TestRunDataChain $set $global:TestRunCurrent); Parent = $global:TestRunCurrent
                Data = $set; Body = $Test; Skip = $Skip -or $global:TestRunCurrent.Skip
            })
    }
}

# Its variables are for what follows it in the file. A function can't put variables into the scope of its caller, so the ones that the
# block assigns become global ones while the file is discovered; Run.ps1 takes them away again.
$global:TestRunDiscovered = [System.Collections.Generic.List[string]]::new()

function BeforeDiscovery {
    param([Parameter(Mandatory, Position = 0)] [scriptblock] $TestRunScript)
    Assert-TestRunPlace BeforeDiscovery
    . $TestRunScript
    foreach ($TestRunAssignment in $TestRunScript.Ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.AssignmentStatementAst] }, $true)) {
        if ($TestRunAssignment.Left -isnot [System.Management.Automation.Language.VariableExpressionAst]) { continue }
        $TestRunVariable = $TestRunAssignment.Left.VariablePath.UserPath
        $ExecutionContext.SessionState.PSVariable.Set("global:$TestRunVariable", $ExecutionContext.SessionState.PSVariable.GetValue($TestRunVariable))
        $global:TestRunDiscovered.Add($TestRunVariable)
    }
}

function BeforeAll { param([Parameter(Mandatory, Position = 0)] [scriptblock] $Scriptblock) Assert-TestRunPlace BeforeAll; $global:TestRunCurrent.BeforeAll.Add($Scriptblock) }
function AfterAll { param([Parameter(Mandatory, Position = 0)] [scriptblock] $Scriptblock) Assert-TestRunPlace AfterAll; $global:TestRunCurrent.AfterAll.Add($Scriptblock) }
function BeforeEach { param([Parameter(Mandatory, Position = 0)] [scriptblock] $Scriptblock) Assert-TestRunPlace BeforeEach; $global:TestRunCurrent.BeforeEach.Add($Scriptblock) }
function AfterEach { param([Parameter(Mandatory, Position = 0)] [scriptblock] $Scriptblock) Assert-TestRunPlace AfterEach; $global:TestRunCurrent.AfterEach.Add($Scriptblock) }

function InModuleScope {
    param([Parameter(Mandatory, Position = 0)] [string] $ModuleName, [Parameter(Mandatory, Position = 1)] [scriptblock] $ScriptBlock)
    $module = Get-Module -Name $ModuleName
    if ($null -eq $module) { throw "The module '$ModuleName' is not imported." }
    & $module $ScriptBlock
}

# What this host does not do must not pass silently.
function Mock { throw 'The PowerShell engine host does not know Mock. Write the test without it.' }
function Set-ItResult { throw 'The PowerShell engine host does not know Set-ItResult. Write the test without it.' }
