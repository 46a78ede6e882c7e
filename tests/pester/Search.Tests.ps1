Describe 'Searching users' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Connect-TestServer
        $known = Get-Known
    }
    BeforeEach { Reset-Server }

    It 'by name: <Pattern>' -ForEach @(
        @{ Pattern = 'adele example'; Found = 'Adele' }
        @{ Pattern = 'A*'; Found = 'Adele' }
        @{ Pattern = '*example'; Found = 'Adele Bruno Chiara' }
        @{ Pattern = '*RUN*'; Found = 'Bruno' }
        @{ Pattern = 'A*e*e'; Found = 'Adele' }
        @{ Pattern = '[ab]*'; Found = 'Adele Bruno' }
        @{ Pattern = '?runo Example'; Found = 'Bruno' }
        @{ Pattern = "*O'Neil"; Found = 'Dora' }
        @{ Pattern = '*'; Found = 'Connector Adele Bruno Chiara Dora' }
        @{ Pattern = 'A`*'; Found = '' }
        @{ Pattern = 'Adele'; Found = '' }
        @{ Pattern = '*%*'; Found = '' }
        @{ Pattern = '_dele*'; Found = '' }
    ) {
        (@(Get-Dynamics365User -Name $Pattern | ForEach-Object { $_.FirstName }) -join ' ') | Should -Be $Found
    }

    It 'stops at -First whatever the pattern' {
        @(Get-Dynamics365User -Name '[abc]*' -First 2).Length | Should -Be 2
        @(Get-Dynamics365User -Name '*' -First 2).Length | Should -Be 2
    }

    It 'by all conditions together' {
        (@(Get-Dynamics365User -BusinessUnit Sales | ForEach-Object { $_.FirstName }) -join ' ') | Should -Be 'Adele Chiara'
        (@(Get-Dynamics365User -BusinessUnit $known.Sales -Enabled | ForEach-Object { $_.FirstName }) -join ' ') | Should -Be 'Adele'
        (Get-Dynamics365BusinessUnit -Name Sales | ForEach-Object { Get-Dynamics365User -BusinessUnit $_ -Disabled }).FirstName | Should -Be 'Chiara'
        (Get-Dynamics365User -Role Salesperson).FirstName | Should -Be 'Adele'
        @(Get-Dynamics365User -Role Salesperson, 'System Administrator').Length | Should -Be 3
        (Get-Dynamics365User -Role $known.Salesperson -Filter "firstname ne 'Bruno'").FirstName | Should -Be 'Adele'
        @(Get-Dynamics365User -Role "Approver's Deputy & Reviewer").Length | Should -Be 0
    }

    It 'refuses what contradicts itself' {
        (Get-Failure { Get-Dynamics365User -Enabled -Disabled -ErrorAction Stop }).Exception.Message | Should -BeLike '*either enabled or disabled*'
        (Get-Failure { Get-Dynamics365User -Name '[ab]*' -Property jobtitle -ErrorAction Stop }).Exception.Message | Should -BeLike '*add it to -Property*'
    }

    It 'includes the names of roles where they are asked for' {
        $null = Add-Dynamics365UserRole -User $known.Adele -Role 'Basic User'
        (@((Get-Dynamics365User -Id $known.Adele -IncludeRole).Roles) -join '; ') | Should -Be 'Basic User; Salesperson'
        @((Get-Dynamics365User -Id $known.Chiara -IncludeRole).Roles).Length | Should -Be 0
        $chosen = Get-Dynamics365User -Name 'Adele*' -IncludeRole -Property fullname
        @($chosen.roles).Length | Should -Be 2
        (Get-Dynamics365User -Id $known.Adele).Roles | Should -BeNullOrEmpty
        (Get-Failure { Get-Dynamics365User -Id $known.Nobody -IncludeRole -ErrorAction Stop }).Exception.Status | Should -Be 'UserNotFound'
    }

    It 'reads the roles of a whole list in one request' {
        @(Get-Dynamics365User -IncludeRole).Length | Should -Be 5
        @(Get-Wire).Length | Should -Be 1
    }
}

