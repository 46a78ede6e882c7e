# Lists: batches of rows as delimited text, turned into objects and written as they come.

# Runs a listing function and writes its rows. -Arguments are what stands between the client and the rows; -Type is the kind of
# row; with -Property rows have those columns only; -Extra names the field beyond the columns of the type that the last column fills; -Holder is the
# id of the user whose roles are listed. -Keep is a pattern that the column of -KeepColumn must match, -First how many of those are written at most.
# The rows are written as output of -Cmdlet; with -Count the function returns their number, with -Token the token of the changes.
function Write-Row {
    param($Cmdlet, $Connection, [string] $Function, [object[]] $Arguments, [string] $Type, [string[]] $Property, [string] $Extra, [string] $Holder,
        $Keep, [string] $KeepColumn, [long] $First, [switch] $Count, [switch] $Token)
    $native = Get-NativeType
    $call = [object[]](@(, (Get-ClientHandle $Connection)) + $Arguments + @([System.IntPtr]::Zero, [System.IntPtr]::Zero))
    $handle = $call.Length - 2
    $pointer = [System.IntPtr]::Size
    $batch = [System.IntPtr]::Zero
    $total = 0
    $progress = New-Progress $Cmdlet
    $convert = Get-DataType 'Convert'
    # The fields of a batch, in one array for all of them.
    $fields = [string[]]::new(4096)
    $garbage = New-GarbageWatch
    try {
        $batch = [System.Runtime.InteropServices.Marshal]::AllocHGlobal(4 * $pointer)
        Invoke-NativeStart -Function $Function -Call $call
        $rows = $call[$handle]
        while ($true) {
            $failure = [System.IntPtr]::Zero
            $status = $native::d365_rows_next($rows, $script:WaitMilliseconds, $batch, [ref]$failure)
            Write-NativeLog -Cmdlet $Cmdlet -Function 'd365_rows_log' -Handle $rows
            if ($status -eq $script:AnswerNeeded) { Send-Answer $Connection }
            $left = if ($First -gt 0) { $First - $total } else { -1 }
            Show-Progress -Progress $progress -Done $total -Left $left
            if ($status -eq 1 -or $status -eq $script:AnswerNeeded) { continue }
            if ($status -eq 2) { break }
            if ($status -ne 0) { throw (New-NativeFailure -Status $status -NativeError $failure) }

            # d365_batch: text, len, rows and, as one byte, escaped.
            $length = [int][System.Runtime.InteropServices.Marshal]::ReadIntPtr($batch, $pointer)
            $filled = $convert::Split([System.Runtime.InteropServices.Marshal]::ReadIntPtr($batch), $length, [ref]$fields)
            $size = [int][System.Runtime.InteropServices.Marshal]::ReadIntPtr($batch, 2 * $pointer)
            if ([System.Runtime.InteropServices.Marshal]::ReadByte($batch, 3 * $pointer) -ne 0) { Restore-EscapedField -Fields $fields -Count $filled }
            $objects = ConvertFrom-Field -Fields $fields -Count $size -Type $Type -Property $Property -Extra $Extra -Holder $Holder
            if ($null -ne $Keep) {
                $objects = @(foreach ($one in $objects) { if ($Keep.IsMatch([string]$one.$KeepColumn)) { $one } })
                if ($First -gt 0 -and $total + $objects.Length -ge $First) {
                    Write-RowObject -Cmdlet $Cmdlet -Objects @($objects[0..($First - $total - 1)])
                    break
                }
            }
            Write-RowObject -Cmdlet $Cmdlet -Objects $objects
            $total += $objects.Length
            # Nothing here stands in the way of what nobody else keeps.
            $objects = $null
            [System.Array]::Clear($fields, 0, $filled)
            Limit-Garbage -Watch $garbage -Length $length
        }
        Complete-Progress $progress
        if ($Count) { $total }
        if ($Token) { Get-RowsToken $rows }
    }
    finally {
        if ($call[$handle] -ne [System.IntPtr]::Zero) { $native::d365_rows_free($call[$handle]) }
        if ($batch -ne [System.IntPtr]::Zero) { [System.Runtime.InteropServices.Marshal]::FreeHGlobal($batch) }
    }
}

