Describe 'Roles' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Connect-TestServer
        $known = Get-Known
    }
    BeforeEach { Reset-Server }

    It 'gets all roles, one by id, and those of a name or a business unit' {
        @(Get-Dynamics365Role).Length | Should -Be 18
        (Get-Dynamics365Role -Id $known.SalesManager).Name | Should -Be 'Sales Manager'
        @(Get-Dynamics365Role -Name 'Sales Manager').Length | Should -Be 3
        @(Get-Dynamics365Role -Name 'sales*' -BusinessUnit Sales | ForEach-Object { $_.Name -like 'Sales*' }) | Should -Be @($true, $true)
        @(Get-Dynamics365Role -Name 'Sales?M*r' -First 2).Length | Should -Be 2
        @(Get-Dynamics365Role -Name 'Sales`*').Length | Should -Be 0
        (Get-Dynamics365Role -Name "Approver's Deputy & Reviewer" -BusinessUnit $known.Sales).RoleId | Should -Be 'a0000006-0000-4000-8000-000000000002'
        @(Get-Dynamics365Role -BusinessUnit Sales -Filter "startswith(name,'Sales')" | ForEach-Object { $_.BusinessUnitId }) | Should -Be @($known.Sales, $known.Sales)
        @(Get-Dynamics365Role -Filter "startswith(name,'Sales')" -First 4).Length | Should -Be 4
    }

    It 'tells a role that is not there' {
        (Get-Failure { Get-Dynamics365Role -Id $known.Nobody -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'Dynamics365.RoleNotFound*'
    }

    It 'gets the roles of a user' {
        $roles = @(Get-Dynamics365UserRole -User $known.Adele)
        $roles.Length | Should -Be 1
        $roles[0].Name | Should -Be 'Salesperson'
        $roles[0].SystemUserId | Should -Be $known.Adele
        @(Get-Dynamics365UserRole -User $known.Chiara).Length | Should -Be 0
        (Get-Failure { Get-Dynamics365UserRole -User $known.Nobody -ErrorAction Stop }).Exception.Status | Should -Be 'UserNotFound'
    }

    It 'assigns and revokes by id, and repeats do no harm' {
        $changes = @(
            Add-Dynamics365UserRole -User $known.Adele -Role $known.SalesManager
            Add-Dynamics365UserRole -User $known.Adele -Role $known.SalesManager
            Remove-Dynamics365UserRole -User $known.Adele -Role $known.SalesManager
            Remove-Dynamics365UserRole -User $known.Adele -Role $known.SalesManager
        )
        ($changes.Action -join ' ') | Should -Be 'Added Unchanged Removed Unchanged'
        (@(Get-Change) -join '; ') | Should -Be 'associate systemusers; disassociate systemusers'
    }

    It "assigns by name in the user's own business unit, whatever characters the name has" {
        $changes = @(Add-Dynamics365UserRole -User $known.Adele -Role 'Sales Manager', "Approver's Deputy & Reviewer")
        ($changes.RoleId -join ' ') | Should -Be "$($known.SalesManager) a0000006-0000-4000-8000-000000000002"
    }

    It 'takes users and roles from the pipeline' {
        (Get-Dynamics365User -Id $known.Adele | Add-Dynamics365UserRole -Role 'Basic User').FullName | Should -Be 'Adele Example'
        @(Get-Dynamics365UserRole -User $known.Adele | Remove-Dynamics365UserRole -User $known.Adele).Length | Should -Be 2
        @(Get-Dynamics365UserRole -User $known.Adele).Length | Should -Be 0
    }

    It 'explains why a role is refused: <What>' -ForEach @(
        @{ What = 'another business unit'; User = 'c0000000-0000-4000-8000-000000000002'; Role = 'a0000004-0000-4000-8000-000000000003'; Status = 'ConstraintViolation'; Says = '*own copy of every role*' }
        @{ What = 'a disabled user'; User = 'c0000000-0000-4000-8000-000000000004'; Role = 'Salesperson'; Status = 'ConstraintViolation'; Says = '*disabled*' }
        @{ What = 'a name that is none'; User = 'c0000000-0000-4000-8000-000000000002'; Role = 'Astronaut'; Status = 'RoleNotFound'; Says = "*'Astronaut'*" }
        @{ What = 'a user that is none'; User = 'ffff0000-0000-4000-8000-000000000009'; Role = 'Salesperson'; Status = 'UserNotFound'; Says = '*ffff0000*' }
    ) {
        $failure = Get-Failure { Add-Dynamics365UserRole -User $User -Role $Role -ErrorAction Stop }
        $failure.Exception.Status | Should -Be $Status
        $failure.Exception.Message | Should -BeLike $Says
        @(Get-Change).Length | Should -Be 0
    }
}
