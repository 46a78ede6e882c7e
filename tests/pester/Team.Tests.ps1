Describe 'Teams' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Connect-TestServer
        $known = Get-Known
    }
    BeforeEach { Reset-Server }

    It 'are listed, found by name and by id, with wildcards and by unit' {
        @(Get-Dynamics365Team).Length | Should -Be 3
        (Get-Dynamics365Team -Name 'sal*').Name | Should -Be 'Sales'
        (Get-Dynamics365Team -Name 'S?rvice').Name | Should -Be 'Service'
        (Get-Dynamics365Team -Id $known.SalesTeam).IsDefault | Should -BeTrue
        (Get-Dynamics365Team -BusinessUnit Service).Name | Should -Be 'Service'
        (Get-Dynamics365Team -Id $known.SalesTeam -Property name).name | Should -Be 'Sales'
        @(Get-Dynamics365Team -Filter 'isdefault eq false').Length | Should -Be 0
    }

    It 'have members and roles' {
        (@(Get-Dynamics365Team -Name Sales | Get-Dynamics365TeamMember | ForEach-Object { $_.FirstName }) -join ' ') | Should -Be 'Adele Chiara'
        @(Get-Dynamics365TeamRole -Team $known.SalesTeam).Length | Should -Be 0
        $changes = @(
            Add-Dynamics365TeamRole -Team $known.SalesTeam -Role Salesperson
            Add-Dynamics365TeamRole -Team $known.SalesTeam -Role Salesperson
        )
        (Get-Dynamics365TeamRole -Team $known.SalesTeam).Name | Should -Be 'Salesperson'
        $changes += Get-Dynamics365Team -Name Sales | Remove-Dynamics365TeamRole -Role $changes[0].RoleId
        ($changes.Action -join ' ') | Should -Be 'Added Unchanged Removed'
        $changes[0].TeamName | Should -Be 'Sales'
        (@(Get-Change) -join '; ') | Should -Be 'associate teams; disassociate teams'
    }

    It 'that are not there are named: <Command>' -ForEach @(
        @{ Command = 'Get-Dynamics365Team'; With = @{ Id = 'ffff0000-0000-4000-8000-000000000009' } }
        @{ Command = 'Get-Dynamics365TeamMember'; With = @{ Team = 'ffff0000-0000-4000-8000-000000000009' } }
        @{ Command = 'Get-Dynamics365TeamRole'; With = @{ Team = 'ffff0000-0000-4000-8000-000000000009' } }
        @{ Command = 'Add-Dynamics365TeamRole'; With = @{ Team = 'ffff0000-0000-4000-8000-000000000009'; Role = 'Salesperson' } }
    ) {
        $failure = Get-Failure { & $Command @With -ErrorAction Stop }
        $failure.Exception.Status | Should -Be 'TeamNotFound'
        $failure.CategoryInfo.Category | Should -Be 'ObjectNotFound'
    }

    It 'count where members of a role are listed, and are named' {
        $null = Add-Dynamics365TeamRole -Team $known.SalesTeam -Role Salesperson
        $members = @(Get-Dynamics365RoleMember -Role Salesperson)
        (@($members | ForEach-Object { "$($_.FullName)/$($_.TeamName)" }) -join '; ') | Should -Be 'Adele Example/; Adele Example/Sales; Chiara Example/Sales'
        @(Get-Dynamics365RoleMember -Role Salesperson -BusinessUnit Service).Length | Should -Be 0
        (Get-Failure { Get-Dynamics365RoleMember -Role Astronaut -ErrorAction Stop }).Exception.Status | Should -Be 'RoleNotFound'
        @(Get-Dynamics365Role -Name 'System Administrator' | Get-Dynamics365RoleMember | Get-Dynamics365User).Length | Should -Be 2
    }

    It 'count in the roles of all users' {
        $null = Add-Dynamics365TeamRole -Team $known.SalesTeam -Role 'Sales Manager'
        $all = @(Get-Dynamics365UserRole -All -IncludeName)
        $all.Length | Should -Be 6
        (@($all | Where-Object { $_.TeamName -eq 'Sales' } | ForEach-Object { "$($_.FullName) $($_.Name)" }) -join '; ') | Should -BeLike '*Chiara Example Sales Manager*'
        @(Get-Dynamics365UserRole -All | Where-Object { $_.FullName }).Length | Should -Be 0
    }
}
