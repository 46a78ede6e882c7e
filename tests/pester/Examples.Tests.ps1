# Every example of every command's help is run, as it stands there, against the server. A bare engine leaves out those with commands
# of PowerShell that it lacks.

BeforeDiscovery {
    Import-Module -Name $env:DYNAMICS365_MODULE -Global
    # These the test brings along.
    $taken = 'Get-Credential', 'Read-Host', 'Get-AzAccessToken'
    $examples = @(foreach ($name in (Get-Module -Name Dynamics365).ExportedCommands.Keys) {
            # Get-Help loses the empty line that ends an example's code: the text itself has it.
            $number = 0
            $help = ((Get-Command -Name $name).Definition -split '#>')[0]
            foreach ($example in ($help -split '(?m)^\s*\.EXAMPLE\s*$')) {
                # What stands before the first example is none.
                $number++
                if ($number -eq 1) { continue }
                $lines = @(foreach ($line in (($example.Trim() -split '\r?\n\s*\r?\n')[0] -split '\r?\n')) { $line.Trim() })
                $code = $lines -join "`n"
                $missing = @(foreach ($command in [scriptblock]::Create($code).Ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                        $called = $command.GetCommandName()
                        if ($taken -notcontains $called -and $null -eq (Get-Command -Name $called -ErrorAction SilentlyContinue)) { $called }
                    })
                if ($missing.Length -eq 0) { @{ Name = $name; Number = $number - 1; Code = $code } }
            }
        })
}

Describe 'The examples of the help' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Connect-TestServer
        # What an example takes for granted: a person who types, another module, a file, a certificate of the Windows store.
        $credential = New-TestCredential
        $known = Get-Known
        $null = Add-Dynamics365TeamRole -Team $known.SalesTeam -Role Salesperson
        $null = Add-Dynamics365UserRole -User $known.Adele -Role 'Sales Manager'
        $team = Invoke-Dynamics365Request -Method POST -Path teams -Body @{ name = 'Auditors'; teamtype = 0 } -Header @{ Prefer = 'return=representation' }
        Invoke-Dynamics365Request -Method POST -Path "teams($($team.teamid))/teammembership_association/`$ref" -Body @{ '@odata.id' = "$(Get-ServerUrl)api/data/v9.2/systemusers($($known.Adele))" }
        $null = Invoke-Control POST '_local/snapshot' '{"name":"examples"}'
        function Get-Credential { New-TestCredential }
        function Read-Host { param([switch] $AsSecureString) ConvertTo-TestSecureString (Get-Secret) }
        function Get-AzAccessToken {
            param([string] $ResourceUrl)
            $body = ConvertFrom-Json (Invoke-Control POST '_local/token' '{}')
            [pscustomobject]@{ Token = ConvertTo-TestSecureString $body.access_token; ExpiresOn = [System.DateTimeOffset]::UtcNow.AddHours(1) }
        }
        $folder = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), 'dynamics365-' + [guid]::NewGuid())
        $null = [System.IO.Directory]::CreateDirectory($folder)
        [System.IO.File]::WriteAllText([System.IO.Path]::Combine($folder, 'users.csv'),
            "InternalEmailAddress,DomainName,FirstName,LastName,BusinessUnitId`nfrida@contoso.example,frida@contoso.example,Frida,Example,$((Get-Known).Sales)`n")
        $before = $ExecutionContext.SessionState.Path.CurrentLocation.Path
        $null = $ExecutionContext.SessionState.Path.SetLocation($folder)
    }
    BeforeEach {
        $null = Invoke-Control POST '_local/reset' '{"snapshot":"examples"}'
        Disconnect-Dynamics365 -All
        $null = Connect-Dynamics365 -Url (Get-ServerUrl) -Authority (Get-ServerUrl) -Credential $credential
    }
    AfterAll {
        $null = $ExecutionContext.SessionState.Path.SetLocation($before)
        [System.IO.Directory]::Delete($folder, $true)
        Disconnect-Dynamics365 -All
    }

    It 'number <Number> of <Name> runs' -ForEach $examples {
        $code = $Code -replace 'https://[a-z.0-9]*dynamics\.com/?', (Get-ServerUrl) -replace '(?<![\w])(Connect-Dynamics365 )', "`$1-Authority $(Get-ServerUrl) "
        $code = $code -replace '-TenantId contoso\.example', '-TenantId 11111111-1111-4111-8111-111111111111' -replace ' -Confirm\b', ' -Confirm:$false'
        if ($code -like '*-CertificateThumbprint*') {
            # No store has the certificate: that is what it must say.
            { . ([scriptblock]::Create($code)) } | Should -Throw -ErrorId 'Dynamics365.InvalidConfiguration*'
            return
        }
        if ($code -like '*-TokenProvider*') { $code = $code -replace '-Authority \S+ ', '' }
        $ErrorActionPreference = 'Stop'
        # Nobody is there to be asked.
        $ConfirmPreference = 'None'
        $output = @(. ([scriptblock]::Create($code)))
        # What reads writes something; the disabled user of the seed holds no role.
        if ($Name -like 'Get-*' -and $code -notlike '*-Disabled | *' -and $code -notlike '*Export-Csv*') { $output.Length | Should -BeGreaterThan 0 }
    }
}
