Describe 'Set-Dynamics365UserRole' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Connect-TestServer
        $known = Get-Known
    }
    BeforeEach { Reset-Server }

    It 'adds first, then removes, and repeats do nothing' {
        $steps = @(Set-Dynamics365UserRole -User $known.Adele -Role 'Sales Manager', 'Basic User')
        (@($steps | ForEach-Object { "$($_.Action) $($_.RoleName)" }) -join '; ') | Should -Be 'Added Sales Manager; Added Basic User; Removed Salesperson'
        (@(Get-Change) -join '; ') | Should -Be 'associate systemusers; associate systemusers; disassociate systemusers'
        $again = @(Set-Dynamics365UserRole -User $known.Adele -Role 'Basic User', 'Sales Manager')
        (@($again | ForEach-Object { $_.Action }) -join ' ') | Should -Be 'Unchanged Unchanged'
        @(Get-Change).Length | Should -Be 3
    }

    It 'takes all roles where the list is empty' {
        (Set-Dynamics365UserRole -User $known.Adele -Role @()).Action | Should -Be 'Removed'
        @(Get-Dynamics365UserRole -User $known.Adele).Length | Should -Be 0
    }

    It 'shows the plan with -WhatIf' {
        $plan = @(Set-Dynamics365UserRole -User $known.Adele -Role 'Sales Manager' -WhatIf)
        (@($plan | ForEach-Object { "$($_.Action) $($_.RoleName) $($_.Planned) $($_.Changed)" }) -join '; ') | Should -Be 'Added Sales Manager True False; Removed Salesperson True False'
        @(Get-Change).Length | Should -Be 0
    }

    It 'changes nothing where a role is not there' {
        $failure = Get-Failure { Set-Dynamics365UserRole -User $known.Adele -Role 'Sales Manager', Astronaut -ErrorAction Stop }
        $failure.Exception.Status | Should -Be 'RoleNotFound'
        @(Get-Change).Length | Should -Be 0
    }

    It 'never leaves the user without roles where it fails half way, and says what was done' {
        Add-ServerFault '{"method":"DELETE","action":{"status":403,"body":{"error":{"code":"0x80040220","message":"is missing prvAssignRole privilege"}}}}'
        $failure = Get-Failure { Set-Dynamics365UserRole -User $known.Adele -Role 'Sales Manager' -ErrorAction Stop }
        $failure.Exception.Message | Should -BeLike "*'Sales Manager' was added and nothing removed*"
        (@(Get-Dynamics365UserRole -User $known.Adele | ForEach-Object { $_.Name }) -join '; ') | Should -Be 'Salesperson; Sales Manager'
    }

    It 'takes roles of another unit where the environment allows that' {
        Set-ServerSetting '{"recordOwnershipAcrossBusinessUnits":true}'
        $step = Add-Dynamics365UserRole -User $known.Adele -Role 'Sales Manager' -BusinessUnit Service
        $step.RoleId | Should -Be $known.ServiceSalesManager
        (Get-Failure { Add-Dynamics365UserRole -User $known.Adele -Role 'Sales Manager' -BusinessUnit Moon -ErrorAction Stop }).Exception.Status | Should -Be 'BusinessUnitNotFound'
    }

    It 'does not read wildcards into the names of roles' {
        (Get-Failure { Add-Dynamics365UserRole -User $known.Adele -Role 'Sales*' -ErrorAction Stop }).Exception.Status | Should -Be 'RoleNotFound'
        @(Get-Change).Length | Should -Be 0
    }

    It 'goes along a pipeline: disabled users lose their roles' {
        Set-ServerSetting '{"allowRoleAssignmentOnDisabledUsers":true}'
        $null = Disable-Dynamics365User -Id $known.Adele
        $steps = @(Get-Dynamics365User -Disabled | Get-Dynamics365UserRole | Remove-Dynamics365UserRole)
        (@($steps | ForEach-Object { "$($_.FullName) $($_.Action) $($_.RoleName)" }) -join '; ') | Should -Be 'Adele Example Removed Salesperson'
    }
}

Describe 'A move to another business unit' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Connect-TestServer
        $known = Get-Known
    }
    BeforeEach { Reset-Server }

    It 'tells the roles that it costs before it happens' {
        $plan = Set-Dynamics365UserBusinessUnit -Id $known.Adele -BusinessUnitId Service -RestoreRole -WhatIf
        $plan.Planned | Should -BeTrue
        $plan.RolesRemoved[0].Name | Should -Be 'Salesperson'
        $plan.RolesRestored[0].RoleId | Should -Be 'a0000003-0000-4000-8000-000000000003'
        @(Get-Change).Length | Should -Be 0
    }

    It 'puts back the same-named roles with -RestoreRole' {
        $change = Set-Dynamics365UserBusinessUnit -Id $known.Adele -BusinessUnitId Service -RestoreRole -Confirm:$false 3>&1
        @($change).Length | Should -Be 1 -Because 'nothing was lost that is worth a warning'
        $change.RolesRestored[0].RoleId | Should -Be 'a0000003-0000-4000-8000-000000000003'
        (Get-Dynamics365UserRole -User $known.Adele).RoleId | Should -Be 'a0000003-0000-4000-8000-000000000003'
    }

    It 'names a unit that is not there' {
        $failure = Get-Failure { Set-Dynamics365UserBusinessUnit -Id $known.Adele -BusinessUnitId Moon -Confirm:$false -ErrorAction Stop }
        $failure.Exception.Status | Should -Be 'BusinessUnitNotFound'
        @(Get-Change).Length | Should -Be 0
    }
}

Describe 'Remove-Dynamics365User' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Connect-TestServer
        $known = Get-Known
    }
    BeforeEach { Reset-Server }

    It 'only refuses, and says what to do instead' {
        $failure = Get-Failure { Remove-Dynamics365User -Id $known.Chiara -Confirm:$false -ErrorAction Stop }
        $failure.Exception.Status | Should -Be 'NotSupported'
        $failure.Exception.Message | Should -BeLike "*Disable-Dynamics365User -Id $($known.Chiara)*"
        @(Get-Wire).Length | Should -Be 0
    }

    It 'is refused by an environment without the feature, and deletes with it' {
        (Get-Failure { Remove-Dynamics365User -Id $known.Chiara -Force -Confirm:$false -ErrorAction Stop }).Exception.Status | Should -Be 'NotSupported'
        Set-ServerSetting "{`"deleteDisabledUsers`":true,`"usersGoneFromEntra`":[`"$($known.Chiara)`"]}"
        (Remove-Dynamics365User -Id $known.Chiara -Force -Confirm:$false).Action | Should -Be 'Deleted'
        @(Get-Change).Length | Should -Be 1
    }
}
