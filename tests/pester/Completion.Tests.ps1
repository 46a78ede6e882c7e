BeforeDiscovery {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $noCertificate = Test-Gap ephemeral-keys, cng-keys
}

Describe 'Tab completion' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Connect-TestServer
        function Get-Completion {
            param([string] $Line)
            $found = [System.Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null)
            , [string[]]@(foreach ($match in $found.CompletionMatches) { $match.CompletionText })
        }
    }
    BeforeEach { Reset-Server }

    It 'completes <What>' -ForEach @(
        @{ What = 'names of roles'; Line = 'Add-Dynamics365UserRole -User x -Role Sales'; Texts = "'Sales Manager' Salesperson" }
        @{ What = 'names of roles in quotes'; Line = "Get-Dynamics365RoleMember -Role 'appro"; Texts = "'Approver''s Deputy & Reviewer'" }
        @{ What = 'names of business units'; Line = 'Get-Dynamics365User -BusinessUnit S'; Texts = 'Sales Service' }
        @{ What = 'the unit of a move'; Line = 'Set-Dynamics365UserBusinessUnit -Id x -BusinessUnitId Serv'; Texts = 'Service' }
        @{ What = 'columns'; Line = 'Get-Dynamics365User -Property fulln'; Texts = 'fullname' }
        @{ What = 'tables'; Line = 'Get-Dynamics365Change -Table systemuserr'; Texts = 'systemuserroles' }
    ) {
        ((Get-Completion $Line) -join ' ') | Should -Be $Texts
    }

    It 'completes the names of connections' {
        $null = Connect-Dynamics365 -Url (Get-ServerUrl) -Authority (Get-ServerUrl) -Credential (New-TestCredential) -Name completed
        ((Get-Completion 'Get-Dynamics365Role -Connection comp') -join ' ') | Should -Be 'completed'
        Disconnect-Dynamics365 -Connection completed
        Connect-TestServer
    }

    It 'signs with a certificate when a token is due' -Skip:$noCertificate {
        & (Get-Module Dynamics365) { $script:CompletionCache.Clear() }
        $certificate = [System.Security.Cryptography.X509Certificates.X509Certificate2]::new("$env:DYNAMICS365_ROOT/tests/keys/application.pfx", 'test-pfx-password')
        $null = Invoke-Control POST '_local/applications/22222222-2222-4222-8222-222222222222/certificates' ([System.IO.File]::ReadAllText("$env:DYNAMICS365_ROOT/tests/keys/application.pem"))
        $null = Connect-Dynamics365 -Url (Get-ServerUrl) -Authority (Get-ServerUrl) -ClientId 22222222-2222-4222-8222-222222222222 -Certificate $certificate -SkipTest
        (Get-Completion 'Get-Dynamics365RoleMember -Role Sales') -contains 'Salesperson' | Should -BeTrue
        Connect-TestServer
    }

    It 'does not run a token provider' {
        & (Get-Module Dynamics365) { $script:CompletionCache.Clear() }
        $asked = [System.Collections.Generic.List[string]]::new()
        $null = Connect-Dynamics365 -Url (Get-ServerUrl) -TokenProvider { $asked.Add('asked') } -SkipTest
        (Get-Completion 'Get-Dynamics365RoleMember -Role Sales') -contains 'Salesperson' | Should -BeFalse
        $asked.Count | Should -Be 0
        Connect-TestServer
    }

    It 'asks the environment once and remembers the answer' {
        # What earlier tests read is forgotten.
        & (Get-Module Dynamics365) { $script:CompletionCache.Clear() }
        $null = Get-Completion 'Get-Dynamics365RoleMember -Role S'
        $null = Get-Completion 'Get-Dynamics365RoleMember -Role B'
        @(Get-Wire).Length | Should -Be 1
    }

    It 'is empty, and no error, where the environment does not answer' {
        & (Get-Module Dynamics365) { $script:CompletionCache.Clear() }
        Add-ServerFault '{"path":"roles","times":0,"action":{"status":403}}'
        $Error.Clear()
        (Get-Completion 'Get-Dynamics365RoleMember -Role Sales') -contains 'Salesperson' | Should -BeFalse
        # PowerShell goes on with names of files. For that a bare engine lacks a module of its own.
        @($Error | Where-Object { "$_" -notlike '*Microsoft.PowerShell.Management*' }).Length | Should -Be 0
        Disconnect-Dynamics365 -All
        (Get-Completion 'Get-Dynamics365RoleMember -Role Sales') -contains 'Salesperson' | Should -BeFalse
        Connect-TestServer
    }
}
