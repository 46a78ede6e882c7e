# Should: the assertions of Pester that the suite uses. Each operator answers with nothing where it holds, otherwise with what is wrong.

class TestRunFailedException : System.Exception {
    TestRunFailedException([string] $message) : base($message) { }
}

function Format-TestRunValue {
    param($Value)
    if ($null -eq $Value) { return '$null' }
    if ($Value -is [string]) { return "'$Value'" }
    if ($Value -is [bool]) { return "`$$Value".ToLowerInvariant() }
    if ($Value -is [System.Collections.IEnumerable]) { return '@(' + (@(foreach ($item in $Value) { Format-TestRunValue $item }) -join ', ') + ')' }
    [string]$Value
}

# Whether two values are the same, as -Be has it: lists by their items, texts without regard to case unless asked.
function Test-TestRunEqual {
    param($Expected, $Actual, [bool] $Exactly)
    $isList = { param($value) $value -is [System.Collections.IList] }
    if ((& $isList $Expected) -or (& $isList $Actual)) {
        $one = @($Expected)
        $other = @($Actual)
        if ($one.Length -ne $other.Length) { return $false }
        for ($index = 0; $index -lt $one.Length; $index++) { if (-not (Test-TestRunEqual $one[$index] $other[$index] $Exactly)) { return $false } }
        return $true
    }
    if ($null -eq $Expected -or $null -eq $Actual) { return $null -eq $Expected -and $null -eq $Actual }
    if ($Exactly) { return $Expected -ceq $Actual }
    $Expected -eq $Actual
}

function Test-TestRunEmpty {
    param($Value)
    if ($null -eq $Value) { return $true }
    if ($Value -is [string]) { return $Value.Length -eq 0 }
    if ($Value -is [System.Collections.IDictionary] -or $Value -is [System.Collections.ICollection]) { return $Value.Count -eq 0 }
    $false
}

# Each: whether it holds, and the words for the message.
$global:TestRunOperators = @{
    Be                 = { param($actual, $expected) (Test-TestRunEqual $expected $actual $false), 'be' }
    BeExactly          = { param($actual, $expected) (Test-TestRunEqual $expected $actual $true), 'be exactly' }
    BeNullOrEmpty      = { param($actual) (Test-TestRunEmpty $actual), 'be $null or empty' }
    BeTrue             = { param($actual) ([bool]$actual), 'be $true' }
    BeFalse            = { param($actual) (-not $actual), 'be $false' }
    BeOfType           = { param($actual, $expected) ($actual -is $expected), 'be of type' }
    BeLike             = { param($actual, $expected) ($actual -like $expected), 'be like' }
    BeLikeExactly      = { param($actual, $expected) ($actual -clike $expected), 'be like, with regard to case,' }
    Match              = { param($actual, $expected) ($actual -match $expected), 'match' }
    MatchExactly       = { param($actual, $expected) ($actual -cmatch $expected), 'match, with regard to case,' }
    Contain            = { param($actual, $expected) (@($actual) -contains $expected), 'contain' }
    BeIn               = { param($actual, $expected) (@($expected) -contains $actual), 'be in' }
    BeGreaterThan      = { param($actual, $expected) ($actual -gt $expected), 'be greater than' }
    BeGreaterOrEqual   = { param($actual, $expected) ($actual -ge $expected), 'be greater than or equal to' }
    BeLessThan         = { param($actual, $expected) ($actual -lt $expected), 'be less than' }
    BeLessOrEqual      = { param($actual, $expected) ($actual -le $expected), 'be less than or equal to' }
    HaveCount          = { param($actual, $expected) (@($actual).Length -eq $expected), 'have this many items:' }
    Exist              = { param($actual) ([System.IO.File]::Exists($actual) -or [System.IO.Directory]::Exists($actual)), 'exist' }
}

