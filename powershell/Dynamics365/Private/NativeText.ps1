# Text and secrets across the border of the native library.

# What a text for the library can't hold: a NUL, where it would end for the library, and half of a surrogate pair, which has no UTF-8.
$script:NoText = [regex]::new('\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]', 'CultureInvariant')

# Refuses a text that would reach the library as another one.
function Assert-NativeText {
    param([string] $Text)
    $match = $script:NoText.Match($Text)
    if (-not $match.Success) { return }
    $code = ([int]$match.Value[0]).ToString('X4')
    $shown = [regex]::Replace($Text.Substring(0, [System.Math]::Min($match.Index, 40)), '\p{C}', ' ')
    throw (New-Failure -Status 'InvalidArgument' -Message "The text '$shown...' has the character U+$code in it, which no text of Dynamics 365 can have. Leave it out.")
}

# A NUL-terminated text that the library owns.
function Get-NativeString {
    param([System.IntPtr] $Pointer)
    $length = 0
    while ([System.Runtime.InteropServices.Marshal]::ReadByte($Pointer, $length) -ne 0) { $length++ }
    Get-NativeText $Pointer $length
}

# A text given by pointer and length. (.NET Framework has no Marshal method that reads UTF-8.)
function Get-NativeText {
    param([System.IntPtr] $Pointer, $Length)
    $count = [int]$Length
    if ($count -eq 0) { return '' }
    $bytes = [byte[]]::new($count)
    [System.Runtime.InteropServices.Marshal]::Copy($Pointer, $bytes, 0, $count)
    [System.Text.Encoding]::UTF8.GetString($bytes)
}

# Runs a script block with the UTF-8 bytes of a secret and their number. The secret is never a string; its bytes stay at one
# place of the memory and are cleared afterwards.
function Use-SecretByte {
    param([System.Security.SecureString] $Secret, [scriptblock] $Action)
    $pointer = [System.IntPtr]::Zero
    $characters = [char[]]::new($Secret.Length)
    $bytes = [byte[]]::new([System.Text.Encoding]::UTF8.GetMaxByteCount($Secret.Length))
    $pins = @(
        [System.Runtime.InteropServices.GCHandle]::Alloc($characters, [System.Runtime.InteropServices.GCHandleType]::Pinned)
        [System.Runtime.InteropServices.GCHandle]::Alloc($bytes, [System.Runtime.InteropServices.GCHandleType]::Pinned)
    )
    try {
        $pointer = [System.Runtime.InteropServices.Marshal]::SecureStringToCoTaskMemUnicode($Secret)
        [System.Runtime.InteropServices.Marshal]::Copy($pointer, $characters, 0, $characters.Length)
        $count = [System.Text.Encoding]::UTF8.GetBytes($characters, 0, $characters.Length, $bytes, 0)
        & $Action $bytes $count
    }
    finally {
        [System.Array]::Clear($characters, 0, $characters.Length)
        [System.Array]::Clear($bytes, 0, $bytes.Length)
        foreach ($pin in $pins) { $pin.Free() }
        if ($pointer -ne [System.IntPtr]::Zero) { [System.Runtime.InteropServices.Marshal]::ZeroFreeCoTaskMemUnicode($pointer) }
    }
}
