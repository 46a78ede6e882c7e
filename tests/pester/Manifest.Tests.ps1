Describe 'The manifest' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Import-Module -Name $env:DYNAMICS365_MODULE -Global
        $module = Get-Module -Name Dynamics365
    }

    It 'exports exactly these commands' {
        $expected = 'Add-Dynamics365TeamRole', 'Add-Dynamics365UserRole', 'Connect-Dynamics365', 'Disable-Dynamics365User',
            'Disconnect-Dynamics365', 'Enable-Dynamics365User', 'Get-Dynamics365BusinessUnit', 'Get-Dynamics365Change',
            'Get-Dynamics365Connection', 'Get-Dynamics365Role', 'Get-Dynamics365RoleMember', 'Get-Dynamics365Team',
            'Get-Dynamics365TeamMember', 'Get-Dynamics365TeamRole', 'Get-Dynamics365User', 'Get-Dynamics365UserRole',
            'Invoke-Dynamics365Request', 'New-Dynamics365User', 'Remove-Dynamics365TeamRole', 'Remove-Dynamics365User',
            'Remove-Dynamics365UserRole', 'Set-Dynamics365User', 'Set-Dynamics365UserBusinessUnit',
            'Set-Dynamics365UserRole', 'Test-Dynamics365Connection'
        $names = [string[]]@($module.ExportedCommands.Keys)
        [array]::Sort($names, [System.StringComparer]::Ordinal)
        ($names -join ' ') | Should -BeExactly ($expected -join ' ')
    }

    It 'exports no variables and no aliases' {
        $module.ExportedVariables.Count | Should -Be 0
        $module.ExportedAliases.Count | Should -Be 0
    }

    It 'is for Windows PowerShell 5.1 and PowerShell 7' {
        $module.PowerShellVersion.ToString() | Should -Be '5.1'
        (@($module.CompatiblePSEditions) -join ' ') | Should -Be 'Desktop Core'
    }

    It 'requires no other module and no assembly' {
        @($module.RequiredModules).Length | Should -Be 0
        @($module.RequiredAssemblies).Length | Should -Be 0
    }

    It 'uses approved verbs, and nouns with the prefix Dynamics365' {
        $approved = 'Add', 'Connect', 'Disable', 'Disconnect', 'Enable', 'Get', 'Invoke', 'New', 'Remove', 'Set', 'Test'
        foreach ($name in $module.ExportedCommands.Keys) {
            $verb, $noun = $name.Split('-')
            $verb | Should -BeIn $approved
            $noun | Should -BeLike 'Dynamics365*'
        }
    }

    It 'has the library for this machine beside it' {
        $folders = [System.IO.Directory]::GetDirectories([System.IO.Path]::Combine($module.ModuleBase, 'bin'))
        $folders.Length | Should -BeGreaterThan 0
        [System.IO.Directory]::GetFiles($folders[0])[0] | Should -BeLike '*dynamics365*'
    }

    It 'shows only fields that its objects have' {
        $null = & $module { Get-DataType 'User' }
        $types = & $module { $script:Types }
        $views = ([xml][System.IO.File]::ReadAllText([System.IO.Path]::Combine($module.ModuleBase, 'Dynamics365.format.ps1xml'))).Configuration.ViewDefinitions.View
        @($views).Length | Should -BeGreaterThan 5
        foreach ($view in $views) {
            $type = $types[$view.Name.Replace('Dynamics365.', '')]
            $type | Should -Not -BeNullOrEmpty -Because "$($view.Name) is a type of the module"
            $items = if ($null -ne $view['TableControl']) { $view.TableControl.TableRowEntries.TableRowEntry.TableColumnItems.TableColumnItem } else { $view.ListControl.ListEntries.ListEntry.ListItems.ListItem }
            foreach ($item in $items) {
                if ($null -ne $item['PropertyName']) { $type.GetField($item.PropertyName) | Should -Not -BeNullOrEmpty -Because "$($view.Name) has $($item.PropertyName)" }
            }
        }
    }
}
