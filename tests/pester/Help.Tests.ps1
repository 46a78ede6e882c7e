BeforeDiscovery {
    Import-Module -Name $env:DYNAMICS365_MODULE -Global
    $commands = @(foreach ($name in (Get-Module -Name Dynamics365).ExportedCommands.Keys) { @{ Name = $name } })
}

Describe 'The help of <Name>' -ForEach $commands {
    BeforeAll {
        $help = Get-Help -Name $Name -Full
        $command = Get-Command -Name $Name
        $common = [string[]]@([System.Management.Automation.Cmdlet]::CommonParameters) + [string[]]@([System.Management.Automation.Cmdlet]::OptionalCommonParameters)
    }

    It 'has a synopsis and a description' {
        ([string]$help.Synopsis).Trim() | Should -Not -BeNullOrEmpty
        ([string]$help.Synopsis) | Should -Not -BeLike "*$Name*"
        (@($help.description | ForEach-Object { $_.Text }) -join ' ').Length | Should -BeGreaterThan 40
    }

    It 'has an example with the command in it, and says what it does' {
        $examples = @($help.examples.example)
        $examples.Length | Should -BeGreaterThan 0
        (@($examples | ForEach-Object { $_.code + ' ' + (@($_.remarks | ForEach-Object { $_.Text }) -join ' ') }) -join ' ') | Should -BeLike "*$Name*"
    }

    It 'describes every parameter' {
        foreach ($parameter in $command.Parameters.Keys) {
            if ($common -contains $parameter) { continue }
            $found = @($help.parameters.parameter | Where-Object { $_.name -eq $parameter })
            $found.Length | Should -Be 1 -Because "$Name has the parameter $parameter"
            (@($found[0].description | ForEach-Object { $_.Text }) -join ' ').Trim() | Should -Not -BeNullOrEmpty -Because "the parameter $parameter of $Name needs a description"
        }
    }

    It 'says what comes out' {
        @($command.OutputType).Length | Should -BeGreaterThan 0
    }
}

Describe 'The topic about_Dynamics365_Connector' {
    It 'lies where Get-Help finds it, in ASCII, and names every function that OpenIAM calls and every error code' {
        $text = [System.IO.File]::ReadAllText([System.IO.Path]::Combine((Get-Module -Name Dynamics365).ModuleBase, 'en-US', 'about_Dynamics365_Connector.help.txt'))
        $text | Should -Match '^TOPIC\r?\n    about_Dynamics365_Connector'
        $text | Should -Not -Match '[^\x00-\x7F]'
        $connector = [System.IO.File]::ReadAllText($env:DYNAMICS365_CONNECTOR)
        foreach ($function in [regex]::Matches($connector, '(?m)^function ((?:Save|Search|Remove|Reset|Test|Suspend|Resume)-\w+)')) { $text | Should -BeLike "*$($function.Groups[1].Value)*" }
        $codes = [regex]::Match($connector, '(?s)\$connectorErrorCodes = @\{(.*?)\r?\n\}').Groups[1].Value
        foreach ($code in [regex]::Matches($codes, "= '([A-Z_]+)'")) { $text | Should -BeLike "*$($code.Groups[1].Value)*" }
    }
}

Describe 'The topic about_Dynamics365' {
    It 'lies where Get-Help finds it, in ASCII, and names every command' {
        $module = Get-Module -Name Dynamics365
        $text = [System.IO.File]::ReadAllText([System.IO.Path]::Combine($module.ModuleBase, 'en-US', 'about_Dynamics365.help.txt'))
        $text | Should -Match '^TOPIC'
        $text | Should -Not -Match '[^\x00-\x7F]'
        foreach ($name in $module.ExportedCommands.Keys) { $text | Should -BeLike "*$name*" }
    }
}
