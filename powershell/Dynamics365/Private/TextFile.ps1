# Files that the module writes.

# Writes a text so that a failure half way leaves the old text: into a new file beside it, which then takes its place.
function Save-TextFile {
    param([string] $Path, [string] $Text)
    $new = "$Path.new"
    try {
        [System.IO.File]::WriteAllText($new, $Text, [System.Text.UTF8Encoding]::new($false))
        if ([System.IO.File]::Exists($Path)) { [System.IO.File]::Replace($new, $Path, [System.Management.Automation.Language.NullString]::Value) }
        else { [System.IO.File]::Move($new, $Path) }
    }
    catch {
        throw (New-Failure -Status 'InvalidArgument' -Target $Path -Message "The file '$Path' can't be written: $($_.Exception.GetBaseException().Message)")
    }
}
