# A release that is installed while an older one is in use: side by side, in folders named by version, nothing in use is written over.
Describe 'A newer version beside one that is in use' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        $modules = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "Dynamics365 versions $([guid]::NewGuid())")

        # Installs a copy of the module as this version.
        function Install-Version {
            param([string] $Version)
            $from = [System.IO.Path]::GetDirectoryName($env:DYNAMICS365_MODULE)
            $to = [System.IO.Path]::Combine($modules, 'Dynamics365', $Version)
            foreach ($file in [System.IO.Directory]::GetFiles($from, '*', [System.IO.SearchOption]::AllDirectories)) {
                $copy = $to + $file.Substring($from.Length)
                $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($copy))
                [System.IO.File]::Copy($file, $copy)
            }
            $manifest = [System.IO.Path]::Combine($to, 'Dynamics365.psd1')
            $text = [System.IO.File]::ReadAllText($manifest)
            [System.IO.File]::WriteAllText($manifest, [regex]::Replace($text, "(ModuleVersion\s*=\s*)'[^']*'", "`$1'$Version'"))
        }
        # A session that has imported the module by its folder's name and connected: the newest of the versions that are there.
        function New-Session {
            $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
            $runspace.Open()
            $form = @{ Url = Get-ServerUrl; Credential = New-TestCredential; Module = [System.IO.Path]::Combine($modules, 'Dynamics365') }
            $null = Invoke-Session $runspace 'param($Url, $Credential, $Module) Import-Module -Name $Module; Connect-Dynamics365 -Url $Url -Authority $Url -Credential $Credential' $form
            $runspace
        }
        function Invoke-Session {
            param($Runspace, [string] $Script, [hashtable] $Parameter = @{})
            $shell = [powershell]::Create()
            try {
                $shell.Runspace = $Runspace
                $null = $shell.AddScript($Script).AddParameters($Parameter)
                , @($shell.Invoke())
                if ($shell.HadErrors) { throw $shell.Streams.Error[0] }
            }
            finally { $shell.Dispose() }
        }
        $version = '(Get-Module -Name Dynamics365).Version.ToString(); & (Get-Module -Name Dynamics365) { Get-LibraryPath }; @(Get-Dynamics365User).Length'
    }
    BeforeEach { Reset-Server }
    AfterAll {
        # Windows keeps the library of a process that goes on: that is left to the folder of temporary files.
        try { [System.IO.Directory]::Delete($modules, $true) } catch { $null = $_ }
    }

    It 'is taken by new sessions, while the old ones go on with theirs' {
        $sessions = @()
        try {
            Install-Version 1.0.0
            $sessions += New-Session
            $old = Invoke-Session $sessions[0] $version
            Install-Version 1.1.0
            $sessions += New-Session
            $new = Invoke-Session $sessions[1] $version
            $old[0], $new[0] | Should -Be @('1.0.0', '1.1.0')
            foreach ($one in $old, $new) { $one[1] | Should -BeLike "*Dynamics365*$($one[0])*bin*dynamics365*" }
            # The old one works as before.
            $again = Invoke-Session $sessions[0] $version
            ($again -join ' ') | Should -Be ($old -join ' ')
            $new[2] | Should -Be $old[2]
            $old[2] | Should -BeGreaterThan 0
        }
        finally { foreach ($session in $sessions) { $session.Dispose() } }
    }
}