Describe 'Objects' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Connect-TestServer
    }

    It 'have names of roles as a list that is a text as well' {
        $null = Add-Dynamics365UserRole -User (Get-Known).Adele -Role 'Sales Manager'
        $user = Get-Dynamics365User -Email adele@contoso.example -IncludeRole
        $user.Roles.Count | Should -Be 2
        $user.Roles -contains 'salesperson' | Should -BeTrue
        "$(@($user.Roles)[0])" | Should -Be 'Salesperson'
        $user.Roles.ToString() | Should -Be 'Salesperson, Sales Manager'
        @((Get-Dynamics365User -Email chiara@contoso.example -IncludeRole).Roles).Length | Should -Be 0
    }

    It 'survive Export-Csv and ConvertTo-Json' {
        # A bare engine has neither.
        if ($null -eq (Get-Command -Name ConvertTo-Csv -ErrorAction SilentlyContinue)) { return }
        $user = Get-Dynamics365User -Email adele@contoso.example -IncludeRole
        $row = $user | ConvertTo-Csv -NoTypeInformation | ConvertFrom-Csv
        "$($row.FullName) $($row.IsDisabled) $($row.BusinessUnitName)" | Should -Be 'Adele Example False Sales'
        $row.Roles | Should -Be $user.Roles.ToString()
        $json = ConvertFrom-Json (ConvertTo-Json $user)
        "$($json.FullName) $($json.IsDisabled) $($json.Roles -join '+')" | Should -Be "Adele Example False $($user.Roles -join '+')"
        (@($json.psobject.Properties | ForEach-Object { $_.Name }) -join ' ') | Should -Be (@($user.psobject.Properties | ForEach-Object { $_.Name }) -join ' ')
    }
}

Describe 'Get-Dynamics365Change' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Connect-TestServer
        $known = Get-Known
    }
    BeforeEach { Reset-Server }

    It 'gives all rows first and then what changed' {
        @(Get-Dynamics365Change -Table systemuser -TokenVariable token).Length | Should -Be 5
        @(Get-Dynamics365Change -Table systemuser -Token $token -TokenVariable token).Length | Should -Be 0
        $null = Disable-Dynamics365User -Id $known.Adele
        $changed = Get-Dynamics365Change -Table systemuser -Token $token -TokenVariable token
        "$($changed.Change) $($changed.Id) $($changed.isdisabled)" | Should -Be "Changed $($known.Adele) True"
    }

    It 'gives the id of a row whatever columns are asked for' {
        $row = Get-Dynamics365Change -Table systemuser -Property FullName, systemuserid | Where-Object { $_.FullName -eq 'Adele Example' }
        "$($row.Id) $($row.systemuserid)" | Should -Be "$($known.Adele) $($known.Adele)"
        (@(foreach ($property in $row.psobject.Properties) { $property.Name }) -join ' ') | Should -Be 'Change Id systemuserid FullName'
        @(Get-Dynamics365Change -Table systemuser -Property jobtitle | ForEach-Object { $_.Id }) -contains $known.Adele | Should -BeTrue
    }

    It 'tells rows that are gone by their id' {
        $held = @(Get-Dynamics365Change -Table systemuserroles -TokenVariable token | Where-Object { $_.systemuserid -eq $known.Adele })
        $null = Remove-Dynamics365UserRole -User $known.Adele -Role Salesperson
        $gone = Get-Dynamics365Change -Table systemuserroles -Token $token
        "$($gone.Change) $($gone.Id)" | Should -Be "Deleted $($held[0].Id)"
    }

    It 'keeps the token in a file' {
        $file = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), [guid]::NewGuid().ToString())
        try {
            @(Get-Dynamics365Change -Table role -TokenFile $file).Length | Should -Be 18
            @(Get-Dynamics365Change -Table role -TokenFile $file).Length | Should -Be 0
        }
        finally { [System.IO.File]::Delete($file) }
    }

    It 'says which file can not be written, after the rows were written' {
        $file = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), [guid]::NewGuid().ToString(), 'no-such-folder')
        $failure = Get-Failure { Get-Dynamics365Change -Table role -TokenFile $file -ErrorAction Stop }
        $failure.Exception.Message | Should -BeLike "*no-such-folder*can't be written*"
    }

    It 'says so where the table is not tracked or the token is of something else' {
        Set-ServerSetting '{"changeTrackedTables":["role"]}'
        $failure = Get-Failure { Get-Dynamics365Change -Table systemuser -ErrorAction Stop }
        $failure.Exception.Status | Should -Be 'NotTracked'
        $failure.Exception.Message | Should -BeLike '*read all rows each time*'
        $null = Get-Dynamics365Change -Table role -TokenVariable token
        (Get-Failure { Get-Dynamics365Change -Table team -Token $token -ErrorAction Stop }).Exception.Status | Should -Be 'InvalidArgument'
        Reset-Server
        (Get-Failure { Get-Dynamics365Change -Table role -Token $token -ErrorAction Stop }).Exception.Status | Should -Be 'TokenExpired'
    }
}
