# Names, e-mail addresses and filters with everything in them that could mean something to OData, URLs or PowerShell: what is asked for is
# what is meant, and what can't be said is refused.
BeforeDiscovery {
    $texts = @(
        @{ Name = 'an apostrophe'; Text = "O'Neil" }
        @{ Name = 'two apostrophes'; Text = "O''Neil" }
        @{ Name = 'a condition'; Text = "x' or '1' eq '1" }
        @{ Name = 'signs of a URL'; Text = 'a&$top=1#x?y=%27+z' }
        @{ Name = 'a percent sign'; Text = '50%' }
        @{ Name = 'wildcards'; Text = '*?[a-z]' }
        @{ Name = 'PowerShell'; Text = '$(Get-Process);`$x"{}' }
        @{ Name = 'a backslash and quotation marks'; Text = 'a\"b\\' }
        @{ Name = 'a character beyond the first plane'; Text = 'x' + [char]::ConvertFromUtf32(0x1F600) }
        @{ Name = 'a combining accent'; Text = "e$([char]0x301)tat" }
        @{ Name = 'marks of direction'; Text = "$([char]0x202E)txt.exe$([char]0x200F)" }
        @{ Name = 'typographic quotation marks'; Text = "$([char]0x2018)x$([char]0x2019)" }
        @{ Name = 'the delimiters of a batch'; Text = "a$([char]0x1F)b$([char]0x1E)c$([char]0x10)d" }
        @{ Name = 'line ends'; Text = "a`r`nb" }
    )
}

Describe 'Hostile text' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Connect-TestServer
        $known = Get-Known
    }
    BeforeEach { Reset-Server }

    It 'is set and read back as it is: <Name>' -ForEach $texts {
        $change = Set-Dynamics365User -Id $known.Adele -LastName $Text
        $change.User.LastName | Should -BeExactly $Text
        (Get-Dynamics365User -Id $known.Adele).LastName | Should -BeExactly $Text
        (ConvertFrom-Json (Invoke-Control GET '_local/ledger')).entries[0].after.lastname | Should -BeExactly $Text
    }

    It 'is looked for as one value: <Name>' -ForEach $texts {
        $null = Set-Dynamics365User -Id $known.Adele -InternalEmailAddress $Text
        $found = @(Get-Dynamics365User -Email $Text)
        $found.Length | Should -Be 1
        $found[0].SystemUserId | Should -Be $known.Adele
        @(Get-Dynamics365User -DomainName $Text).Length | Should -Be 0
    }

    It 'names one role: <Name>' -ForEach $texts {
        $failure = Get-Failure { Add-Dynamics365UserRole -User $known.Adele -Role $Text -ErrorAction Stop }
        $failure.Exception.Status | Should -Be 'RoleNotFound'
        @(Get-Change).Length | Should -Be 0
    }

    It 'is no id: <Name>' -ForEach $texts {
        (Get-Failure { Get-Dynamics365User -Id $Text -ErrorAction Stop }).Exception.Status | Should -Be 'InvalidArgument'
        @(Get-WirePath).Length | Should -Be 0
    }

    It 'is refused where it would reach the library as another text: <Name>' -ForEach @(
        @{ Name = 'a NUL'; Text = "a$([char]0) and more" }
        @{ Name = 'the first half of a pair'; Text = "a$([char]0xD83D)" }
        @{ Name = 'the second half of a pair'; Text = "$([char]0xDE00)a" }
    ) {
        $url = Get-ServerUrl
        foreach ($action in @(
                { Get-Dynamics365User -Filter "isdisabled eq true$Text" -ErrorAction Stop }
                { Get-Dynamics365User -Email $Text -ErrorAction Stop }
                { Add-Dynamics365UserRole -User $known.Adele -Role $Text -ErrorAction Stop }
                { Invoke-Dynamics365Request -Path "systemusers?x=$Text" -ErrorAction Stop }
                { Connect-Dynamics365 -Url "$url$Text" -Credential (New-TestCredential) -SkipTest }
                { Connect-Dynamics365 -Url $url -Credential (New-TestCredential -LoginId "$(Get-LoginId)$Text") -SkipTest }
                { Connect-Dynamics365 -Url $url -Credential (New-TestCredential) -Option @{ user_agent = $Text } -SkipTest }
            )) {
            $failure = Get-Failure $action
            $failure.Exception.Status | Should -Be 'InvalidArgument' -Because "$action"
            $failure.Exception.Message | Should -Match 'has the character U\+'
        }
        @(Get-WirePath).Length | Should -Be 0
    }
}
