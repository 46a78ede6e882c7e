Describe 'Many inputs' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Connect-TestServer
        $known = Get-Known
        $rows = @(foreach ($number in 10..39) {
                [pscustomobject]@{ InternalEmailAddress = "user$number@contoso.example"; DomainName = "user$number@contoso.example"; FirstName = 'User'; LastName = "$number"; BusinessUnitId = $known.Sales }
            })
        $created = @($rows | New-Dynamics365User)
        $users = @($created | ForEach-Object { $_.SystemUserId })
        $null = Invoke-Control POST '_local/snapshot' '{"name":"many"}'

        # The requests of a method, each with the milliseconds of its begin and end.
        function Get-Span {
            param([string] $Method)
            $log = ConvertFrom-Json (Invoke-Control GET '_local/requests')
            foreach ($request in $log.requests) {
                if ($request.method -ne $Method -or -not $request.path.StartsWith('/api/')) { continue }
                # Some PowerShells read it as a date themselves.
                $time = $request.time
                if ($time -is [string]) { $time = [datetime]::Parse($time, [System.Globalization.CultureInfo]::InvariantCulture, [System.Globalization.DateTimeStyles]::AdjustToUniversal) }
                $begin = $time.Ticks / 10000
                # The begin is told in whole milliseconds.
                @{ Begin = $begin + 2; End = $begin + $request.durationMs - 2; Path = $request.path }
            }
        }

        # How many of them were under way at the same time at most.
        function Get-Overlap {
            param([object[]] $Span)
            $most = 0
            foreach ($one in $Span) {
                $now = @($Span | Where-Object { $_.Begin -le $one.Begin -and $_.End -gt $one.Begin }).Length
                if ($now -gt $most) { $most = $now }
            }
            $most
        }

        # What the ledger has of role assignments since the users were made: the ids of the users.
        function Get-Assigned {
            $ledger = ConvertFrom-Json (Invoke-Control GET '_local/ledger')
            foreach ($entry in $ledger.entries) { if ($entry.operation -eq 'associate') { $entry.id } }
        }
    }
    BeforeEach { $null = Invoke-Control POST '_local/reset' '{"snapshot":"many"}' }

    It 'are created from rows, in their order' {
        (@($created | ForEach-Object { $_.User.LastName }) -join ' ') | Should -Be ((10..39) -join ' ')
        @(Get-Dynamics365User -Name 'User *').Length | Should -Be 30
    }

    It 'are worked on side by side, as many as -ThrottleLimit says, and give their results in order' {
        Add-ServerFault '{"method":"POST","times":0,"action":{"delayMs":60}}'
        $changes = @($users | Add-Dynamics365UserRole -Role Salesperson -ThrottleLimit 3)
        (@($changes | ForEach-Object { $_.SystemUserId }) -join ' ') | Should -Be ($users -join ' ')
        @($changes | Where-Object { $_.Action -ne 'Added' }).Length | Should -Be 0
        @(Get-Assigned).Length | Should -Be 30
        $overlap = Get-Overlap @(Get-Span POST)
        $overlap | Should -BeGreaterThan 1
        $overlap | Should -BeLessOrEqual 3
    }

    It 'are worked on as many at once as the environment advises, without -ThrottleLimit' {
        Add-ServerFault '{"method":"PATCH","times":0,"action":{"delayMs":60}}'
        $changes = @($users | Set-Dynamics365User -JobTitle Clerk)
        @($changes | Where-Object { $_.Action -eq 'Updated' }).Length | Should -Be 30
        $overlap = Get-Overlap @(Get-Span PATCH)
        $overlap | Should -BeGreaterThan 1
        # Local Dataverse advises 4.
        $overlap | Should -BeLessOrEqual 4
    }

    It 'that are about one user are worked on one after the other' {
        Add-ServerFault '{"method":"POST","times":0,"action":{"delayMs":30}}'
        $roles = @(Get-Dynamics365Role -BusinessUnit $known.Sales | Where-Object { $_.Name -ne 'System Administrator' })
        $changes = @($roles | Add-Dynamics365UserRole -User $users[0] -ThrottleLimit 8)
        (@($changes | ForEach-Object { $_.RoleName }) -join ' ') | Should -Be (@($roles | ForEach-Object { $_.Name }) -join ' ')
        Get-Overlap @(Get-Span POST) | Should -Be 1
        $twice = @($users[1], $users[1], $users[1] | Remove-Dynamics365UserRole -Role Salesperson; $users[1], $users[1] | Add-Dynamics365UserRole -Role Salesperson)
        (@($twice | ForEach-Object { $_.Action }) -join ' ') | Should -Be 'Unchanged Unchanged Unchanged Added Unchanged'
    }

    It 'are read many with one request' {
        $null = $users | Add-Dynamics365UserRole -Role Salesperson
        @(Get-Wire | Where-Object { $_ -eq 'POST 204' }).Length | Should -Be 30
        @(Get-Wire | Where-Object { $_ -eq 'GET 200' }).Length | Should -BeLessThan 20
    }

    It 'work for <Command>' -ForEach @(
        @{ Command = 'Disable-Dynamics365User'; With = @{}; Action = 'Disabled' }
        @{ Command = 'Set-Dynamics365UserRole'; With = @{ Role = 'Sales Manager' }; Action = 'Added' }
        @{ Command = 'Set-Dynamics365UserBusinessUnit'; With = @{ BusinessUnitId = 'Service'; Confirm = $false }; Action = 'Moved' }
        @{ Command = 'Remove-Dynamics365UserRole'; With = @{ Role = 'Salesperson' }; Action = 'Unchanged' }
    ) {
        $changes = @($users | & $Command @With -WarningAction SilentlyContinue)
        (@($changes | ForEach-Object { $_.SystemUserId }) -join ' ') | Should -Be ($users -join ' ')
        @($changes | Where-Object { $_.Action -ne $Action }).Length | Should -Be 0
    }

    It 'work for teams' {
        $changes = @(Get-Dynamics365Team | Add-Dynamics365TeamRole -Role Salesperson)
        $changes += Get-Dynamics365Team | Remove-Dynamics365TeamRole -Role Salesperson
        (@($changes | ForEach-Object { "$($_.Action) $($_.TeamName)" }) -join '; ') |
            Should -Be 'Added Contoso; Added Sales; Added Service; Removed Contoso; Removed Sales; Removed Service'
    }

    It 'that fail are told in their places, each with its input' {
        $inputs = @([pscustomobject]@{ SystemUserId = $users[0] }, [pscustomobject]@{ SystemUserId = $known.Nobody }, [pscustomobject]@{ Name = 'nothing' },
            [pscustomobject]@{ SystemUserId = 'x' }, [pscustomobject]@{ SystemUserId = $users[1] })
        $all = @($inputs | Disable-Dynamics365User -ErrorAction Continue 2>&1)
        $all.Length | Should -Be 5
        $all[0].Action | Should -Be 'Disabled'
        $all[4].SystemUserId | Should -Be $users[1]
        (@($all[1..3] | ForEach-Object { $_.Exception.Status }) -join ' ') | Should -Be 'UserNotFound InvalidArgument InvalidArgument'
        $all[1].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        foreach ($index in 1..3) { [object]::ReferenceEquals($all[$index].TargetObject, $inputs[$index]) | Should -BeTrue }
    }

    It 'that are rows of a file are named by the row' {
        $bad = [pscustomobject]@{ InternalEmailAddress = 'bad@contoso.example'; IsDisabled = 'perhaps'; BusinessUnitId = $known.Sales }
        $again = [pscustomobject]@{ SystemUserId = $users[0]; InternalEmailAddress = 'user10@contoso.example'; BusinessUnitId = $known.Sales }
        $failures = @($bad, $again | New-Dynamics365User -ErrorAction Continue 2>&1)
        (@($failures | ForEach-Object { $_.Exception.Status }) -join ' ') | Should -Be 'InvalidAttribute AlreadyExists'
        [object]::ReferenceEquals($failures[0].TargetObject, $bad) | Should -BeTrue
        $failures[1].TargetObject.InternalEmailAddress | Should -Be 'user10@contoso.example'
    }

    It 'that lack a property do not take it from the row before' {
        $first = [pscustomobject]@{ InternalEmailAddress = 'first@contoso.example'; JobTitle = 'Clerk'; IsDisabled = 'True'; BusinessUnitId = $known.Sales }
        $second = [pscustomobject]@{ InternalEmailAddress = 'second@contoso.example'; BusinessUnitId = $known.Sales }
        $made = @($first, $second | New-Dynamics365User -FirstName Same)
        (@($made | ForEach-Object { "$($_.User.FirstName) $($_.User.JobTitle) $($_.User.IsDisabled)" }) -join '; ') | Should -Be 'Same Clerk True; Same  False'
    }

    It 'show their requests with -Verbose' {
        $shown = @($users | Enable-Dynamics365User -Verbose 4>&1)
        @($shown | Where-Object { [string]$_ -like 'GET /api/data/*systemusers(*-> 200 in * ms, request id *' }).Length | Should -Be 30
    }

    It 'are planned one by one with -WhatIf, and change nothing' {
        $plans = @($users | Disable-Dynamics365User -WhatIf)
        $plans.Length | Should -Be 30
        @($plans | Where-Object { -not $_.Planned }).Length | Should -Be 0
        @(Get-Wire | Where-Object { $_ -notlike 'GET*' }).Length | Should -Be 0
    }

    It 'are one request after the other where there is one only' {
        $null = $users[0] | Add-Dynamics365UserRole -Role $known.Salesperson
        (@(Get-Wire) -join ', ') | Should -Match '^GET 200, (GET 200, )?POST 204$'
        @(Get-WirePath | Where-Object { $_ -like 'GET*systemusers`?*' }).Length | Should -Be 0
    }

    It 'end with the first error where that is wanted, and what was under way then is told' {
        Add-ServerFault '{"method":"PATCH","times":0,"action":{"delayMs":50}}'
        $inputs = @($users[0..4]) + @($known.Nobody) + @($users[5..29])
        $failure = $null
        try { $null = $inputs | Disable-Dynamics365User -ThrottleLimit 2 -ErrorAction Stop -OutVariable told }
        catch { $failure = $_ }
        $failure.Exception.Status | Should -Be 'UserNotFound'
        $failure.TargetObject | Should -Be $known.Nobody
        $told.Count | Should -BeLessThan 30
        $told.Count | Should -BeGreaterThan 4
        @(Get-Dynamics365User -Disabled -Name 'User *').Length | Should -Be $told.Count
    }

    It 'end with an error that all further ones would meet' {
        $hasty = Connect-Dynamics365 -Url (Get-ServerUrl) -Authority (Get-ServerUrl) -Credential (New-TestCredential) -MaxWaitSecond 1 -Name hasty
        Add-ServerFault '{"method":"PATCH","nth":6,"times":0,"action":{"status":429,"headers":{"Retry-After":"77"}}}'
        $failures = @()
        $told = @()
        try { $null = $users | Disable-Dynamics365User -ThrottleLimit 4 -Connection $hasty -OutVariable told -ErrorVariable failures -ErrorAction SilentlyContinue }
        catch { $failure = $_ }
        $failure.Exception.Status | Should -Be 'Throttled'
        $told.Count | Should -Be 5
        @(Get-Change | Where-Object { $_ -eq 'update systemusers isdisabled' }).Length | Should -Be 5
        @(Get-Wire | Where-Object { $_ -like 'PATCH*' }).Length | Should -BeLessThan 12
        Disconnect-Dynamics365 -Connection hasty
    }

    It 'hold together when the environment asks to wait' {
        Add-ServerFault '{"method":"PATCH","nth":3,"times":2,"action":{"status":429,"headers":{"Retry-After":"1"}}}'
        $changes = @($users | Disable-Dynamics365User)
        @($changes | Where-Object { $_.Action -eq 'Disabled' }).Length | Should -Be 30
        @(Get-Wire | Where-Object { $_ -eq 'PATCH 429' }).Length | Should -Be 2
    }

    It 'get a new token from the caller in the middle' {
        $token = (ConvertFrom-Json (Invoke-Control POST '_local/token' '{"clientId":"22222222-2222-4222-8222-222222222222"}'))
        $text = [string]@($token.psobject.Properties | Where-Object { [string]$_.Value -like 'eyJ*' })[0].Value
        $asked = [System.Collections.Generic.List[string]]::new()
        $connection = Connect-Dynamics365 -Url (Get-ServerUrl) -TokenProvider { $asked.Add('asked'); $text } -Name asking
        Add-ServerFault '{"method":"POST","path":"systemuserroles","nth":5,"times":1,"action":{"status":401}}'
        $changes = @($users | Add-Dynamics365UserRole -Role Salesperson -Connection $connection -ThrottleLimit 8)
        @($changes | Where-Object { $_.Action -eq 'Added' }).Length | Should -Be 30
        $asked.Count | Should -Be 2
        Disconnect-Dynamics365 -Connection asking
    }

    It 'refuse a limit that the service does not allow' {
        foreach ($limit in 0, 53) { (Get-Failure { $users | Enable-Dynamics365User -ThrottleLimit $limit }).FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentValidationError*' }
    }
}

