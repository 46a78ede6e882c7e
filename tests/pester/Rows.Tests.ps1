# How batches of rows become objects, and what is done so that those that go by do not fill the memory.
Describe 'Rows of a list' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        $module = Get-Module -Name Dynamics365

        # The fields of a text in the library's form, put into an array; the number of them comes last.
        function Split-Batch {
            param([string] $Text, [string[]] $Fields)
            $bytes = [System.Text.Encoding]::UTF8.GetBytes($Text)
            $memory = [System.Runtime.InteropServices.Marshal]::AllocHGlobal($bytes.Length + 1)
            try {
                [System.Runtime.InteropServices.Marshal]::Copy($bytes, 0, $memory, $bytes.Length)
                $convert = & $module { Get-DataType 'Convert' }
                $count = $convert::Split($memory, $bytes.Length, [ref]$Fields)
                , $Fields
                $count
            }
            finally { [System.Runtime.InteropServices.Marshal]::FreeHGlobal($memory) }
        }
        $unit = [string][char]0x1F
        $record = [string][char]0x1E
    }

    It 'are split into their fields, whatever characters they have' {
        $texts = 'a', '', "Zo$([char]0xEB)", [char]::ConvertFromUtf32(0x1F600), "a`tb`n", '', [string][char]0x7F, [string][char]0x20
        $fields, $count = Split-Batch -Text (($texts -join $unit) + $unit + $record) -Fields ([string[]]::new(20))
        $count | Should -Be 9
        ($fields[0..7] -join '|') | Should -BeExactly ($texts -join '|')
        $fields[8] | Should -BeExactly ''
    }

    It 'make the array grow where they are more' {
        $text = -join $(foreach ($number in 1..100) { "$number$unit$record" })
        $fields, $count = Split-Batch -Text $text -Fields ([string[]]::new(1))
        $count | Should -Be 200
        $fields.Length | Should -BeGreaterOrEqual 200
        $fields[0], $fields[1], $fields[198], $fields[199] | Should -Be @('1', '', '100', '')
    }

    It 'may be none' {
        $fields, $count = Split-Batch -Text '' -Fields ([string[]]@('before'))
        $count | Should -Be 0
        $fields | Should -Be @('before')
    }

    It 'that are kept are looked for half as often each time' {
        $watch = & $module { New-GarbageWatch }
        $kept = [byte[]]::new(10MB)
        foreach ($times in 1, 2, 4) {
            $watch.Every | Should -Be ($times * 1MB)
            [System.GC]::Collect()
            $collected = [System.GC]::CollectionCount(0)
            & $module { param($Watch) Limit-Garbage -Watch $Watch -Length ($Watch.Every - 1) } $watch
            $watch.Text | Should -Be ($times * 1MB - 1)
            & $module { param($Watch) Limit-Garbage -Watch $Watch -Length 1 } $watch
            $watch.Text | Should -Be 0
            [System.GC]::CollectionCount(0) | Should -BeGreaterThan $collected
        }
        $kept.Length | Should -Be 10MB
    }
}
