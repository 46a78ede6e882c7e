Describe 'Errors' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Connect-TestServer
        $known = Get-Known
    }
    BeforeEach { Reset-Server }

    It 'carry status, code, request id and target' {
        $failure = Get-Failure { Get-Dynamics365User -Id $known.Nobody -ErrorAction Stop }
        $failure.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failure.Exception.GetType().FullName | Should -Be 'Dynamics365.RequestException'
        $failure.Exception.StatusCode | Should -Be 404
        $failure.Exception.ErrorCode | Should -Be '0x80040217'
        $failure.Exception.RequestId | Should -Not -BeNullOrEmpty
        $failure.Exception.Target | Should -Be "systemuser $($known.Nobody)"
        $failure.Exception.Message | Should -BeLike '*What to do:*'
    }

    It 'name the missing privilege' {
        Set-ServerSetting '{"deniedPrivileges":["prvReadUser"]}'
        $failure = Get-Failure { Get-Dynamics365User -Id $known.Adele -ErrorAction Stop }
        $failure.Exception.Privilege | Should -Be 'prvReadUser'
        $failure.CategoryInfo.Category | Should -Be 'PermissionDenied'
    }

    It 'keep the wording of the documentation for a 500, with cause and advice' {
        Add-ServerFault '{"method":"PATCH","action":{"status":500}}'
        $failure = Get-Failure { Set-Dynamics365User -Id $known.Adele -Title Dr -ErrorAction Stop }
        $failure.Exception.Message | Should -BeLike "Got API response status code - '500'. ErrorMessage - 'Server returned 'InternalServerError'*Cause:*What to do:*"
    }

    It 'tell how long to wait where that is too long to wait here' {
        $hasty = Connect-Dynamics365 -Url (Get-ServerUrl) -Authority (Get-ServerUrl) -Credential (New-TestCredential) -MaxWaitSecond 1 -Name hasty
        Add-ServerFault '{"path":"systemusers","action":{"status":429,"headers":{"Retry-After":"77"}}}'
        $failure = Get-Failure { Get-Dynamics365User -Connection $hasty }
        $failure.Exception.Status | Should -Be 'Throttled'
        $failure.Exception.RetryAfter.TotalSeconds | Should -Be 77
        $failure.CategoryInfo.Category | Should -Be 'LimitsExceeded'
        Disconnect-Dynamics365 -Connection hasty
    }

    It 'never tell a change without reply as a plain failure' {
        Add-ServerFault '{"method":"POST","path":"systemusers","action":{"close":"afterApplied"}}'
        $failure = Get-Failure { Invoke-Dynamics365Request -Method POST -Path systemusers -Body "{`"internalemailaddress`":`"e@contoso.example`",`"businessunitid@odata.bind`":`"/businessunits($($known.Sales))`"}" -ErrorAction Stop }
        $failure.Exception.Status | Should -Be 'OutcomeUnknown'
        @(Get-Change).Length | Should -Be 1
    }

    It 'wait out what passes, and show it with -Verbose' {
        Add-ServerFault '{"path":"systemusers","action":{"status":503,"headers":{"Retry-After":"0"}}}'
        $output = @(Get-Dynamics365User -Id $known.Adele -Verbose 4>&1)
        $lines = @($output | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] } | ForEach-Object { [string]$_ })
        $lines.Length | Should -Be 3
        $lines[0] | Should -BeLike 'GET /api/data/v9.1/systemusers(*-> 503 in * ms*'
        $lines[1] | Should -BeLike 'GET /api/data/v9.1/systemusers(*is tried again in 0.0 s'
        $lines[2] | Should -BeLike '*-> 200 in * ms, try 2, request id *'
    }

    It 'say which file, platform and remedy where the library can not be loaded' {
        $failure = Get-LibraryFailure ([System.IO.Path]::Combine($PSScriptRoot, 'no-such-library'))
        $failure.FullyQualifiedErrorId | Should -BeLike 'Dynamics365.LibraryNotLoaded*'
        $failure.Exception.Message | Should -BeLike '*no-such-library*'
    }

    It 'refuse a 32-bit PowerShell, and say which one to start' {
        $module = Get-Module -Name Dynamics365
        foreach ($identifier in 'win-x86', 'linux-arm') {
            $failure = Get-Failure { & $module { param($Identifier) Assert-Platform $Identifier } $identifier }
            $failure.Exception.Status | Should -Be 'LibraryNotLoaded'
            $failure.Exception.Message | Should -BeLike "*needs a 64-bit PowerShell*$identifier*SysWOW64*"
        }
        foreach ($identifier in 'win-x64', 'win-arm64', 'osx-arm64') { & $module { param($Identifier) Assert-Platform $Identifier } $identifier }
    }

    # A path from the root is not searched for, wherever the process was started.
    It 'can not come from a library of the same name elsewhere' {
        $module = Get-Module -Name Dynamics365
        foreach ($given in '', 'dynamics365.dll') {
            $before = $env:DYNAMICS365_LIBRARY
            $env:DYNAMICS365_LIBRARY = $given
            try { $path = & $module { Get-LibraryPath } } finally { $env:DYNAMICS365_LIBRARY = $before }
            [System.IO.Path]::IsPathRooted($path) | Should -BeTrue
        }
    }

    # Built by 'cargo xtask test' from the library's own source with the next number; not for Windows on another machine.
    It 'name both versions where the library has another one' -Skip:([string]::IsNullOrEmpty($env:DYNAMICS365_OTHER_VERSION)) {
        $header = [System.IO.File]::ReadAllText([System.IO.Path]::Combine($env:DYNAMICS365_ROOT, 'include', 'dynamics365.h'))
        $own = [int][regex]::Match($header, '#define D365_ABI_VERSION (\d+)').Groups[1].Value
        $failure = Get-LibraryFailure $env:DYNAMICS365_OTHER_VERSION
        $failure.FullyQualifiedErrorId | Should -BeLike 'Dynamics365.LibraryVersionMismatch*'
        $failure.Exception.Message | Should -BeLike "*has interface version $($own + 1), and this module needs version $own.*"
    }

    It 'are none where a command is stopped: <Command> ends at once' -ForEach @(
        @{ Command = 'Get-Dynamics365User'; Path = 'systemusers?' }
        @{ Command = 'Get-Dynamics365User -Id c0000000-0000-4000-8000-000000000002'; Path = 'systemusers(' }
        @{ Command = 'Set-Dynamics365User -Id c0000000-0000-4000-8000-000000000002 -Title Dr'; Path = 'systemusers(' }
    ) {
        $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
        $shell = [powershell]::Create()
        try {
            $runspace.Open()
            $runspace.SessionStateProxy.SetVariable('credential', (New-TestCredential))
            $shell.Runspace = $runspace
            $url = Get-ServerUrl
            $null = $shell.AddScript("Import-Module '$($env:DYNAMICS365_MODULE)'; `$null = Connect-Dynamics365 -Url $url -Authority $url -Credential `$credential; $Command")
            # What is stopped would otherwise take ten minutes.
            Add-ServerFault "{`"path`":`"$Path`",`"action`":{`"delayMs`":600000}}"
            $running = $shell.BeginInvoke()
            while ((ConvertFrom-Json (Invoke-Control GET '_local/faults')).faults.Length -gt 0) { [System.Threading.Thread]::Yield() }
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 30
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
        }
        finally {
            $shell.Dispose()
            $runspace.Dispose()
        }
        @(Get-Change).Length | Should -Be 0
    }
}
