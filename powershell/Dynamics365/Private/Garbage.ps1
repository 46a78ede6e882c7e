# What rows leave behind when they went by.

# How much text of rows makes it worth to look for garbage: about 8 MB of objects.
$script:GarbageText = 1MB

function New-GarbageWatch { @{ Text = 0L; Every = $script:GarbageText; Collections = [System.GC]::CollectionCount(0) } }

# Called with the length of the text of each batch that was written. .NET collects new objects once they fill the largest cache of the processor, which on a server can be
# hundreds of megabytes: rows that nobody keeps would take all of that. Collecting the newest of them now and then is quick where they are gone. Where most are kept it is
# work in vain, and seldom tried again; where .NET did it meanwhile, there is nothing to do.
function Limit-Garbage {
    param([hashtable] $Watch, [int] $Length)
    $Watch.Text += $Length
    if ($Watch.Text -lt $Watch.Every) { return }
    if ([System.GC]::CollectionCount(0) -eq $Watch.Collections) {
        $before = [System.GC]::GetTotalMemory($false)
        [System.GC]::Collect(0)
        $freed = $before - [System.GC]::GetTotalMemory($false)
        $Watch.Every = if ($freed -lt 2 * $Watch.Text) { 16 * $Watch.Every } else { $script:GarbageText }
    }
    $Watch.Collections = [System.GC]::CollectionCount(0)
    $Watch.Text = 0L
}
