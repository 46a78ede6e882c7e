Describe 'Invoke-Dynamics365Request' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Connect-TestServer
        $known = Get-Known
    }
    BeforeEach { Reset-Server }

    It 'gets what a path names' {
        (Invoke-Dynamics365Request -Path 'RetrieveVersion()').Version | Should -Match '^9\.'
        $page = Invoke-Dynamics365Request -Path 'systemusers?$select=fullname&$top=2'
        @($page.value).Length | Should -Be 2
    }

    It 'sends a body and headers, and returns the whole response when asked' {
        $response = Invoke-Dynamics365Request -Method PATCH -Path "systemusers($($known.Adele))?`$select=jobtitle" -Body @{ jobtitle = 'Clerk' } `
            -Header @{ Prefer = 'return=representation' } -FullResponse
        $response.StatusCode | Should -Be 200
        $response.Body.jobtitle | Should -Be 'Clerk'
        @(Invoke-Dynamics365Request -Method PATCH -Path "systemusers($($known.Adele))" -Body '{"jobtitle":null}').Length | Should -Be 0
        @(Get-Change).Length | Should -Be 2
    }

    It 'keeps the token on the environment' {
        (Get-Failure { Invoke-Dynamics365Request -Path 'https://elsewhere.example/' -ErrorAction Stop }).Exception.Message | Should -BeLike '*away from the environment*'
        (Get-Failure { Invoke-Dynamics365Request -Path 'WhoAmI()' -Header @{ Authorization = 'x' } -ErrorAction Stop }).Exception.Status | Should -Be 'InvalidArgument'
        @(Get-WirePath).Length | Should -Be 0
    }

    It 'refuses a secret in a body' {
        (Get-Failure { Invoke-Dynamics365Request -Method POST -Path 'systemusers' -Body @{ x = (ConvertTo-TestSecureString 'hush') } -ErrorAction Stop }).Exception.Message |
            Should -BeLike '*secret has no place*'
    }

    It 'keeps every character of a text' {
        $text = "Zo\u0308e 'n' `"q`" \ & `t" + [char]0x1F + [char]0x10 + [char]::ConvertFromUtf32(0x1F600)
        $null = Invoke-Dynamics365Request -Method PATCH -Path "systemusers($($known.Adele))" -Body @{ skills = $text }
        (Get-Dynamics365User -Id $known.Adele).Skills | Should -BeExactly $text
        (Get-Dynamics365User -Filter "systemuserid eq $($known.Adele)").Skills | Should -BeExactly $text
    }
}
