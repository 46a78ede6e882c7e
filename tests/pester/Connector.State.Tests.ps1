# Suspend, resume, delete, passwords, test.
Describe 'Suspend and resume operations' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        $known = Get-Known
        $runspace = New-ConnectorRunspace
    }
    BeforeEach { Reset-Server }
    AfterAll { $runspace.Dispose() }

    It 'Suspend-Identity disables, and is done when that is so already' {
        $first = Invoke-Connector $runspace Suspend-Identity -Identity $known.Adele
        $again = Invoke-Connector $runspace Suspend-Identity -Identity $known.Adele
        $first.Result.Status, $again.Result.Status -join ' ' | Should -Be 'SUCCESS SUCCESS'
        $first.Result.Changed, $again.Result.Changed -join ' ' | Should -Be 'True False'
        (@(Get-Change) -join '; ') | Should -Be 'update systemusers isdisabled'
    }

    It 'Resume-Identity sets the same property back to false' {
        $resumed = Invoke-Connector $runspace Resume-Identity -Identity $known.Chiara
        $resumed.Result.Status | Should -Be 'SUCCESS'
        (Invoke-Connector $runspace Search-Data -Query "Get-Dynamics365User -Id $($known.Chiara)" -Requested isdisabled).Result['isdisabled'] | Should -BeFalse
    }

    It '<Function> tells a user that is not there' -ForEach @(@{ Function = 'Suspend-Identity' }, @{ Function = 'Resume-Identity' }) {
        foreach ($name in $known.Nobody, 'nobody@contoso.example', '') {
            $outcome = Invoke-Connector $runspace $Function -Identity $name
            $outcome.Result.ErrorCode | Should -Be 'NO_SUCH_IDENTIFIER'
            $outcome.Errors.Length | Should -Be 1
        }
    }
}

Describe 'What Dynamics 365 does not have' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        $known = Get-Known
        $runspace = New-ConnectorRunspace
        Reset-Server
    }
    AfterAll { $runspace.Dispose() }

    It '<Function> is refused: <Says>' -ForEach @(
        @{ Function = 'Remove-Identity'; Says = 'Deleting users is not supported*Disable the user instead*' }
        @{ Function = 'Reset-IdentityPassword'; Says = 'Resetting a password is not supported*' }
        @{ Function = 'Test-IdentityPassword'; Says = 'Testing a password is not supported*' }
    ) {
        $outcome = Invoke-Connector $runspace $Function -Identity $known.Adele
        $outcome.Result.Status | Should -Be 'FAILURE'
        $outcome.Result.ErrorCode | Should -Be 'OPERATION_NOT_SUPPORTED_EXCEPTION'
        $outcome.Result.ErrorMessage | Should -BeLike $Says
        $outcome.Errors.Length | Should -Be 1
        @(Get-WirePath).Length | Should -Be 0
    }
}

Describe 'Test-ConnectorConnection' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        $runspace = New-ConnectorRunspace
    }
    BeforeEach { Reset-Server }
    AfterAll { $runspace.Dispose() }

    It 'signs in and asks who it is' {
        $test = Invoke-Connector $runspace Test-ConnectorConnection
        $test.Result.Status | Should -Be 'SUCCESS'
        @(Get-WirePath) -like 'GET /api/data/v9.1/WhoAmI*' | Should -Not -BeNullOrEmpty
    }

    It 'tells what is wrong: <What>' -ForEach @(
        @{ What = 'the secret'; With = @{ Secret = 'wrong' }; Code = 'AUTHENTICATION_FAILED'; Says = '*AADSTS7000215*' }
        @{ What = 'the application has no user'; With = @{ LoginId = '33333333-3333-4333-8333-333333333333@11111111-1111-4111-8111-111111111111' }; Code = 'INSUFFICIENT_RIGHTS'; Says = '*application user*' }
        @{ What = 'the Login Id'; With = @{ LoginId = 'me' }; Code = 'INVALID_CONFIGURATION'; Says = '*client_id@tenant_id*' }
        @{ What = 'no Login Id'; With = @{ LoginId = '' }; Code = 'INVALID_CONFIGURATION'; Says = '*Login*' }
        @{ What = 'no Password'; With = @{ Secret = '' }; Code = 'INVALID_CONFIGURATION'; Says = '*no Password*' }
        @{ What = 'no Host URL'; With = @{ Url = '' }; Code = 'INVALID_CONFIGURATION'; Says = '*Url*' }
    ) {
        $test = Invoke-Connector $runspace Test-ConnectorConnection @With
        $test.Result.Status | Should -Be 'FAILURE'
        $test.Result.ErrorCode | Should -Be $Code
        $test.Result.ErrorMessage | Should -BeLike $Says
    }
}
