# What rows leave behind when they went by.

# How much text of rows makes it worth to look for garbage: about 8 MB of objects.
$script:GarbageText = 1MB

function New-GarbageWatch { @{ Text = 0L; Every = $script:GarbageText; Vain = 0; Collections = [System.GC]::CollectionCount(0) } }

# Called with the length of the text of each batch that was written. .NET collects new objects once they fill the largest cache of the processor, which on a server can be
# hundreds of megabytes: rows that nobody keeps would take all of that. Collecting the newest of them now and then is quick where they are gone. Where it was in vain twice
# they are kept, and it is tried seldom (once may be chance: .NET puts it off while it collects in the background). Where .NET did it meanwhile, there is nothing to do.
function Limit-Garbage {
    param([hashtable] $Watch, [int] $Length)
    $Watch.Text += $Length
    if ($Watch.Text -lt $Watch.Every) { return }
    if ([System.GC]::CollectionCount(0) -ne $Watch.Collections) { $Watch.Every = [System.Math]::Max($script:GarbageText, $Watch.Every / 2) }
    else {
        $before = [System.GC]::GetTotalMemory($false)
        [System.GC]::Collect(0)
        $freed = $before - [System.GC]::GetTotalMemory($false)
        if ($freed -lt 2 * $Watch.Text) { $Watch.Vain++ } else { $Watch.Vain = 0 }
        $Watch.Every = if ($Watch.Vain -gt 1) { 16 * $script:GarbageText } else { $script:GarbageText }
    }
    $Watch.Collections = [System.GC]::CollectionCount(0)
    $Watch.Text = 0L
}
