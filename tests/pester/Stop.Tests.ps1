Describe 'Commands that are stopped, and errors as the caller wants them' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Connect-TestServer
        $known = Get-Known

        # A script in a runspace of its own that is connected.
        function New-Pipeline {
            param([string] $Script)
            $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
            $null = $shell.AddScript('param($module, $url, $id, $secret, $known) Import-Module $module; $null = Connect-Dynamics365 -Url $url -Authority $url -PageSize 2 -Credential ([pscredential]::new($id, $secret)); ' + $Script)
            $null = $shell.AddArgument($env:DYNAMICS365_MODULE).AddArgument((Get-ServerUrl)).AddArgument((Get-LoginId)).AddArgument((ConvertTo-TestSecureString (Get-Secret))).AddArgument($known)
            $shell
        }

        # Waits until so many rules are left: the others have met their requests.
        function Wait-Fault {
            param([int] $Left = 0)
            $limit = [System.Diagnostics.Stopwatch]::StartNew()
            while (@((ConvertFrom-Json (Invoke-Control GET '_local/faults')).faults).Length -gt $Left -and $limit.Elapsed.TotalSeconds -lt 60) { [System.Threading.Thread]::Sleep(5) }
        }
    }
    BeforeEach { Reset-Server }

    It 'leave the error of a later command as it is: <Name>' -ForEach @(
        @{ Name = 'of a list'; List = { Get-Dynamics365User } }
        @{ Name = 'of all roles'; List = { Get-Dynamics365UserRole -All } }
    ) {
        $Error.Clear()
        $failure = Get-Failure { & $List | ForEach-Object { throw 'a later one' } }
        "$failure" | Should -Be 'a later one'
        @($Error | Where-Object { "$_" -like '*WriteObject*' }).Length | Should -Be 0
        $failure = Get-Failure { & $List | ForEach-Object { Get-Dynamics365User -Id $known.Nobody -ErrorAction Stop } }
        $failure.Exception.Status | Should -Be 'UserNotFound'
    }

    It 'leave a list at once, with the rows that came before: <Name>' -ForEach @(
        @{ Name = 'before the first page'; Path = 'systemusers?'; Nth = 1; Rows = 0 }
        @{ Name = 'before the third page'; Path = 'skiptoken'; Nth = 2; Rows = 4 }
    ) {
        Add-ServerFault "{`"method`":`"GET`",`"path`":`"$Path`",`"nth`":$Nth,`"action`":{`"delayMs`":600000}}"
        $shell = New-Pipeline 'Get-Dynamics365User'
        $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
        $nothing = [System.Management.Automation.PSDataCollection[psobject]]::new()
        $nothing.Complete()
        try {
            $null = $shell.BeginInvoke($nothing, $output)
            Wait-Fault
            $limit = [System.Diagnostics.Stopwatch]::StartNew()
            while ($output.Count -lt $Rows -and $limit.Elapsed.TotalSeconds -lt 60) { [System.Threading.Thread]::Sleep(5) }
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $watch.ElapsedMilliseconds | Should -BeLessThan 2000
            $output.Count | Should -Be $Rows
            @($shell.Streams.Error).Length | Should -Be 0
        }
        finally { $shell.Dispose() }
    }

    It 'tell of a single change that was under way' {
        Add-ServerFault '{"method":"PATCH","action":{"delayReplyMs":600000}}'
        $shell = New-Pipeline 'Disable-Dynamics365User -Id $known.Adele'
        try {
            $null = $shell.BeginInvoke()
            Wait-Fault
            $shell.Stop()
            $account = @($shell.Streams.Error)[-1]
        }
        finally { $shell.Dispose() }
        $account.FullyQualifiedErrorId | Should -BeLike 'Dynamics365.OutcomeUnknown*'
        @($account.TargetObject).Length | Should -Be 1
        @($account.TargetObject)[0].InputObject | Should -Be $known.Adele
        @($account.TargetObject)[0].Outcome | Should -Be 'Unknown'
    }

    It 'show how many rows a list has read once it takes longer than two seconds' {
        Add-ServerFault '{"method":"GET","path":"systemusers?","times":0,"action":{"delayMs":900}}'
        $shell = New-Pipeline 'Get-Dynamics365User'
        try {
            @($shell.Invoke()).Length | Should -Be 5
            $shown = @($shell.Streams.Progress)
        }
        finally { $shell.Dispose() }
        $shown.Length | Should -BeGreaterThan 1
        $shown[0].StatusDescription | Should -Match '^\d done, [\d.,]+ a second$'
        $shown[-1].RecordType | Should -Be 'Completed'
    }

    It 'go on after an error, or end with it, as -ErrorAction says: <Command>' -ForEach @(
        @{ Command = 'Disable-Dynamics365User' }, @{ Command = 'Get-Dynamics365UserRole' }
    ) {
        $inputs = $known.Adele, $known.Nobody, $known.Bruno
        $shown = @($inputs | & $Command -ErrorAction Continue 2>&1)
        @($shown | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }).Length | Should -Be 1
        $global:Error.Clear()
        @($inputs | & $Command -ErrorAction SilentlyContinue 2>&1 | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }).Length | Should -Be 0
        @($global:Error | Where-Object { $_.FullyQualifiedErrorId -like "*$Command" }).Length | Should -Be 1
        $global:Error.Clear()
        $null = $inputs | & $Command -ErrorAction Ignore
        @($global:Error | Where-Object { $_.FullyQualifiedErrorId -like "*$Command" }).Length | Should -Be 0
        $failures = $null
        $null = $inputs | & $Command -ErrorAction SilentlyContinue -ErrorVariable failures
        @($failures).Length | Should -Be 1
        (Get-Failure { $inputs | & $Command -ErrorAction Stop }).TargetObject | Should -Be $known.Nobody
    }

    It 'do as the $ErrorActionPreference of the caller says' {
        $ErrorActionPreference = 'Stop'
        $failure = $null
        $told = [System.Collections.Generic.List[string]]::new()
        try { $known.Adele, $known.Nobody, $known.Bruno | Disable-Dynamics365User | ForEach-Object { $told.Add($_.SystemUserId) } }
        catch { $failure = $_ }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Dynamics365.UserNotFound*'
        @(Get-Dynamics365User -Disabled | Where-Object { $told -contains $_.SystemUserId }).Length | Should -Be $told.Count
        $ErrorActionPreference = 'SilentlyContinue'
        @($known.Adele, $known.Nobody, $known.Bruno | Enable-Dynamics365User).Length | Should -Be 2
    }
}
