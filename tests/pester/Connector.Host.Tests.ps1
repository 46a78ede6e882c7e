# What the host changes: $baseApi, credentials, several runspaces at once.
Describe 'The host' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        $known = Get-Known
    }
    BeforeEach { Reset-Server }

    It 'overrides $baseApi' {
        $runspace = New-ConnectorRunspace
        $null = Invoke-Connector $runspace Test-ConnectorConnection -Variables @{ baseApi = 'api/data/v9.2/' }
        @(Get-WirePath) -like 'GET /api/data/v9.2/WhoAmI*' | Should -Not -BeNullOrEmpty
        @(Get-WirePath) -like '*/api/data/v9.1/*' | Should -BeNullOrEmpty
        $runspace.Dispose()
    }

    It 'keeps one connection a runspace and environment: one token for many requests' {
        $runspace = New-ConnectorRunspace
        foreach ($round in 1..5) { $null = Invoke-Connector $runspace Suspend-Identity -Identity $known.Adele }
        @(Get-WirePath | Where-Object { $_ -like '*/oauth2/*' }).Length | Should -Be 1
        $runspace.Dispose()
    }

    It 'takes a rotated secret at the next request' {
        $runspace = New-ConnectorRunspace
        (Invoke-Connector $runspace Test-ConnectorConnection -Secret 'the-old-one').Result.ErrorCode | Should -Be 'AUTHENTICATION_FAILED'
        (Invoke-Connector $runspace Test-ConnectorConnection).Result.Status | Should -Be 'SUCCESS'
        (Invoke-Connector $runspace Test-ConnectorConnection -Secret 'the-old-one').Result.ErrorCode | Should -Be 'AUTHENTICATION_FAILED'
        $runspace.Dispose()
    }

    It 'hands over the password as text, as a SecureString or as a credential' {
        $runspace = New-ConnectorRunspace
        foreach ($secret in (Get-Secret), (ConvertTo-TestSecureString (Get-Secret)), (New-TestCredential)) {
            (Invoke-Connector $runspace Test-ConnectorConnection -Secret $secret).Result.Status | Should -Be 'SUCCESS'
        }
        $runspace.Dispose()
    }

    It 'runs two runspaces at once' {
        $runspaces = @((New-ConnectorRunspace), (New-ConnectorRunspace))
        $work = @(foreach ($index in 0, 1) {
                $state = $runspaces[$index].SessionStateProxy
                $id = @($known.Adele, $known.Bruno)[$index]
                $state.SetVariable('headerAttributes', [pscustomobject]@{ Type = 'USER'; Login = (Get-LoginId); Password = (Get-Secret); Url = (Get-ServerUrl); IdentityName = $id })
                $state.SetVariable('authority', (Get-ServerUrl))
                $shell = [powershell]::Create()
                $shell.Runspace = $runspaces[$index]
                $null = $shell.AddScript("foreach (`$round in 1..20) { `$attributes = @([pscustomobject]@{ Name = 'jobtitle'; Values = @([pscustomobject]@{ Value = `"job `$round of $id`"; Operation = 'REPLACE' }) }); Save-Identity }")
                @{ Shell = $shell; Running = $shell.BeginInvoke() }
            })
        foreach ($one in $work) {
            $results = @($one.Shell.EndInvoke($one.Running))
            $results.Length | Should -Be 20
            @($results | Where-Object { $_.Status -ne 'SUCCESS' -or -not $_.Changed }).Length | Should -Be 0
            $one.Shell.Dispose()
        }
        @(Get-Change).Length | Should -Be 40
        foreach ($runspace in $runspaces) { $runspace.Dispose() }
    }

    It 'finds no secret in anything that the connector writes' {
        $runspace = New-ConnectorRunspace
        $outcomes = @(
            Invoke-Connector $runspace Test-ConnectorConnection
            Invoke-Connector $runspace Test-ConnectorConnection -Secret 'hush-hush-hush'
            Invoke-Connector $runspace Suspend-Identity -Identity $known.Nobody
        )
        $text = [System.Text.StringBuilder]::new()
        foreach ($outcome in $outcomes) {
            foreach ($item in $outcome.Output) { foreach ($property in $item.psobject.Properties) { $null = $text.AppendLine([string]$property.Value) } }
            foreach ($item in $outcome.Errors) { $null = $text.AppendLine([string]$item).AppendLine([string]$item.ScriptStackTrace).AppendLine([string]$item.TargetObject) }
        }
        $text.ToString() | Should -Not -BeLike '*hush-hush-hush*'
        $text.ToString() | Should -Not -BeLike "*$(Get-Secret)*"
        $runspace.Dispose()
    }
}
