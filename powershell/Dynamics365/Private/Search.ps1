# Conditions of lists: names with wildcards, business units and roles, as OData filters.

# A name that may have wildcards, as a filter of the server, and as a pattern for what the server can't decide. Filter is what to send; Keep is null where
# that is exact.
function Get-NameCondition {
    param([string] $Column, [string] $Name)
    $keep = [System.Management.Automation.WildcardPattern]::new($Name, [System.Management.Automation.WildcardOptions]'IgnoreCase, CultureInvariant')
    $parts = Split-Wildcard $Name
    if ($parts.Length -eq 1) { return @{ Filter = "$Column eq $(ConvertTo-ODataText $parts[0])"; Keep = $null } }
    # What stands before the first wildcard, after the last one, and between them.
    $first = $parts[0]
    $last = $parts[$parts.Length - 1]
    $middle = ''
    for ($index = 1; $index -lt $parts.Length - 1; $index++) { if ($parts[$index].Length -gt $middle.Length) { $middle = $parts[$index] } }
    $filters = @()
    if ($first.Length -gt 0) { $filters += "startswith($Column,$(ConvertTo-LikeText $first))" }
    if ($last.Length -gt 0) { $filters += "endswith($Column,$(ConvertTo-LikeText $last))" }
    if ($middle.Length -gt 0) { $filters += "contains($Column,$(ConvertTo-LikeText $middle))" }
    $stars = $Name.Split('*').Length - 1
    $isPlain = $Name.IndexOfAny([char[]]@('?', '[', '`')) -lt 0
    $isExact = $isPlain -and (($stars -eq 1 -and $filters.Length -le 1) -or ($stars -eq 2 -and $first.Length + $last.Length -eq 0))
    if ($isExact) { $keep = $null }
    @{ Filter = (Join-Filter $filters); Keep = $keep }
}

# Writes the rows of a list that meet the conditions, and whose name fits, where one is given (-Name; it may have wildcards). -Rows is how they are written (see Write-Row),
# -Asked the columns to ask for, -NameColumn the one that the name is in.
function Write-SearchRow {
    param([hashtable] $Rows, $Asked, [string] $Name, [string] $NameColumn, [object[]] $Condition, [long] $First)
    $limit = $First
    if ($Name.Length -gt 0) {
        $search = Get-NameCondition -Column $NameColumn -Name $Name
        $Condition = @($search.Filter) + $Condition
        if ($null -ne $search.Keep) {
            if ($Rows.ContainsKey('Property') -and $Rows['Property'].Length -gt 0 -and $Rows['Property'] -notcontains $NameColumn) {
                throw (New-Failure -Status 'InvalidArgument' -Target 'Name' -Message "The pattern '$Name' is looked at in the property ${NameColumn}: add it to -Property, or use only * at the ends of -Name.")
            }
            $Rows = $Rows + @{ Keep = $search.Keep; KeepColumn = $NameColumn; First = $First }
            $limit = 0
        }
    }
    Write-Row @Rows -Arguments @($Asked, (Join-Filter $Condition), $null, [uint64]$limit)
}

# The literal parts of a wildcard pattern, without the escapes.
function Split-Wildcard {
    param([string] $Pattern)
    $parts = [System.Collections.Generic.List[string]]::new()
    $part = [System.Text.StringBuilder]::new()
    for ($index = 0; $index -lt $Pattern.Length; $index++) {
        $character = $Pattern[$index]
        if ($character -eq '`' -and $index + 1 -lt $Pattern.Length) { $index++; $null = $part.Append($Pattern[$index]); continue }
        $end = -1
        if ($character -eq '[') { $end = $Pattern.IndexOf(']', $index + 1) }
        if ($character -ne '*' -and $character -ne '?' -and $end -lt 0) { $null = $part.Append($character); continue }
        if ($end -ge 0) { $index = $end }
        $parts.Add($part.ToString())
        $null = $part.Clear()
    }
    $parts.Add($part.ToString())
    , $parts.ToArray()
}

# A text as a literal of contains, startswith or endswith: the service reads %, _ and [ in it as wildcards of its own.
function ConvertTo-LikeText {
    param([string] $Value)
    ConvertTo-ODataText $Value.Replace('[', '[[]').Replace('%', '[%]').Replace('_', '[_]')
}

# The filter of rows in a business unit, given by id, by name, or as an object.
function Get-UnitFilter {
    param($BusinessUnit)
    $unit = Resolve-BusinessUnitId $BusinessUnit
    $parsed = [guid]::Empty
    if ([guid]::TryParse($unit, [ref]$parsed)) { return "_businessunitid_value eq $parsed" }
    "businessunitid/name eq $(ConvertTo-ODataText $unit)"
}

# The filter of users who hold one of these roles themselves.
function Get-HolderFilter {
    param([object[]] $Role)
    $filters = foreach ($one in $Role) {
        $id = Resolve-RoleId $one
        $parsed = [guid]::Empty
        if ([guid]::TryParse($id, [ref]$parsed)) { "systemuserroles_association/any(r:r/roleid eq $parsed)" }
        else { "systemuserroles_association/any(r:r/name eq $(ConvertTo-ODataText $id))" }
    }
    $filters = @($filters)
    if ($filters.Length -eq 1) { return $filters[0] }
    '(' + ($filters -join ' or ') + ')'
}
