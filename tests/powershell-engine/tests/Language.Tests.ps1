# What a test file may rely on. It passes in Pester 5 as well: that is the proof that the host reads test files as Pester does.
BeforeDiscovery { $cases = @(@{ Number = 1; Square = 1 }, @{ Number = 3; Square = 9 }) }

Describe 'Scopes' {
    BeforeAll {
        $fromBeforeAll = 'all'
        $list = [System.Collections.Generic.List[string]]::new()
        function Get-FromBeforeAll { $fromBeforeAll }
    }
    BeforeEach { $fromBeforeEach = "each of $fromBeforeAll" }
    AfterEach { $list.Add('after') }

    It 'sees variables and functions of BeforeAll and BeforeEach' {
        $fromBeforeAll | Should -Be 'all'
        Get-FromBeforeAll | Should -Be 'all'
        $fromBeforeEach | Should -Be 'each of all'
        $own = 'mine'
    }

    It 'does not see what another test set' {
        $own | Should -Be $null
        $list.Count | Should -Be 1
    }

    Context 'inside' {
        BeforeAll { $inner = "$fromBeforeAll and inner" }
        It 'sees both' { $inner | Should -Be 'all and inner' }
    }

    It 'does not see what an inner block set' { $inner | Should -Be $null }
}

Describe 'The square of <Number>' -ForEach $cases {
    BeforeAll { $product = $Number * $Number }
    It 'is <Square>' { $product | Should -Be $Square }
}

Describe 'Data of a block: <_>' -ForEach 'x', 'y' {
    BeforeAll { $fromBlock = $_ }
    It 'is $_ in its BeforeAll and in its tests' {
        $fromBlock | Should -BeIn 'x', 'y'
        $_ | Should -Be $fromBlock
    }
}

Describe 'Data of a test' {
    It '<_> is a text' -ForEach 'a', 'b' { $_ | Should -BeOfType ([string]) }
    It '<Name> has <Value.Length> characters' -TestCases @(@{ Name = 'x'; Value = 'abc' }) { $Value.Length | Should -Be 3 }
}

Describe 'Should' {
    It 'compares' {
        'a' | Should -Be 'A'
        'a' | Should -Not -BeExactly 'A'
        1, 2 | Should -Be @(1, 2)
        1, 2 | Should -Not -Be @(1, 3)
        $null | Should -Be $null
        1 | Should -BeIn 1, 2
        3 | Should -BeGreaterThan 2
        3 | Should -BeGreaterOrEqual 3
        2 | Should -BeLessThan 3
        2 | Should -BeLessOrEqual 2
    }

    It 'looks into texts and lists' {
        'hello' | Should -BeLike 'h*o'
        'hello' | Should -Not -BeLike 'x*'
        'hello' | Should -BeLikeExactly 'h*'
        'hello' | Should -Match '^h'
        'hello' | Should -Not -MatchExactly '^H'
        1, 2, 3 | Should -Contain 2
        1, 2, 3 | Should -HaveCount 3
        @() | Should -HaveCount 0
    }

    It 'knows truth and emptiness' {
        $true | Should -BeTrue
        $false | Should -BeFalse
        '' | Should -BeNullOrEmpty
        @() | Should -BeNullOrEmpty
        'x' | Should -Not -BeNullOrEmpty
        5 | Should -BeOfType ([int])
        $PSCommandPath | Should -Exist
    }

    It 'catches what is thrown' {
        { throw 'no such thing' } | Should -Throw '*such*'
        { 1 } | Should -Not -Throw
        { throw [System.ArgumentException]::new('bad') } | Should -Throw -ExceptionType ([System.ArgumentException])
        $record = { throw 'kept' } | Should -Throw -PassThru
        $record.Exception.Message | Should -Be 'kept'
    }

    It 'fails where it must: <Name>' -ForEach @(
        @{ Name = 'Be'; Action = { 1 | Should -Be 2 } }
        @{ Name = 'Not'; Action = { 1 | Should -Not -Be 1 } }
        @{ Name = 'BeExactly'; Action = { 'a' | Should -BeExactly 'A' } }
        @{ Name = 'BeTrue'; Action = { 0 | Should -BeTrue } }
        @{ Name = 'BeFalse'; Action = { 1 | Should -BeFalse } }
        @{ Name = 'BeNullOrEmpty'; Action = { 'x' | Should -BeNullOrEmpty } }
        @{ Name = 'BeLike'; Action = { 'x' | Should -BeLike 'y*' } }
        @{ Name = 'Match'; Action = { 'x' | Should -Match 'y' } }
        @{ Name = 'Contain'; Action = { 1, 2 | Should -Contain 3 } }
        @{ Name = 'BeIn'; Action = { 3 | Should -BeIn 1, 2 } }
        @{ Name = 'BeOfType'; Action = { 3 | Should -BeOfType ([string]) } }
        @{ Name = 'BeGreaterThan'; Action = { 2 | Should -BeGreaterThan 2 } }
        @{ Name = 'BeLessThan'; Action = { 2 | Should -BeLessThan 2 } }
        @{ Name = 'HaveCount'; Action = { 1, 2 | Should -HaveCount 3 } }
        @{ Name = 'Exist'; Action = { 'no such file' | Should -Exist } }
        @{ Name = 'Throw'; Action = { { 1 } | Should -Throw } }
        @{ Name = 'Throw with another message'; Action = { { throw 'a' } | Should -Throw 'b' } }
        @{ Name = 'Not Throw'; Action = { { throw 'a' } | Should -Not -Throw } }
    ) {
        $failed = $false
        try { . $Action } catch { $failed = $true }
        $failed | Should -BeTrue
    }
}

Describe 'Commands of the host' {
    It 'ConvertFrom-Json reads objects, lists and numbers' {
        $value = ConvertFrom-Json '{"a":[1,2.5,"x",true,null],"b":{"c":"d"}}'
        $value.a[0] | Should -Be 1
        $value.a[1] | Should -Be 2.5
        $value.a[3] | Should -BeTrue
        $value.b.c | Should -Be 'd'
    }

    It 'ConvertFrom-Json refuses what is none' {
        { ConvertFrom-Json '{' -ErrorAction Stop } | Should -Throw
    }
}
