Describe 'Business units' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Connect-TestServer
        $known = Get-Known
    }
    BeforeEach { Reset-Server }

    It 'gets all of them, one by id, by name and by filter' {
        @(Get-Dynamics365BusinessUnit).Length | Should -Be 3
        (Get-Dynamics365BusinessUnit -Id $known.Sales).Name | Should -Be 'Sales'
        (Get-Dynamics365BusinessUnit -Name Service).BusinessUnitId | Should -Be $known.Service
        (@(Get-Dynamics365BusinessUnit -Name 's*').Name -join ', ') | Should -Be 'Sales, Service'
        (Get-Dynamics365BusinessUnit -Name '[st]?l*').Name | Should -Be 'Sales'
        (Get-Dynamics365BusinessUnit -Filter 'parentbusinessunitid eq null').Name | Should -Be 'Contoso'
    }

    It 'tells one that is not there' {
        (Get-Failure { Get-Dynamics365BusinessUnit -Id $known.Nobody -ErrorAction Stop }).Exception.Status | Should -Be 'BusinessUnitNotFound'
        (Get-Failure { Get-Dynamics365BusinessUnit -Id 'me' -ErrorAction Stop }).Exception.Status | Should -Be 'InvalidArgument'
    }

    It 'moves a user and reports the roles that it cost' {
        $change = Set-Dynamics365UserBusinessUnit -Id $known.Adele -BusinessUnitId $known.Service -Confirm:$false -WarningVariable warnings -WarningAction SilentlyContinue
        $change.Action | Should -Be 'Moved'
        $change.RolesRemoved.Name | Should -Be 'Salesperson'
        [string]$warnings[0] | Should -BeLike "*lost these roles: 'Salesperson'*"
        (Set-Dynamics365UserBusinessUnit -Id $known.Adele -BusinessUnitId $known.Service -Confirm:$false).Action | Should -Be 'Unchanged'
    }

    It 'moves to a unit object from Get-Dynamics365BusinessUnit' {
        $unit = Get-Dynamics365BusinessUnit -Name Service
        (Set-Dynamics365UserBusinessUnit -Id $known.Chiara -BusinessUnitId $unit -Confirm:$false).User.BusinessUnitId | Should -Be $known.Service
    }

    It 'tells a unit that is not there, and moves nobody' {
        (Get-Failure { Set-Dynamics365UserBusinessUnit -Id $known.Adele -BusinessUnitId $known.Nobody -Confirm:$false -ErrorAction Stop }).Exception.Status | Should -Be 'BusinessUnitNotFound'
        @(Get-Change).Length | Should -Be 0
    }
}
