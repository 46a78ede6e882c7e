# JSON without the cmdlets of Microsoft.PowerShell.Utility, alike in every edition.

# The JSON text of a value: null, text, booleans, numbers, dates, GUIDs, dictionaries, lists and objects.
function ConvertTo-JsonText {
    param($Value)
    $builder = [System.Text.StringBuilder]::new()
    Add-JsonValue -Builder $builder -Value $Value -Depth 0
    $builder.ToString()
}

function Add-JsonValue {
    param($Builder, $Value, [int] $Depth)
    if ($Depth -gt 100) { throw (New-Failure -Status 'InvalidArgument' -Message 'The value is nested more than 100 levels deep, or contains itself, and has no JSON form.') }
    $culture = [System.Globalization.CultureInfo]::InvariantCulture
    $plain = $Value
    if ($Value -is [psobject] -and $Value.psobject.BaseObject -isnot [System.Management.Automation.PSCustomObject]) { $plain = $Value.psobject.BaseObject }
    if ($null -eq $plain -or $plain -is [System.DBNull]) { $null = $Builder.Append('null'); return }
    if ($plain -is [string] -or $plain -is [char] -or $plain -is [guid] -or $plain -is [uri] -or $plain -is [enum]) { Add-JsonString $Builder ([string]$plain); return }
    if ($plain -is [bool]) { $null = $Builder.Append($plain.ToString().ToLowerInvariant()); return }
    if ($plain -is [switch]) { $null = $Builder.Append($plain.IsPresent.ToString().ToLowerInvariant()); return }
    if ($plain -is [double] -or $plain -is [single]) {
        if ([double]::IsNaN($plain) -or [double]::IsInfinity($plain)) { throw (New-Failure -Status 'InvalidArgument' -Message "JSON has no number '$plain'.") }
        $null = $Builder.Append($plain.ToString('R', $culture))
        return
    }
    if ($plain -is [datetime]) { Add-JsonString $Builder $plain.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ss.FFFFFFFZ', $culture); return }
    if ($plain -is [System.DateTimeOffset]) { Add-JsonString $Builder $plain.UtcDateTime.ToString('yyyy-MM-ddTHH:mm:ss.FFFFFFFZ', $culture); return }
    if ($plain -is [System.ValueType] -and $plain -is [System.IFormattable]) { $null = $Builder.Append($plain.ToString($null, $culture)); return }
    if ($plain -is [securestring] -or $plain -is [pscredential]) { throw (New-Failure -Status 'InvalidArgument' -Message 'A secret has no place in a request: a SecureString or credential was given.') }
    if ($plain -is [System.Collections.IDictionary]) {
        Add-JsonObject -Builder $Builder -Depth $Depth -Names @($plain.Keys) -Values @(foreach ($key in $plain.Keys) { , $plain[$key] })
        return
    }
    if ($plain -is [System.Collections.IEnumerable]) {
        $separator = '['
        foreach ($item in $plain) {
            $null = $Builder.Append($separator)
            Add-JsonValue -Builder $Builder -Value $item -Depth ($Depth + 1)
            $separator = ','
        }
        if ($separator -ceq '[') { $null = $Builder.Append('[') }
        $null = $Builder.Append(']')
        return
    }
    $properties = @($Value.psobject.Properties)
    Add-JsonObject -Builder $Builder -Depth $Depth -Names @(foreach ($property in $properties) { $property.Name }) -Values @(foreach ($property in $properties) { , $property.Value })
}

function Add-JsonObject {
    param($Builder, [int] $Depth, [object[]] $Names, [object[]] $Values)
    $null = $Builder.Append('{')
    for ($index = 0; $index -lt $Names.Length; $index++) {
        if ($index -gt 0) { $null = $Builder.Append(',') }
        Add-JsonString $Builder ([string]$Names[$index])
        $null = $Builder.Append(':')
        Add-JsonValue -Builder $Builder -Value $Values[$index] -Depth ($Depth + 1)
    }
    $null = $Builder.Append('}')
}

function Add-JsonString {
    param($Builder, [string] $Text)
    $null = $Builder.Append('"')
    foreach ($character in $Text.ToCharArray()) {
        $code = [int]$character
        if ($code -eq 0x22) { $null = $Builder.Append('\"') }
        elseif ($code -eq 0x5C) { $null = $Builder.Append('\\') }
        elseif ($code -lt 0x20 -or ($code -ge 0xD800 -and $code -le 0xDFFF)) { $null = $Builder.Append('\u').Append($code.ToString('x4')) }
        else { $null = $Builder.Append($character) }
    }
    $null = $Builder.Append('"')
}

# One step through JSON: a value with the name before it, or a bracket, and the comma behind. The groups are read by their numbers, in this order: name, text, number,
# word, sign, comma.
$script:JsonStep = [regex]::new('\G[ \t\r\n]*(?:"(?<name>TEXT)"[ \t\r\n]*:[ \t\r\n]*)?(?:"(?<text>TEXT)"|(?<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|(?<word>true|false|null)|(?<sign>[{}\[\]]))[ \t\r\n]*(?<comma>,)?'.Replace(
        'TEXT', '[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*'), [System.Text.RegularExpressions.RegexOptions]'CultureInvariant, ExplicitCapture')
$script:JsonEscape = [regex]::new('\\(?:u(?<code>[0-9a-fA-F]{4})|(?<sign>.))', [System.Text.RegularExpressions.RegexOptions]'CultureInvariant, ExplicitCapture')

# The value of a JSON text: objects become objects with properties, lists arrays, whole numbers int or long, others double.
function ConvertFrom-JsonText {
    param([string] $Text)
    # The object or list that is open; the name of the value that comes; and for those around it the same, with the name of what is open in them.
    $open = $null
    $isList = $false
    $name = $null
    $around = [System.Collections.Generic.Stack[object[]]]::new()
    $mayFollow = $true
    $mayClose = $false
    $step = $script:JsonStep.Match($Text)
    while ($step.Success) {
        $groups = $step.Groups
        $hasComma = $groups[6].Length -gt 0
        $hasName = $groups[1].Success
        $sign = $groups[5].Value
        if ($sign -ceq '}' -or $sign -ceq ']') {
            if ($null -eq $open -or $hasName -or -not $mayClose -or $isList -ne ($sign -ceq ']')) { break }
            if ($isList) { $value = $open.ToArray() } else { $value = [pscustomobject]$open }
            $open, $isList, $name = $around.Pop()
        }
        else {
            if (-not $mayFollow -or $hasName -ne ($null -ne $open -and -not $isList)) { break }
            if ($hasName) {
                $name = $groups[1].Value
                if ($name.IndexOf('\') -ge 0) { $name = Restore-JsonText $name }
            }
            if ($sign.Length -gt 0) {
                if ($hasComma) { break }
                $around.Push(@($open, $isList, $name))
                $isList = $sign -ceq '['
                if ($isList) { $open = [System.Collections.Generic.List[object]]::new() } else { $open = [ordered]@{} }
                $mayFollow = $true
                $mayClose = $true
                $step = $step.NextMatch()
                continue
            }
            if ($groups[2].Success) {
                $value = $groups[2].Value
                if ($value.IndexOf('\') -ge 0) { $value = Restore-JsonText $value }
            }
            elseif ($groups[3].Success) { $value = ConvertFrom-JsonNumber $groups[3].Value }
            elseif ($groups[4].Value -ceq 'null') { $value = $null }
            else { $value = $groups[4].Value -ceq 'true' }
        }
        if ($null -eq $open) {
            if ($hasComma -or $step.Index + $step.Length -lt $Text.Length) { break }
            return , $value
        }
        if ($isList) { $open.Add($value) } else { $open[$name] = $value }
        $mayFollow = $hasComma
        $mayClose = -not $hasComma
        $step = $step.NextMatch()
    }
    throw (New-Failure -Status 'UnexpectedResponse' -Message 'The text that came back is no JSON.')
}

function ConvertFrom-JsonNumber {
    param([string] $Text)
    $culture = [System.Globalization.CultureInfo]::InvariantCulture
    $whole = [long]0
    if ([long]::TryParse($Text, [System.Globalization.NumberStyles]::AllowLeadingSign, $culture, [ref]$whole)) {
        if ($whole -ge [int]::MinValue -and $whole -le [int]::MaxValue) { return [int]$whole }
        return $whole
    }
    [double]::Parse($Text, [System.Globalization.NumberStyles]::Float, $culture)
}

function Restore-JsonText {
    param([string] $Text)
    $builder = [System.Text.StringBuilder]::new($Text.Length)
    $from = 0
    foreach ($match in $script:JsonEscape.Matches($Text)) {
        $null = $builder.Append($Text, $from, $match.Index - $from)
        if ($match.Groups['code'].Success) { $null = $builder.Append([char][System.Convert]::ToInt32($match.Groups['code'].Value, 16)) }
        else {
            $sign = $match.Groups['sign'].Value
            $at = 'bfnrt'.IndexOf($sign)
            if ($at -ge 0) { $null = $builder.Append("`b`f`n`r`t"[$at]) } else { $null = $builder.Append($sign) }
        }
        $from = $match.Index + $match.Length
    }
    $builder.Append($Text, $from, $Text.Length - $from).ToString()
}
