# How batches of rows become objects, and what is done so that those that go by do not fill the memory.
Describe 'Rows of a list' {
    BeforeAll {
        Import-Module -Name $env:DYNAMICS365_MODULE -Global
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

    Context 'Those that nobody keeps' {
        BeforeAll {
            function Write-Length { param([hashtable] $Watch, [int] $Length) & $module { param($Watch, $Length) Limit-Garbage -Watch $Watch -Length $Length } $Watch $Length }
            # All that is garbage already is gone, and the watch knows that.
            function New-Watch {
                [System.GC]::Collect()
                & $module { New-GarbageWatch }
            }
        }

        It 'are collected after each megabyte of text' {
            $watch = New-Watch
            Write-Length $watch (1MB - 1)
            $watch.Text | Should -Be (1MB - 1)
            $before = [System.GC]::CollectionCount(0)
            Write-Length $watch 1
            $watch.Text | Should -Be 0
            [System.GC]::CollectionCount(0) | Should -BeGreaterThan $before
            $watch.Collections | Should -BeGreaterThan $before
        }

        It 'are looked for seldom where they are kept' {
            # Nothing was made that could be collected. Where .NET collects in between, that is no answer.
            foreach ($try in 1..50) {
                $watch = New-Watch
                Write-Length $watch 1MB
                $once = $watch.Every
                Write-Length $watch 1MB
                if ($watch.Vain -eq 2) { break }
            }
            $once, $watch.Every | Should -Be @(1MB, 16MB)
        }

        It 'are left to .NET where it collects itself, and are looked for sooner again' {
            foreach ($every in 16MB, 8MB, 4MB, 2MB, 1MB) {
                $watch = New-Watch
                $watch.Every = $every
                [System.GC]::Collect(0)
                Write-Length $watch $every
                $watch.Text | Should -Be 0
                $watch.Every | Should -Be ([System.Math]::Max(1MB, $every / 2))
            }
        }
    }
}