Describe 'A pipeline that is stopped' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Connect-TestServer
        $known = Get-Known
        $users = @(foreach ($number in 10..69) {
                [pscustomobject]@{ InternalEmailAddress = "user$number@contoso.example"; FirstName = 'User'; LastName = "$number"; BusinessUnitId = $known.Sales }
            }) | New-Dynamics365User -ThrottleLimit 8 | ForEach-Object { $_.SystemUserId }
        $null = Invoke-Control POST '_local/snapshot' '{"name":"many"}'

        function Get-Disabled { @(Get-Dynamics365User -Disabled -Name 'User *' | ForEach-Object { $_.SystemUserId }) }

        # Runs a pipeline over the users in a runspace of its own.
        function New-Pipeline {
            param([string] $Script)
            $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
            $null = $shell.AddScript('param($module, $url, $id, $secret, $users) Import-Module $module; $null = Connect-Dynamics365 -Url $url -Authority $url -Credential ([pscredential]::new($id, $secret)); ' + $Script)
            $null = $shell.AddArgument($env:DYNAMICS365_MODULE).AddArgument((Get-ServerUrl)).AddArgument((Get-LoginId)).AddArgument((ConvertTo-TestSecureString (Get-Secret))).AddArgument($users)
            $shell
        }
    }
    BeforeEach { $null = Invoke-Control POST '_local/reset' '{"snapshot":"many"}' }

    It 'ends at once, and what it told is what the ledger has' {
        # Each change takes a while; two of them take for ever: one before it is applied, one after.
        Add-ServerFault "{`"method`":`"PATCH`",`"path`":`"$($users[8])`",`"times`":0,`"action`":{`"delayMs`":600000}}"
        Add-ServerFault "{`"method`":`"PATCH`",`"path`":`"$($users[9])`",`"times`":0,`"action`":{`"delayReplyMs`":600000}}"
        Add-ServerFault '{"method":"PATCH","times":0,"action":{"delayMs":20}}'
        $shell = New-Pipeline '$users | Disable-Dynamics365User -ThrottleLimit 4'
        $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
        $nothing = [System.Management.Automation.PSDataCollection[psobject]]::new()
        $nothing.Complete()
        try {
            $null = $shell.BeginInvoke($nothing, $output)
            $limit = [System.Diagnostics.Stopwatch]::StartNew()
            # Of the results nothing comes after the two that hang; behind them others are finished.
            while (($output.Count -lt 8 -or @(Get-Change | Where-Object { $_ -eq 'update systemusers isdisabled' }).Length -lt 15) -and $limit.Elapsed.TotalSeconds -lt 60) { [System.Threading.Thread]::Sleep(5) }
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $took = $watch.ElapsedMilliseconds
            $account = @($shell.Streams.Error)[-1]
            $warning = [string]@($shell.Streams.Warning)[-1]
        }
        finally { $shell.Dispose() }
        # 0.2 s, and room for a busy machine.
        $took | Should -BeLessThan 2000

        $output.Count | Should -Be 8
        $account.FullyQualifiedErrorId | Should -BeLike 'Dynamics365.OutcomeUnknown*'
        $account.CategoryInfo.Category | Should -Be 'OperationStopped'
        $account.Exception.Message | Should -BeLike 'The command was stopped before its end. Changes that were made*Changes that were under way*Inputs that were not begun: *What to do:*'
        $warning | Should -BeLike '*stopped before its end*$Error*'
        $rest = @($account.TargetObject)
        $made = @($output | ForEach-Object { $_.SystemUserId }) + @($rest | Where-Object { $_.Outcome -eq 'Done' } | ForEach-Object { $_.Result[0].SystemUserId })
        $unknown = @($rest | Where-Object { $_.Outcome -eq 'Unknown' })
        @($unknown | ForEach-Object { $_.InputObject }) -contains $users[8] | Should -BeTrue
        @($unknown | ForEach-Object { $_.InputObject }) -contains $users[9] | Should -BeTrue
        foreach ($one in $unknown) {
            $one.Error.Exception.Status | Should -Be 'OutcomeUnknown'
            $one.Error.TargetObject | Should -Be $one.InputObject
        }
        # What hangs at the server is not applied any more before this is looked at, or it was told as unknown.
        $applied = Get-Disabled
        foreach ($id in $made) { $applied -contains $id | Should -BeTrue -Because 'it was told as made' }
        $mayBe = $made + @($unknown | ForEach-Object { $_.InputObject })
        foreach ($id in $applied) { $mayBe -contains $id | Should -BeTrue -Because 'it was made' }
        $applied.Length | Should -BeLessThan 60
        $applied -contains $users[9] | Should -BeTrue
    }

    It 'tells what was made beyond what a later command took, where a change takes <Delay> ms' -ForEach @{ Delay = 0 }, @{ Delay = 100 } {
        if ($Delay -gt 0) { Add-ServerFault "{`"method`":`"PATCH`",`"times`":0,`"action`":{`"delayMs`":$Delay}}" }
        $taken = [System.Collections.Generic.List[string]]::new()
        $failure = Get-Failure { $users | Disable-Dynamics365User -ThrottleLimit 4 -WarningAction SilentlyContinue -ErrorAction SilentlyContinue | ForEach-Object { $taken.Add($_.SystemUserId); if ($taken.Count -eq 2) { throw 'enough' } } }
        $failure.Exception.Message | Should -Be 'enough'
        $account = @($global:Error | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] -and $_.Exception.Message -like 'The command was stopped before its end.*' })[0]
        $account | Should -Not -BeNullOrEmpty
        $beyond = @($account.TargetObject)
        $done = @(foreach ($one in $beyond) { if ($one.Outcome -eq 'Done') { $one.InputObject } })
        # On a busy machine some are on the wire still: nobody knows what becomes of them.
        $unknown = @(foreach ($one in $beyond) { if ($one.Outcome -eq 'Unknown') { $one.InputObject } })
        $account.FullyQualifiedErrorId | Should -BeLike $(if ($unknown.Length -gt 0) { 'Dynamics365.OutcomeUnknown*' } else { 'Dynamics365.Cancelled*' })
        $done.Length + $unknown.Length | Should -Be $beyond.Length
        $beyond.Length | Should -BeLessThan 40
        $applied = Get-Disabled
        foreach ($id in $done) { $applied -contains $id | Should -BeTrue -Because 'it was told as made' }
        foreach ($id in $applied) { @($taken) + $done + $unknown -contains $id | Should -BeTrue -Because 'it was made' }
        $applied.Length | Should -BeGreaterThan ($done.Length + 1)
    }

    It 'has nothing under way while it waits for its next input' {
        $shell = New-Pipeline '$users | ForEach-Object { if ($_ -eq $users[20]) { while ($true) { [System.Threading.Thread]::Sleep(10) } }; $_ } | Disable-Dynamics365User'
        try {
            $null = $shell.BeginInvoke()
            [System.Threading.Thread]::Sleep(1500)
            $shell.Stop()
            $before = @(Get-Disabled).Length
            @($shell.Streams.Error).Length | Should -Be 0
        }
        finally { $shell.Dispose() }
        [System.Threading.Thread]::Sleep(200)
        @(Get-Disabled).Length | Should -Be $before
    }

    It 'does not keep an input waiting that comes after a pause' {
        $seen = [System.Collections.Generic.List[string]]::new()
        $null = 0..2 | ForEach-Object { [System.Threading.Thread]::Sleep(350); $seen.Add("in $_"); $users[$_] } | Disable-Dynamics365User | ForEach-Object { $seen.Add('out') }
        ($seen -join ' ') | Should -Be 'in 0 out in 1 out in 2 out'
    }

    It 'shows how far it is once it takes longer than two seconds' {
        Add-ServerFault '{"method":"PATCH","times":0,"action":{"delayMs":100}}'
        $shell = New-Pipeline '$users[0..29] | Disable-Dynamics365User -ThrottleLimit 1'
        try {
            $output = @($shell.Invoke())
            $shown = @($shell.Streams.Progress)
        }
        finally { $shell.Dispose() }
        $output.Length | Should -Be 30
        $shown.Length | Should -BeGreaterThan 1
        $shown[0].Activity | Should -Be 'Disable-Dynamics365User'
        $shown[0].StatusDescription | Should -Match '^\d+ of 30 done, [\d.,]+ a second$'
        $shown[0].PercentComplete | Should -BeGreaterThan 10
        $shown[0].SecondsRemaining | Should -BeGreaterThan 0
        $shown[-1].RecordType | Should -Be 'Completed'
    }

    It 'shows nothing where it is quick' {
        $shell = New-Pipeline '$users[0..9] | Disable-Dynamics365User'
        try {
            @($shell.Invoke()).Length | Should -Be 10
            @($shell.Streams.Progress).Length | Should -Be 0
        }
        finally { $shell.Dispose() }
    }
}
