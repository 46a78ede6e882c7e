# Search queries that no search needs: every one is refused with its reason, before any request. HostileQueries.json has them.
BeforeDiscovery {
    $queries = @(foreach ($entry in (ConvertFrom-Json ([System.IO.File]::ReadAllText("$PSScriptRoot/HostileQueries.json")))) {
            @{ Name = $entry.name; Query = $entry.query; Reason = $entry.reason }
        })
    # JSON can't hold it.
    $queries += @{ Name = 'half of a surrogate pair'; Query = "Get-Dynamics365User $([char]0xD83D)"; Reason = 'no place' }
}

Describe 'Hostile search queries' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        $runspace = New-ConnectorRunspace
        $user = 'Get-Dynamics365User'
    }
    BeforeEach { Reset-Server }
    AfterAll { $runspace.Dispose() }

    It 'refuses <Name>' -ForEach $queries {
        $found = Invoke-Connector $runspace Search-Data -Query $Query -Requested fullname
        $found.Output.Length | Should -Be 0
        $found.Errors.Length | Should -Be 1
        $found.Errors[0].FullyQualifiedErrorId | Should -BeLike 'INVALID_ATTRIBUTE*'
        $message = $found.Errors[0].Exception.Message
        $said = [regex]::Match($message, "(?s)^The search query '.*' was refused: (.*)\. Allowed are Get-Dynamics365User and Get-Dynamics365Role")
        $said.Success | Should -BeTrue -Because $message
        $said.Groups[1].Value | Should -MatchExactly $Reason
        $message | Should -Not -Match '\p{Cc}'
        Get-WirePath | Should -BeNullOrEmpty
    }

    It 'refuses what is very long, in a moment: <Name>' -ForEach @(
        @{ Name = 'a filter'; Make = { "$user -Filter '" + ('a' * 10000000) + "'" } }
        @{ Name = 'parentheses'; Make = { "$user -First " + ('(' * 15000) } }
        @{ Name = 'sub-expressions'; Make = { "$user -Filter `"" + ('$(' * 7000) } }
        @{ Name = 'quotation marks'; Make = { "$user -Filter " + ("'" * 15001) } }
        @{ Name = 'double quotation marks'; Make = { "$user -Filter " + ('"' * 15001) } }
        @{ Name = 'parameters'; Make = { $user + (' -Filter' * 1900) } }
        @{ Name = 'braces'; Make = { '{' * 16000 } }
    ) {
        $query = & $Make
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $found = Invoke-Connector $runspace Search-Data -Query $query -Requested fullname
        $watch.ElapsedMilliseconds | Should -BeLessThan 5000
        $found.Output.Length | Should -Be 0
        $found.Errors.Length | Should -Be 1
        $found.Errors[0].Exception.Message | Should -BeLike '*was refused*'
        $found.Errors[0].Exception.Message.Length | Should -BeLessThan 1000
        Get-WirePath | Should -BeNullOrEmpty
    }

    It 'leaves nothing behind in the runspace' {
        $before = Invoke-Connector $runspace '(Get-Command -CommandType Function).Length; (Get-Module).Length'
        foreach ($query in 'function evil { }', 'using module evil', 'Import-Module evil', '$global:evil = 1') {
            $null = Invoke-Connector $runspace Search-Data -Query $query -Requested fullname
        }
        $after = Invoke-Connector $runspace '(Get-Command -CommandType Function).Length; (Get-Module).Length'
        ($after.Output -join ' ') | Should -Be ($before.Output -join ' ')
        (Invoke-Connector $runspace '$null -eq $ExecutionContext.SessionState.PSVariable.GetValue("global:evil")').Output[0] | Should -BeTrue
    }

    It 'takes <Name>, which is as it should be' -ForEach @(
        @{ Name = 'quotation marks within quotation marks'; Query = "Get-Dynamics365User -Filter 'lastname eq ''Sample-O''''Neil'''"; Count = 1 }
        @{ Name = 'single within double quotation marks'; Query = "Get-Dynamics365User -Filter `"lastname eq 'Sample-O''Neil'`""; Count = 1 }
        @{ Name = 'typographic marks within quotation marks'; Query = "Get-Dynamics365User -Filter `"lastname eq 'Sample-O$([char]0x2019)Neil'`""; Count = 0 }
        @{ Name = 'signs within quotation marks'; Query = "Get-Dynamics365User -Filter 'lastname eq ''`$(x); & | > # {}@[]`$x `` -- .'' or isdisabled eq true'"; Count = 1 }
        @{ Name = 'a colon behind a parameter'; Query = "get-dynamics365user -FILTER:'isdisabled eq true' -first: 1"; Count = 1 }
        @{ Name = 'a semicolon and white space around'; Query = "  `r`n Get-Dynamics365User`t-First  2 ; `n"; Count = 2 }
        @{ Name = 'lines'; Query = "Get-Dynamics365User`n  -Filter 'isdisabled eq false'`n  -First 3"; Count = 3 }
        @{ Name = 'an id in quotation marks'; Query = 'Get-Dynamics365User -Id "c0000000-0000-4000-8000-000000000002"'; Count = 1 }
    ) {
        $found = Invoke-Connector $runspace Search-Data -Query $Query -Requested fullname
        $found.Errors.Length | Should -Be 0
        $found.Output.Length | Should -Be $Count
    }
}