function Should {
    [CmdletBinding(PositionalBinding = $false)]
    param(
        [Parameter(ValueFromPipeline)] $ActualValue,
        [Parameter(Position = 0)] [Alias('ExpectedValue', 'ExpectedType', 'ExpectedMessage', 'RegularExpression')] $Expected,
        [switch] $Not, [string] $Because,
        [switch] $Be, [switch] $BeExactly, [switch] $BeNullOrEmpty, [switch] $BeTrue, [switch] $BeFalse, [switch] $BeOfType, [switch] $BeLike, [switch] $BeLikeExactly,
        [switch] $Match, [switch] $MatchExactly, [switch] $Contain, [switch] $BeIn, [switch] $BeGreaterThan, [switch] $BeGreaterOrEqual, [switch] $BeLessThan,
        [switch] $BeLessOrEqual, [switch] $HaveCount, [switch] $Exist, [switch] $Throw, [string] $ErrorId, [type] $ExceptionType, [switch] $PassThru
    )
    begin { $collected = [System.Collections.Generic.List[object]]::new() }
    process { $collected.Add($ActualValue) }
    end {
        # One input is the value itself, several are a list; without any input it is null.
        $actual = $null
        if ($collected.Count -eq 1) { $actual = $collected[0] } elseif ($collected.Count -gt 1) { $actual = $collected.ToArray() }
        if (-not $MyInvocation.ExpectingInput -and $PSBoundParameters.ContainsKey('ActualValue')) { $actual = $ActualValue }
        $chosen = @(foreach ($name in $PSBoundParameters.Keys) { if ($name -eq 'Throw' -or $global:TestRunOperators.ContainsKey($name)) { $name } })
        if ($chosen.Length -ne 1) { throw "Should needs one operator, and has $($chosen.Length): $($chosen -join ', ')." }
        if ($Throw) {
            $failure = Test-TestRunThrow -Action $actual -Message $Expected -ErrorId $ErrorId -ExceptionType $ExceptionType -Not $Not
            if ($PassThru) { return $failure }
            return
        }
        if ($BeOfType -and $Expected -is [string]) { $Expected = [type]$Expected }
        # A collection that comes through the pipeline without items is empty, as Pester has it.
        if ($HaveCount -and $MyInvocation.ExpectingInput -and $collected.Count -eq 0) { $actual = @() }
        $holds, $words = & $global:TestRunOperators[$chosen[0]] $actual $Expected
        if ([bool]$holds -ne [bool]$Not) { return }
        $text = "Expected $(Format-TestRunValue $actual)$(if ($Not) { ' not' }) to $words"
        if ($PSBoundParameters.ContainsKey('Expected')) { $text += " $(Format-TestRunValue $Expected)" }
        if ($Because) { $text += ", because $Because" }
        throw [TestRunFailedException]::new("$text.")
    }
}

# Runs a script block that must throw, and returns the error record.
function Test-TestRunThrow {
    param($Action, [string] $Message, [string] $ErrorId, [type] $ExceptionType, [bool] $Not)
    if ($Action -isnot [scriptblock]) { throw 'Should -Throw needs a script block.' }
    $failure = $null
    try { $null = & $Action }
    catch { $failure = $_ }
    if ($Not) {
        if ($null -ne $failure) { throw [TestRunFailedException]::new("Expected no exception to be thrown, but there was: $($failure.Exception.Message)") }
        return
    }
    if ($null -eq $failure) { throw [TestRunFailedException]::new('Expected an exception to be thrown, but none was.') }
    if ($Message -and $failure.Exception.Message -notlike $Message) {
        throw [TestRunFailedException]::new("Expected an exception with a message like '$Message', but the message was '$($failure.Exception.Message)'.")
    }
    if ($ErrorId -and $failure.FullyQualifiedErrorId -notlike $ErrorId) {
        throw [TestRunFailedException]::new("Expected an exception with the FullyQualifiedErrorId '$ErrorId', but it was '$($failure.FullyQualifiedErrorId)'.")
    }
    if ($null -ne $ExceptionType -and $failure.Exception -isnot $ExceptionType) {
        throw [TestRunFailedException]::new("Expected an exception of type $ExceptionType, but it was $($failure.Exception.GetType()).")
    }
    $failure
}
