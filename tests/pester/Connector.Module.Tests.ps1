# Which module the connector takes. Those here are empty but for their version.
Describe 'The module of the connector' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        $place = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "Dynamics365 $([guid]::NewGuid())")

        # A module below the connector's folder or the one above, with this version.
        function Add-Module {
            param([string] $Folder, [string] $Version)
            $folder = [System.IO.Path]::Combine($place, $Folder)
            $null = [System.IO.Directory]::CreateDirectory($folder)
            [System.IO.File]::WriteAllText([System.IO.Path]::Combine($folder, 'Dynamics365.psd1'), "@{ ModuleVersion = '$Version' }")
        }
    }
    BeforeEach {
        $folder = [System.IO.Path]::Combine($place, 'Connector')
        $null = [System.IO.Directory]::CreateDirectory($folder)
        $connector = [System.IO.Path]::Combine($folder, 'Connector.ps1')
        [System.IO.File]::Copy($env:DYNAMICS365_CONNECTOR, $connector)
        $runspace = New-ConnectorRunspace $connector
    }
    AfterEach {
        $runspace.Dispose()
        [System.IO.Directory]::Delete($place, $true)
    }

    It 'is <Taken> of <Modules>' -ForEach @(
        @{ Taken = '1.0.0'; Modules = 'Connector/Dynamics365 1.0.0' }
        @{ Taken = '1.0.0'; Modules = 'Dynamics365 1.0.0' }
        @{ Taken = '1.10.0'; Modules = 'Connector/Dynamics365/1.10.0 1.10.0, Connector/Dynamics365/1.9.0 1.9.0, Connector/Dynamics365/old 2.0.0' }
        @{ Taken = '1.0.0'; Modules = 'Connector/Dynamics365/1.0.0 1.0.0, Dynamics365/2.0.0 2.0.0' }
        @{ Taken = '1.0.0'; Modules = 'Connector/Dynamics365 1.0.0, Connector/Dynamics365/2.0.0 2.0.0' }
        @{ Taken = '1.0.0'; Modules = 'Connector/Dynamics365/old 2.0.0, Dynamics365 1.0.0' }
    ) {
        foreach ($module in $Modules.Split(',')) {
            $folder, $version = $module.Trim().Split(' ')
            Add-Module $folder $version
        }
        (Invoke-Connector $runspace 'Import-ConnectorModule; [string](Get-Module -Name Dynamics365).Version').Output[0] | Should -Be $Taken
    }

    It 'is refused in a folder of another version, and an older one is not taken in its place' {
        Add-Module Connector/Dynamics365/1.0.0 1.0.0
        Add-Module Connector/Dynamics365/2.0.0 1.0.0
        $result = (Invoke-Connector $runspace Test-ConnectorConnection).Result
        $result.ErrorCode | Should -Be 'INVALID_CONFIGURATION'
        $result.ErrorMessage | Should -BeLike "The module Dynamics365 could not be loaded: *'2.0.0'*. Its folder must be named after the ModuleVersion in '*Dynamics365?2.0.0?Dynamics365.psd1'."
    }

    It 'is missed with the places where it is looked for' {
        $before = $env:PSModulePath
        try {
            $env:PSModulePath = $place
            $result = (Invoke-Connector $runspace Test-ConnectorConnection).Result
        }
        finally { $env:PSModulePath = $before }
        $result.ErrorCode | Should -Be 'INVALID_CONFIGURATION'
        $result.ErrorMessage | Should -BeLike 'The module Dynamics365 could not be loaded: *Put its folder beside Connector.ps1 (*Connector), or into a folder of PSModulePath.'
    }
}
