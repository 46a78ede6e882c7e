# The module in one process more than once: imported again, and by several runspaces at the same time.
Describe 'The module, imported more than once' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        $connect = '$null = Connect-Dynamics365 -Url $url -Authority $url -Credential $credential; '

        # A shell in a runspace of its own, whose script knows the module's path, the server and a credential.
        function New-Shell {
            param([string] $Script)
            $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
            $null = $shell.AddScript('param($module, $url, $credential) $ErrorActionPreference = "Stop"; Import-Module -Name $module; ' + $Script)
            $shell.AddArgument($env:DYNAMICS365_MODULE).AddArgument((Get-ServerUrl)).AddArgument((New-TestCredential))
        }
    }
    BeforeEach { Reset-Server }

    It 'keeps its connection where it is there already' {
        $shell = New-Shell "$connect Import-Module -Name `$module; @(Get-Dynamics365User).Length; @(Get-Module -Name Dynamics365).Length"
        try { ($shell.Invoke() -join ' ') | Should -Be '5 1' } finally { $shell.Dispose() }
        @(Get-Wire).Length | Should -Be 2
    }

    It 'begins anew with <How>' -ForEach @(
        @{ How = 'Import-Module -Force'; Again = 'Import-Module -Name $module -Force' }
        @{ How = 'Remove-Module and Import-Module'; Again = 'Remove-Module -Name Dynamics365; Import-Module -Name $module' }
    ) {
        $shell = New-Shell "$connect $Again; @(Get-Dynamics365Connection).Length; $connect @(Get-Dynamics365User).Length"
        try { ($shell.Invoke() -join ' ') | Should -Be '0 5' } finally { $shell.Dispose() }
    }

    It 'works in eight runspaces that begin at once' {
        $shells = @(foreach ($number in 1..8) { New-Shell "$connect @(Get-Dynamics365User).Length" })
        try {
            $running = @(foreach ($shell in $shells) { $shell.BeginInvoke() })
            $found = @(for ($index = 0; $index -lt $shells.Length; $index++) { $shells[$index].EndInvoke($running[$index]) })
            ($found -join ' ') | Should -Be '5 5 5 5 5 5 5 5'
        }
        finally { foreach ($shell in $shells) { $shell.Dispose() } }
    }
}
