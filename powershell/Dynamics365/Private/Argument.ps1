# What commands take: ids, as text or in objects, and attributes.

# The id that an argument stands for: the text itself, a GUID, or the first of the named properties that an object has.
function Resolve-Identifier {
    param($Value, [string[]] $Property, [string] $What)
    if ($null -ne $Value) {
        $plain = $Value
        if ($Value -is [psobject] -and $Value.psobject.BaseObject -isnot [System.Management.Automation.PSCustomObject]) { $plain = $Value.psobject.BaseObject }
        if ($plain -is [guid]) { return $plain.ToString() }
        if ($plain -is [string]) { if ($plain.Trim().Length -gt 0) { return $plain.Trim() } }
        elseif ($plain -is [System.Collections.IDictionary]) {
            foreach ($name in $Property) { if ($plain.Contains($name) -and -not [string]::IsNullOrEmpty([string]$plain[$name])) { return [string]$plain[$name] } }
        }
        else {
            foreach ($name in $Property) {
                $found = $Value.psobject.Properties[$name]
                if ($null -ne $found -and -not [string]::IsNullOrEmpty([string]$found.Value)) { return [string]$found.Value }
            }
        }
    }
    throw (New-Failure -Status 'InvalidArgument' -TargetObject $Value -Message (
            "The input names no $What. Give its id as text, or an object that has it in the property $($Property -join ' or ')."))
}

function Resolve-UserId { param($Value) Resolve-Identifier -Value $Value -Property 'SystemUserId', 'Id', 'User' -What 'user' }
function Resolve-RoleId { param($Value) Resolve-Identifier -Value $Value -Property 'RoleId', 'Role' -What 'role' }
function Resolve-TeamId { param($Value) Resolve-Identifier -Value $Value -Property 'TeamId', 'Id' -What 'team' }
function Resolve-BusinessUnitId { param($Value) Resolve-Identifier -Value $Value -Property 'BusinessUnitId' -What 'business unit' }

# A text as a literal of an OData filter.
function ConvertTo-ODataText {
    param([string] $Value)
    "'" + $Value.Replace("'", "''") + "'"
}

# The filter that finds a row by its id. Nothing but a GUID may stand in it.
function Get-IdFilter {
    param([string] $Column, [string] $Id)
    $parsed = [guid]::Empty
    if (-not [guid]::TryParse($Id, [ref]$parsed)) {
        throw (New-Failure -Status 'InvalidArgument' -Target $Id -Message "'$Id' is no id: an id is a GUID such as 00000000-0000-0000-0000-000000000000.")
    }
    "$Column eq $parsed"
}

# Filters joined by 'and'; the empty ones are left out. Without any: null.
function Join-Filter {
    param([string[]] $Filter)
    $given = @(foreach ($part in $Filter) { if (-not [string]::IsNullOrEmpty($part)) { $part } })
    if ($given.Length -eq 0) { return $null }
    if ($given.Length -eq 1) { return $given[0] }
    '(' + ($given -join ') and (') + ')'
}

# The names of -Property as the library takes them: separated by commas, and each once. Null means the default columns.
function Join-Column {
    param([string[]] $Property)
    if ($null -eq $Property -or $Property.Length -eq 0) { return $null }
    $Property -join ','
}

# What to ask for where a command's user asks for no columns: those of the type.
function Get-UsualColumn {
    param([string] $Type)
    (Get-RowName $Type) -join ','
}

function Select-UniqueName {
    param([string[]] $Property)
    if ($null -eq $Property) { return , [string[]]@() }
    $seen = [System.Collections.Generic.HashSet[string]]::new([System.StringComparer]::OrdinalIgnoreCase)
    $names = foreach ($name in $Property) { if ($seen.Add($name.Trim())) { $name.Trim() } }
    , [string[]]@($names)
}

# Attributes as one JSON object: those of -Attribute and the ones given by parameter. Which attributes there are and which values
# fit is the library's to judge.
function ConvertTo-AttributeJson {
    param([string[]] $Known, $Bound, [System.Collections.IDictionary] $Attribute)
    $attributes = [ordered]@{}
    if ($null -ne $Attribute) {
        foreach ($name in @($Attribute.Keys)) { $attributes[([string]$name).ToLowerInvariant()] = ConvertTo-AttributeValue -Name $name -Value $Attribute[$name] }
    }
    foreach ($name in $Known) {
        if (-not $Bound.ContainsKey($name)) { continue }
        if ($attributes.Contains($name.ToLowerInvariant())) {
            throw (New-Failure -Status 'InvalidArgument' -Target $name -Message "The attribute '$name' is given twice: by the parameter -$name and in -Attribute. Leave one of them out.")
        }
        $attributes[$name.ToLowerInvariant()] = ConvertTo-AttributeValue -Name $name -Value $Bound[$name]
    }
    ConvertTo-JsonText $attributes
}

# Text, booleans and null stay what they are; numbers and ids become text.
function ConvertTo-AttributeValue {
    param([string] $Name, $Value)
    if ($Value -is [psobject]) { $Value = $Value.psobject.BaseObject }
    if ($null -eq $Value -or $Value -is [string] -or $Value -is [bool]) { return $Value }
    if ($Value -is [switch]) { return $Value.IsPresent }
    if ($Value -is [System.IFormattable]) { return $Value.ToString($null, [System.Globalization.CultureInfo]::InvariantCulture) }
    if ($Value -is [System.Collections.IEnumerable]) {
        $items = @($Value)
        if ($items.Length -eq 1) { return ConvertTo-AttributeValue -Name $Name -Value $items[0] }
        throw (New-Failure -Status 'InvalidAttribute' -Target $Name -Message "The attribute '$Name' takes one value, and $($items.Length) were given.")
    }
    [string]$Value
}
