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

# One token of JSON: text, number, word or sign, with the white space before it.
$script:JsonToken = [regex]::new('\G[ \t\r\n]*(?:"(?<text>[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*)"|' +
    '(?<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|(?<word>true|false|null)|(?<sign>[{}\[\],:]))',
    [System.Text.RegularExpressions.RegexOptions]'CultureInvariant, ExplicitCapture')
$script:JsonEscape = [regex]::new('\\(?:u(?<code>[0-9a-fA-F]{4})|(?<sign>.))', [System.Text.RegularExpressions.RegexOptions]'CultureInvariant, ExplicitCapture')

# The value of a JSON text: objects become objects with properties, lists arrays, whole numbers int or long, others double.
function ConvertFrom-JsonText {
    param([string] $Text)
    # Each open object or list is a frame: its values, and the name that waits for its value.
    $frames = [System.Collections.Generic.Stack[object]]::new()
    $frame = $null
    $expect = 'value'
    $match = $script:JsonToken.Match($Text)
    while ($match.Success) {
        $end = $match.Index + $match.Length
        $sign = $match.Groups['sign'].Value
        $complete = $false
        $value = $null
        $valid = $true
        if ($sign.Length -eq 0) {
            if ($match.Groups['text'].Success -and ($expect -ceq 'name' -or $expect -ceq 'nameOrEnd')) {
                $frame.Name = Restore-JsonText $match.Groups['text'].Value
                $expect = 'colon'
            }
            else {
                $valid = $expect -ceq 'value' -or $expect -ceq 'valueOrEnd'
                $complete = $true
                if ($match.Groups['text'].Success) { $value = Restore-JsonText $match.Groups['text'].Value }
                elseif ($match.Groups['number'].Success) { $value = ConvertFrom-JsonNumber $match.Groups['number'].Value }
                elseif ($match.Groups['word'].Value -cne 'null') { $value = $match.Groups['word'].Value -ceq 'true' }
            }
        }
        elseif ($sign -ceq '{' -or $sign -ceq '[') {
            $valid = $expect -ceq 'value' -or $expect -ceq 'valueOrEnd'
            $frames.Push($frame)
            if ($sign -ceq '{') { $frame = @{ Values = [ordered]@{}; Name = ''; IsList = $false }; $expect = 'nameOrEnd' }
            else { $frame = @{ Values = [System.Collections.Generic.List[object]]::new(); Name = ''; IsList = $true }; $expect = 'valueOrEnd' }
        }
        elseif ($sign -ceq ':') { $valid = $expect -ceq 'colon'; $expect = 'value' }
        elseif ($sign -ceq ',') {
            $valid = $expect -ceq 'commaOrEnd'
            if ($valid) { $expect = if ($frame.IsList) { 'value' } else { 'name' } }
        }
        else {
            $valid = $null -ne $frame -and ($sign -ceq ']') -eq $frame.IsList -and ($expect -ceq 'commaOrEnd' -or $expect -ceq 'nameOrEnd' -or $expect -ceq 'valueOrEnd')
            if ($valid) {
                $complete = $true
                if ($frame.IsList) { $value = $frame.Values.ToArray() } else { $value = [pscustomobject]$frame.Values }
                $frame = $frames.Pop()
            }
        }
        if (-not $valid) { break }
        if ($complete) {
            if ($null -eq $frame) {
                if ($Text.Substring($end).Trim().Length -gt 0) { break }
                return , $value
            }
            if ($frame.IsList) { $frame.Values.Add($value) } else { $frame.Values[$frame.Name] = $value }
            $expect = 'commaOrEnd'
        }
        $match = $script:JsonToken.Match($Text, $end)
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
    if ($Text.IndexOf('\') -lt 0) { return $Text }
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
