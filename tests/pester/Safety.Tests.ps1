BeforeDiscovery {
    Import-Module -Name $env:DYNAMICS365_MODULE -Global
    $changing = @(foreach ($command in (Get-Module -Name Dynamics365).ExportedCommands.Values) {
            if ($command.Parameters.ContainsKey('WhatIf')) { @{ Name = $command.Name } }
        })
}

Describe 'What must not happen' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Connect-TestServer
        $known = Get-Known
        $arguments = @{
            'Add-Dynamics365UserRole' = @{ User = $known.Adele; Role = 'Sales Manager' }
            'Remove-Dynamics365UserRole' = @{ User = $known.Adele; Role = 'Salesperson' }
            'New-Dynamics365User' = @{ BusinessUnitId = $known.Sales; InternalEmailAddress = 'w@contoso.example' }
            'Set-Dynamics365User' = @{ Id = $known.Adele; Title = 'Dr' }
            'Set-Dynamics365UserRole' = @{ User = $known.Adele; Role = 'Sales Manager' }
            'Add-Dynamics365TeamRole' = @{ Team = $known.SalesTeam; Role = 'Sales Manager' }
            'Remove-Dynamics365TeamRole' = @{ Team = $known.SalesTeam; Role = 'Salesperson' }
            'Remove-Dynamics365User' = @{ Id = $known.Chiara; Force = $true }
            'Enable-Dynamics365User' = @{ Id = $known.Chiara }
            'Disable-Dynamics365User' = @{ Id = $known.Adele }
            'Set-Dynamics365UserBusinessUnit' = @{ Id = $known.Adele; BusinessUnitId = $known.Service }
            'Invoke-Dynamics365Request' = @{ Method = 'DELETE'; Path = "systemusers($($known.Adele))" }
        }
    }
    BeforeEach { Reset-Server }

    It 'covers every command that changes something' {
        $names = @((Get-Module -Name Dynamics365).ExportedCommands.Values | Where-Object { $_.Name -match '^(Add|Remove|New|Set|Enable|Disable|Invoke)-' } | ForEach-Object { $_.Name })
        foreach ($name in $names) { $arguments.ContainsKey($name) | Should -BeTrue -Because "$name changes something" }
        foreach ($name in $names) { (Get-Command $name).Parameters.ContainsKey('WhatIf') | Should -BeTrue -Because "$name changes something" }
    }

    It '<Name> changes nothing with -WhatIf' -ForEach $changing {
        $with = $arguments[$Name]
        $output = @(& $Name @with -WhatIf)
        foreach ($plan in $output) {
            $plan.Planned | Should -BeTrue
            if ($plan.psobject.Properties['Changed']) { $plan.Changed | Should -BeFalse }
        }
        @(Get-Change).Length | Should -Be 0
    }

    It '<Name> changes nothing where $WhatIfPreference is set' -ForEach $changing {
        $with = $arguments[$Name]
        $WhatIfPreference = $true
        $null = & $Name @with
        $WhatIfPreference = $false
        @(Get-Change).Length | Should -Be 0
    }

    It 'shows no secret and no token, whatever is shown' {
        $shown = @(Connect-Dynamics365 -Url (Get-ServerUrl) -Authority (Get-ServerUrl) -Credential (New-TestCredential) -Name shown -Verbose 4>&1)
        $text = [System.Text.StringBuilder]::new()
        foreach ($item in $shown) {
            $null = $text.AppendLine([string]$item)
            if ($item -isnot [System.Management.Automation.VerboseRecord]) { foreach ($property in $item.psobject.Properties) { $null = $text.AppendLine([string]$property.Value) } }
        }
        $text.ToString() | Should -BeLike '*oauth2/v2.0/token -> 200*'
        $text.ToString() | Should -Not -BeLike "*$(Get-Secret)*"
        $text.ToString() | Should -Not -BeLike '*eyJ*'
        Disconnect-Dynamics365 -Connection shown
    }

    It 'gives a caller its own preferences back' {
        $ErrorActionPreference = 'SilentlyContinue'
        $null = Get-Dynamics365User -Id $known.Nobody
        $ErrorActionPreference = 'Stop'
        $failed = $false
        try { $null = Get-Dynamics365User -Id $known.Nobody } catch { $failed = $true }
        $failed | Should -BeTrue
    }
}