# Writes rows as output of the command. An error that ends a later command of the pipeline comes back through here, and goes on as what it is.
function Write-RowObject {
    param($Cmdlet, [object[]] $Objects)
    try { $Cmdlet.WriteObject($Objects, $true) }
    catch [System.Management.Automation.MethodInvocationException] {
        $later = $_.Exception.InnerException
        if ($later -isnot [System.Management.Automation.IContainsErrorRecord]) { throw }
        Clear-CaughtFailure -Cmdlet $Cmdlet -Exception $_.Exception
        # It may be one of the module's own failures, of another command than this.
        $script:LaterFailure = $later.ErrorRecord.Exception
        $Cmdlet.ThrowTerminatingError($later.ErrorRecord)
    }
}

# The token of the changes, once all rows were read.
function Get-RowsToken {
    param([System.IntPtr] $Rows)
    $text = [System.IntPtr]::Zero
    $length = [System.IntPtr]::Zero
    $failure = [System.IntPtr]::Zero
    $status = $script:Native::d365_rows_token($Rows, [ref]$text, [ref]$length, [ref]$failure)
    if ($status -ne 0) { throw (New-NativeFailure -Status $status -NativeError $failure) }
    Get-NativeText $text $length
}

# The objects of a batch. Every field ends with a separator and every record with one more, so that a record takes one element
# more than it has fields, and that one is empty.
function ConvertFrom-Field {
    param([string[]] $Fields, [int] $Count, [string] $Type, [string[]] $Property, [string] $Extra, [string] $Holder)
    $objects = [object[]]::new($Count)
    if ($Type -ceq 'Change') {
        # Two fields lead: the reason why a row is gone, and its id. The first column is the key of a row that is there.
        $class = Get-SelectedType -Name 'Dynamics365.Change' -Property (@('Change', 'Id') + $Property)
        $width = $Property.Length + 3
        for ($row = 0; $row -lt $Count; $row++) {
            $at = $row * $width
            if ($Fields[$at].Length -gt 0) { $Fields[$at] = 'Deleted' }
            else {
                $Fields[$at] = 'Changed'
                $Fields[$at + 1] = $Fields[$at + 2]
            }
            $objects[$row] = $class::new($Fields, $at)
        }
        return , $objects
    }
    if ($null -ne $Property -and $Property.Length -gt 0) {
        $class = Get-SelectedType -Name "Selected.Dynamics365.$Type" -Property $Property
        $width = $Property.Length + 1
        for ($row = 0; $row -lt $Count; $row++) { $objects[$row] = $class::new($Fields, $row * $width) }
        return , $objects
    }
    $class = Get-DataType $Type
    $width = $script:RowColumns[$Type].Length + 1
    if ($Holder.Length -gt 0) {
        # The list of one user's roles has the columns of a role only.
        for ($row = 0; $row -lt $Count; $row++) {
            $objects[$row] = $class::new([string[]]@($Holder, '', $Fields[$row * 4], $Fields[$row * 4 + 1], $Fields[$row * 4 + 2], '', ''), 0)
        }
        return , $objects
    }
    if ($Extra.Length -gt 0) {
        $list = Get-DataType 'NameList'
        $width++
        for ($row = 0; $row -lt $Count; $row++) {
            $objects[$row] = $class::new($Fields, $row * $width)
            $text = $Fields[($row + 1) * $width - 2]
            $names = [string[]]@()
            if ($text.Length -gt 0) { $names = $text.Split([char]0x1D) }
            $objects[$row].$Extra = $list::new($names)
        }
        return , $objects
    }
    for ($row = 0; $row -lt $Count; $row++) { $objects[$row] = $class::new($Fields, $row * $width) }
    return , $objects
}

# Puts back the control characters of a batch: DLE and a character stand for that character less 0x40.
function Restore-EscapedField {
    param([string[]] $Fields, [int] $Count)
    $escape = [char]0x10
    for ($index = 0; $index -lt $Count; $index++) {
        $field = $Fields[$index]
        $at = $field.IndexOf($escape)
        if ($at -lt 0) { continue }
        $builder = [System.Text.StringBuilder]::new($field.Length)
        $from = 0
        while ($at -ge 0) {
            $null = $builder.Append($field, $from, $at - $from).Append([char]([int]$field[$at + 1] - 0x40))
            $from = $at + 2
            $at = $field.IndexOf($escape, $from)
        }
        $Fields[$index] = $builder.Append($field, $from, $field.Length - $from).ToString()
    }
}
